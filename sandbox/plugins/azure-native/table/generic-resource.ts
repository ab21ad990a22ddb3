import {
  anything,
  identification,
  object,
  type ResourceSpec,
  readOnly,
  required,
  resourceGroupName,
  stringSet,
  tags,
  text,
} from "./shape.ts";

/** azure-native:resources:Resource, which puts any type with an API version of the user's choice. */
export const genericResource: ResourceSpec = {
  type: "azure-native:resources:Resource",
  path: "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}",
  apiVersion: "2024-03-01",
  apiVersionFromInput: true,
  pathParameters: {
    resourceGroupName,
    resourceProviderNamespace: { shape: { kind: "string" }, required: true },
    parentResourcePath: { shape: { kind: "string" }, required: true, raw: true, mayBeEmpty: true },
    resourceType: { shape: { kind: "string" }, required: true, raw: true },
    resourceName: { shape: { kind: "string" }, required: true, autoname: "random" },
  },
  top: {
    ...identification,
    apiVersion: required(text()),
    extendedLocation: anything(),
    identity: object({
      type: text(),
      userAssignedIdentities: stringSet(),
      principalId: readOnly(text()),
      tenantId: readOnly(text()),
    }),
    kind: text({ pattern: /^[-\w._,()]+$/ }),
    location: { shape: { kind: "string" }, forceNew: true },
    managedBy: text(),
    plan: anything(),
    properties: anything(),
    sku: anything(),
    tags: tags(),
  },
};
