import type { AksArc } from "../../config/cluster";
import type { ConnectedTenant } from "../tenant-provider";
import type { AzureLocalPlace } from "./arc-place";
import type { StandingPools } from "./arc-pools";
import { agentPool, ignoredCounts } from "./arc-pools";
import type { NeverChanged } from "./confirmed-replacement";

/**
 * What the two resources of an AKS Arc cluster say about it. azure-native takes both as they are sent to Azure.
 * Shapes: azure-rest-api-specs, hybridkubernetes and hybridaks.
 */

/** The connected cluster: sign-in, agents, and the two features, which hold for the cluster's life. */
export function connectedClusterProperties(cluster: AksArc, { tenantId }: Pick<ConnectedTenant, "tenantId">) {
  return {
    // Empty for a cluster of this kind: Azure Local makes the certificate.
    agentPublicKeyCertificate: "",
    aadProfile: {
      adminGroupObjectIDs: cluster.adminGroupObjectIds,
      enableAzureRBAC: cluster.azureRbac,
      tenantID: tenantId,
    },
    arcAgentProfile: { agentAutoUpgrade: "Enabled" },
    // Without an issuer nobody could ever trust the cluster's tokens, and AKS Arc cannot switch it on later.
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: cluster.workloadIdentity } },
  };
}

/**
 * Properties that Azure and the agents write, some of them every few minutes. A refresh copies what changed in Azure into
 * the inputs; without this, each one would come out as a change to be undone.
 */
export const writtenByAgents: readonly string[] = [
  "agentVersion",
  "arcAgentProfile.agentErrors",
  "arcAgentProfile.agentState",
  "arcAgentProfile.desiredAgentVersion",
  "arcAgentProfile.systemComponents",
  "arcAgentryConfigurations",
  "azureHybridBenefit",
  "connectivityStatus",
  "distribution",
  "distributionVersion",
  "gateway",
  "infrastructure",
  "kubernetesVersion",
  "lastConnectivityTime",
  "managedIdentityCertificateExpirationTime",
  "miscellaneousProperties",
  "offering",
  "oidcIssuerProfile.issuerUrl",
  "oidcIssuerProfile.selfHostedIssuerUrl",
  "privateLinkScopeResourceId",
  "privateLinkState",
  "provisioningState",
  "totalCoreCount",
  "totalNodeCount",
].map((path) => `properties.${path}`);

/** The cluster on Azure Local: its nodes and its network. */
export function instanceProperties<Key>(
  cluster: AksArc,
  place: AzureLocalPlace,
  standing: StandingPools,
  sshPublicKey: Key,
) {
  const { count, vmSize, hostIp } = cluster.controlPlane;
  return {
    ...(cluster.kubernetesVersion === undefined ? {} : { kubernetesVersion: cluster.kubernetesVersion }),
    linuxProfile: { ssh: { publicKeys: [{ keyData: sshPublicKey }] } },
    controlPlane: {
      count,
      vmSize,
      ...(hostIp === undefined ? {} : { controlPlaneEndpoint: { hostIP: hostIp } }),
    },
    networkProfile: {
      networkPolicy: cluster.networkPolicy,
      podCidr: cluster.podCidr,
      // Load balancers are made in the cluster (MetalLB); the API takes no other number.
      loadBalancerProfile: { count: 0 },
    },
    agentPoolProfiles: cluster.nodePools.map((pool) => agentPool(pool, standing)),
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [place.logicalNetwork] } },
  };
}

/** As {@link writtenByAgents}, for the instance; and what belongs to others: counts of an autoscaler, a version given by Azure. */
export function writtenByAzureLocal(cluster: AksArc, standing: StandingPools): string[] {
  const own = ["provisioningState", "status", "autoScalerProfile", "clusterVMAccessProfile", "licenseProfile"];
  if (cluster.kubernetesVersion === undefined) own.push("kubernetesVersion");
  if (cluster.controlPlane.hostIp === undefined) own.push("controlPlane.controlPlaneEndpoint");
  return [...own, ...ignoredCounts(cluster, standing)].map((path) => `properties.${path}`);
}

/**
 * What a connected cluster and its instance keep for life, by config path. azure-native takes their properties as they
 * are, knows none of this, and would send an update that Azure refuses (PropertyChangeNotAllowed).
 */
export const neverChanged: Readonly<Record<"connected" | "instance", NeverChanged>> = {
  connected: { "cluster.workloadIdentity": "properties.securityProfile" },
  instance: {
    "cluster.customLocation": "extendedLocation",
    "cluster.logicalNetwork": "properties.cloudProviderProfile",
    "cluster.podCidr": "properties.networkProfile.podCidr",
    "cluster.networkPolicy": "properties.networkProfile.networkPolicy",
    "cluster.controlPlane.hostIp": "properties.controlPlane.controlPlaneEndpoint",
    "cluster.sshPublicKey": "properties.linuxProfile",
  },
};
