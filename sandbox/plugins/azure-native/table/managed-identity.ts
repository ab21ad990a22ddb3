import {
  type Fields,
  identification,
  list,
  location,
  type ResourceSpec,
  readOnly,
  required,
  resourceGroupName,
  systemData,
  tags,
  text,
} from "./shape.ts";

const identityPath =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}";

const issued: Fields = {
  clientId: readOnly(text()),
  principalId: readOnly(text()),
  tenantId: readOnly(text()),
};

/** azure-native:managedidentity:UserAssignedIdentity */
export const userAssignedIdentity: ResourceSpec = {
  type: "azure-native:managedidentity:UserAssignedIdentity",
  path: identityPath,
  apiVersion: "2023-01-31",
  pathParameters: {
    resourceGroupName,
    resourceName: { shape: { kind: "string" }, required: true, autoname: "random" },
  },
  top: { ...identification, location: location(), tags: tags(), systemData: systemData() },
  properties: issued,
};

/** azure-native:managedidentity:FederatedIdentityCredential */
export const federatedIdentityCredential: ResourceSpec = {
  type: "azure-native:managedidentity:FederatedIdentityCredential",
  path: `${identityPath}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}`,
  apiVersion: "2023-01-31",
  pathParameters: {
    resourceGroupName,
    resourceName: { shape: { kind: "string" }, required: true },
    federatedIdentityCredentialResourceName: {
      shape: { kind: "string", pattern: /^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$/ },
      required: true,
      autoname: "random",
    },
  },
  top: { ...identification, systemData: systemData() },
  properties: {
    audiences: required(list(text())),
    issuer: required(text()),
    subject: required(text()),
  },
  // Azure takes one write at a time per identity (Microsoft Entra, workload identity federation considerations).
  retryCodes: ["ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"],
};
