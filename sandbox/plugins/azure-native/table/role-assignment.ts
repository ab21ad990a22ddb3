import { forceNew, identification, type ResourceSpec, readOnly, required, systemData, text } from "./shape.ts";

/** azure-native:authorization:RoleAssignment */
export const roleAssignment: ResourceSpec = {
  type: "azure-native:authorization:RoleAssignment",
  path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  apiVersion: "2022-04-01",
  pathParameters: {
    scope: { shape: { kind: "string" }, required: true, raw: true, mayBeEmpty: true },
    roleAssignmentName: { shape: { kind: "string" }, required: true, autoname: "uuid" },
  },
  top: identification,
  properties: {
    condition: text(),
    conditionVersion: text(),
    delegatedManagedIdentityResourceId: text(),
    description: text(),
    principalId: forceNew(required(text())),
    principalType: text(),
    roleDefinitionId: required(text()),
    createdBy: readOnly(text()),
    createdOn: readOnly(text()),
    scope: readOnly(text()),
    systemData: systemData(),
    updatedBy: readOnly(text()),
    updatedOn: readOnly(text()),
  },
  // A principal that was made seconds ago is not yet known everywhere in the directory.
  retryCodes: ["PrincipalNotFound"],
};
