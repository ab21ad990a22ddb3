import type { Aks, AksArc, ClusterConfig, Connected, ExistingAks, PlainKubernetes } from "../config/cluster";
import { existingPlace, nameOf } from "../config/clusters/place";
import {
  connectedClusterType,
  customLocationType,
  logicalNetworkType,
  managedClusterType,
} from "../config/clusters/resource-types";
import type { Tenant } from "../config/tenant";
import type { ClusterOutput } from "../federation/outputs";

/** What stands for a setting that config leaves to Azure: stating Azure's default is a change to the provider all the same. */
export const notGiven = "not given";

/**
 * What a stack says of its cluster for the next deployment to compare with: `fixed` has, by config path, all that cannot
 * change without another cluster. Entries may be added in later versions, for only those that both sides have are compared.
 */
export function describeCluster(cluster: ClusterConfig, tenantA: Tenant | undefined): ClusterOutput {
  const { kind } = cluster;
  const name = nameOf(cluster);
  const tenant = tenantA === undefined ? {} : tenantEntries(tenantA);
  switch (cluster.kind) {
    case "aks":
      return { kind, name, ...madePlace(cluster, tenantA), fixed: { ...tenant, ...fixedOfAks(cluster) } };
    case "aksArc":
      return { kind, name, ...madePlace(cluster, tenantA), fixed: { ...tenant, ...fixedOfAksArc(cluster, tenantA) } };
    case "existingAks":
      return { kind, name, fixed: fixedOfExisting(cluster, managedClusterType, tenantA) };
    case "connected":
      return { kind, name, fixed: fixedOfExisting(cluster, connectedClusterType, tenantA) };
    case "kubernetes":
      return { kind, name, fixed: fixedOfPlain(cluster, tenantA) };
  }
}

function madePlace({ resourceGroup }: { readonly resourceGroup: string }, tenantA: Tenant | undefined) {
  return { resourceGroup, ...(tenantA === undefined ? {} : { location: tenantA.location }) };
}

/** A resource of another subscription, and so of another tenant, is another resource. */
function tenantEntries({ tenantId, subscriptionId }: Tenant): Record<string, string> {
  return { "tenantA.tenantId": tenantId.toLowerCase(), "tenantA.subscriptionId": subscriptionId.toLowerCase() };
}

/**
 * The network settings are those that azure-native replaces a cluster for (provider/pkg/gen/replacement.go), though AKS
 * itself could change policy, dataplane and outbound type in place. Private access, the system pool's size and the subnet
 * are those that AKS refuses to change ("Changing property … is not allowed").
 */
function fixedOfAks({ network, private: access, nodePool, entra }: Aks): Record<string, string> {
  const details = typeof access === "object" ? access : {};
  return {
    "cluster.network.plugin": network?.plugin ?? "overlay",
    // Cilium's dataplane is made with Cilium's policies, said or not.
    "cluster.network.policy": network?.policy ?? (network?.dataplane === "cilium" ? "cilium" : notGiven),
    "cluster.network.dataplane": network?.dataplane ?? notGiven,
    "cluster.network.subnetId": network?.subnetId ?? notGiven,
    "cluster.network.podCidr": network?.podCidr ?? notGiven,
    "cluster.network.serviceCidr": network?.serviceCidr ?? notGiven,
    "cluster.network.dnsServiceIp": network?.dnsServiceIp ?? notGiven,
    "cluster.network.outboundType": network?.outboundType ?? notGiven,
    "cluster.private": String(access !== false),
    "cluster.private.dnsZone": access === false ? notGiven : (details.dnsZone ?? "system"),
    "cluster.nodePool.vmSize": nodePool.vmSize,
    // Entra ID integration can be switched on later, but never off again (Microsoft Learn, "AKS-managed Microsoft Entra").
    ...(entra === undefined ? {} : { "cluster.entra": "given" }),
  };
}

function fixedOfAksArc(cluster: AksArc, tenantA: Tenant | undefined): Record<string, string> {
  return {
    "cluster.customLocation": placeText(cluster.customLocation, customLocationType, tenantA),
    "cluster.logicalNetwork": placeText(cluster.logicalNetwork, logicalNetworkType, tenantA),
    "cluster.podCidr": cluster.podCidr,
    "cluster.networkPolicy": cluster.networkPolicy,
    "cluster.controlPlane.hostIp": cluster.controlPlane.hostIp ?? notGiven,
    "cluster.sshPublicKey": cluster.sshPublicKey?.split(" ").slice(0, 2).join(" ") ?? notGiven,
    "cluster.workloadIdentity": String(cluster.workloadIdentity),
  };
}

/** By id and by name the same thing is meant, and has the same text. */
function placeText(given: AksArc["customLocation"], type: string, tenantA: Tenant | undefined): string {
  if (typeof given === "string") return given.toLowerCase();
  const { resourceGroup, name } = given;
  const scope = `/subscriptions/${tenantA?.subscriptionId}/resourceGroups/${resourceGroup}`;
  return `${scope}/providers/${type}/${name}`.toLowerCase();
}

function fixedOfExisting(
  cluster: ExistingAks | Connected,
  type: string,
  tenantA: Tenant | undefined,
): Record<string, string> {
  if (tenantA === undefined) return {};
  return { "cluster.id": existingPlace(type, cluster, tenantA.subscriptionId).id.toLowerCase() };
}

/**
 * The website of a published issuer is what tenant B trusts; without it no token of the cluster is accepted. A storage
 * account in another region is another one, and gets another address.
 */
function fixedOfPlain({ publishIssuer }: PlainKubernetes, tenantA: Tenant | undefined): Record<string, string> {
  return {
    "cluster.publishIssuer.storageAccount": publishIssuer?.storageAccount ?? notGiven,
    "cluster.publishIssuer.resourceGroup": publishIssuer?.resourceGroup ?? notGiven,
    // Group and account are made anew in another region, and the website's address has the region's zone in it.
    ...(publishIssuer === undefined || tenantA === undefined
      ? {}
      : { ...tenantEntries(tenantA), "tenantA.location": tenantA.location }),
  };
}
