import { agentPoolProfile } from "./agent-pool-profile.ts";
import {
  anything,
  type Fields,
  flag,
  forceNew,
  identification,
  list,
  location,
  number,
  object,
  type ResourceSpec,
  readOnly,
  resourceGroupName,
  stringSet,
  systemData,
  tags,
  text,
} from "./shape.ts";

/** Path of a managed cluster; its functions use it too. */
export const managedClusterPath =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{resourceName}";

/** API version of containerservice in azure-native 3.28. */
export const containerServiceVersion = "2025-09-01";

/** Name rule of a managed cluster (Microsoft.ContainerService specification). */
export const managedClusterName = {
  shape: {
    kind: "string",
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
  },
  required: true,
} as const;

const networkProfile: Fields = {
  advancedNetworking: anything(),
  dnsServiceIP: forceNew(text()),
  ipFamilies: list(text()),
  loadBalancerProfile: anything(),
  loadBalancerSku: text(),
  natGatewayProfile: anything(),
  networkDataplane: forceNew(text()),
  networkMode: forceNew(text()),
  networkPlugin: forceNew(text()),
  networkPluginMode: forceNew(text()),
  networkPolicy: forceNew(text()),
  outboundType: forceNew(text()),
  podCidr: forceNew(text()),
  podCidrs: list(text()),
  serviceCidr: forceNew(text()),
  serviceCidrs: forceNew(list(text())),
  staticEgressGatewayProfile: anything(),
};

/** azure-native:containerservice:ManagedCluster. What forces a replacement: the provider's gen/replacement.go. */
export const managedCluster: ResourceSpec = {
  type: "azure-native:containerservice:ManagedCluster",
  path: managedClusterPath,
  apiVersion: containerServiceVersion,
  pathParameters: { resourceGroupName, resourceName: { ...managedClusterName, autoname: "random" } },
  top: {
    ...identification,
    eTag: readOnly(text()),
    extendedLocation: anything(),
    identity: object({
      type: text(),
      userAssignedIdentities: stringSet(),
      principalId: readOnly(text()),
      tenantId: readOnly(text()),
    }),
    kind: text(),
    location: location(),
    sku: object({ name: text(), tier: text() }),
    systemData: systemData(),
    tags: tags(),
  },
  properties: {
    aadProfile: anything(),
    addonProfiles: anything(),
    agentPoolProfiles: list(agentPoolProfile),
    aiToolchainOperatorProfile: anything(),
    apiServerAccessProfile: anything(),
    autoScalerProfile: anything(),
    autoUpgradeProfile: anything(),
    azureMonitorProfile: anything(),
    azurePortalFQDN: readOnly(text()),
    bootstrapProfile: anything(),
    currentKubernetesVersion: readOnly(text()),
    disableLocalAccounts: flag(),
    diskEncryptionSetID: forceNew(text()),
    dnsPrefix: forceNew(text()),
    enableRBAC: flag(),
    fqdn: readOnly(text()),
    fqdnSubdomain: forceNew(text()),
    httpProxyConfig: anything(),
    identityProfile: anything(),
    ingressProfile: anything(),
    kubernetesVersion: text(),
    linuxProfile: forceNew(anything()),
    maxAgentPools: readOnly(number()),
    metricsProfile: anything(),
    networkProfile: object(networkProfile),
    nodeProvisioningProfile: anything(),
    nodeResourceGroup: forceNew(text()),
    nodeResourceGroupProfile: anything(),
    oidcIssuerProfile: object({ enabled: flag(), issuerURL: readOnly(text()) }),
    podIdentityProfile: anything(),
    powerState: readOnly(anything()),
    privateFQDN: readOnly(text()),
    privateLinkResources: anything(),
    provisioningState: readOnly(text()),
    publicNetworkAccess: text(),
    resourceUID: readOnly(text()),
    securityProfile: object({
      azureKeyVaultKms: anything(),
      customCATrustCertificates: anything(),
      defender: anything(),
      imageCleaner: anything(),
      workloadIdentity: object({ enabled: flag() }),
    }),
    serviceMeshProfile: anything(),
    servicePrincipalProfile: anything(),
    status: readOnly(anything()),
    storageProfile: anything(),
    supportPlan: text(),
    upgradeSettings: anything(),
    windowsProfile: forceNew(anything()),
    workloadAutoScalerProfile: anything(),
  },
};
