import type { Aks } from "../../config/cluster";
import { systemPoolName } from "../../config/clusters/aks";
import { scaling } from "./pool-scaling";

/**
 * A managed cluster's config in the words of the Microsoft.ContainerService API. What is not sent stays as it is in Azure: so
 * what may be taken out of config again is always sent, and the rest, once config leaves it out, is AKS's own choice.
 */

/**
 * A pool for system pods and workloads alike. Two nodes by default, so that an upgrade of one leaves the other; Azure
 * Linux, which boots fast and carries few packages. Its version follows the control plane's: left out, AKS would upgrade
 * the control plane alone.
 */
export function systemPool({ nodePool, kubernetesVersion, network }: Aks, count: number) {
  return {
    name: systemPoolName,
    mode: "System",
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    vmSize: nodePool.vmSize,
    count,
    ...scaling(nodePool),
    ...given("orchestratorVersion", kubernetesVersion),
    ...given("vnetSubnetID", network?.subnetId),
  };
}

/** Azure CNI with an overlay unless config says otherwise: kubenet, the API's default, is being retired. */
export function networkProfile(network: Aks["network"]) {
  const plugin = network?.plugin ?? "overlay";
  return {
    ...(plugin === "overlay" ? { networkPlugin: "azure", networkPluginMode: "overlay" } : { networkPlugin: plugin }),
    ...given("networkPolicy", network?.policy ?? (network?.dataplane === "cilium" ? "cilium" : undefined)),
    ...given("networkDataplane", network?.dataplane),
    ...given("podCidr", network?.podCidr),
    ...given("serviceCidr", network?.serviceCidr),
    ...given("dnsServiceIP", network?.dnsServiceIp),
    ...given("outboundType", network?.outboundType),
  };
}

/** Who reaches the API server: with no ranges everybody who has a credential, and a private cluster takes none. */
export function apiServerAccess({ private: wish, authorizedIpRanges = [] }: Aks) {
  if (wish === false) return { authorizedIPRanges: authorizedIpRanges };
  const details = typeof wish === "object" ? wish : {};
  return {
    enablePrivateCluster: true,
    ...given("privateDNSZone", details.dnsZone),
    ...given("enablePrivateClusterPublicFQDN", details.publicFqdn),
  };
}

/** Sign-in with Entra ID. Local accounts go with it: a certificate of theirs cannot be taken back from anybody. */
export function signIn({ entra }: Aks) {
  if (entra === undefined) return { disableLocalAccounts: false };
  return {
    disableLocalAccounts: true,
    aadProfile: {
      managed: true,
      adminGroupObjectIDs: entra.adminGroupObjectIds,
      enableAzureRBAC: entra.azureRbac,
    },
  };
}

/** 1–54 letters, digits and hyphens, first and last not a hyphen (azure-rest-api-specs, managedClusters.json). */
export function dnsPrefix(clusterName: string): string {
  return clusterName.replaceAll("_", "-").slice(0, 54).replace(/-+$/, "");
}

/** One property, or none when config leaves it to AKS. */
export function given<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  if (value === undefined) return {};
  const property: { [key in Key]?: Value } = {};
  property[key] = value;
  return property;
}
