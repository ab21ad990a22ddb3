import {
  anything,
  type Field,
  flag,
  forceNew,
  identification,
  location,
  object,
  type ResourceSpec,
  readOnly,
  required,
  resourceGroupName,
  stringSet,
  tags,
  text,
} from "./shape.ts";

/** Path of a storage account; what lies in its data plane is below it. */
export const storageAccountPath =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}";

/** API version of storage in azure-native 3.28. */
export const storageVersion = "2024-01-01";

/** Name rule of a storage account (Microsoft.Storage specification). */
export const accountName = {
  shape: { kind: "string", minLength: 3, maxLength: 24, pattern: /^[a-z0-9]+$/ },
  required: true,
} as const;

const wire = (name: string, field: Field): Field => ({ ...field, wire: name });

/** azure-native:storage:StorageAccount */
export const storageAccount: ResourceSpec = {
  type: "azure-native:storage:StorageAccount",
  path: storageAccountPath,
  apiVersion: storageVersion,
  pathParameters: { resourceGroupName, accountName: { ...accountName, autoname: "random" } },
  top: {
    ...identification,
    extendedLocation: anything(),
    identity: object({
      type: required(text()),
      userAssignedIdentities: stringSet(),
      principalId: readOnly(text()),
      tenantId: readOnly(text()),
    }),
    kind: required(text()),
    location: location(),
    sku: required(object({ name: required(text()), tier: readOnly(text()) })),
    tags: tags(),
  },
  properties: {
    accessTier: text(),
    accountMigrationInProgress: readOnly(flag()),
    allowBlobPublicAccess: flag(),
    allowCrossTenantReplication: flag(),
    allowSharedKeyAccess: flag(),
    allowedCopyScope: text(),
    azureFilesIdentityBasedAuthentication: anything(),
    blobRestoreStatus: readOnly(anything()),
    creationTime: readOnly(text()),
    customDomain: anything(),
    defaultToOAuthAuthentication: flag(),
    dnsEndpointType: text(),
    enableExtendedGroups: flag(),
    enableHttpsTrafficOnly: wire("supportsHttpsTrafficOnly", flag()),
    enableNfsV3: wire("isNfsV3Enabled", flag()),
    encryption: anything(),
    failoverInProgress: readOnly(flag()),
    geoReplicationStats: readOnly(anything()),
    immutableStorageWithVersioning: anything(),
    isHnsEnabled: forceNew(flag()),
    isLocalUserEnabled: flag(),
    isSftpEnabled: flag(),
    isSkuConversionBlocked: readOnly(flag()),
    keyCreationTime: readOnly(anything()),
    keyPolicy: anything(),
    largeFileSharesState: text(),
    lastGeoFailoverTime: readOnly(text()),
    minimumTlsVersion: text(),
    networkRuleSet: wire("networkAcls", anything()),
    primaryEndpoints: readOnly(anything()),
    primaryLocation: readOnly(text()),
    privateEndpointConnections: readOnly(anything()),
    provisioningState: readOnly(text()),
    publicNetworkAccess: text(),
    routingPreference: anything(),
    sasPolicy: anything(),
    secondaryEndpoints: readOnly(anything()),
    secondaryLocation: readOnly(text()),
    statusOfPrimary: readOnly(text()),
    statusOfSecondary: readOnly(text()),
    storageAccountSkuConversionStatus: readOnly(anything()),
  },
};
