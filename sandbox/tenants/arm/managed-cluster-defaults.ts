import { randomBytes, randomUUID } from "node:crypto";
import { isRecord, recordAt } from "./call.ts";

/** What identifies a cluster for as long as it lives. */
export interface ClusterIdentity {
  issuerUrl: string;
  fqdn: string;
  nodeResourceGroup: string;
  principalId: string;
  /** What its API server is; a sandbox has one version. */
  kubernetesVersion: string;
}

/** Names and ids that AKS gives a new cluster. */
export function newClusterIdentity(spec: {
  name: string;
  group: string;
  location: string;
  tenantId: string;
  properties: Record<string, unknown>;
  kubernetesVersion: string;
}): ClusterIdentity {
  const { name, group, location, tenantId, properties, kubernetesVersion } = spec;
  const prefix = String(properties.dnsPrefix ?? properties.fqdnSubdomain);
  const node = properties.nodeResourceGroup;
  return {
    issuerUrl: `https://${location}.oic.prod-aks.azure.com/${tenantId}/${randomUUID()}/`,
    fqdn: `${prefix}-${randomBytes(4).toString("hex")}.hcp.${location}.azmk8s.io`,
    nodeResourceGroup: typeof node === "string" && node !== "" ? node : `MC_${group}_${name}_${location}`.slice(0, 80),
    principalId: randomUUID(),
    kubernetesVersion,
  };
}

/** The body of a cluster as AKS answers it: what was sent, and what AKS fills in. */
export function filledBody(
  sent: Record<string, unknown>,
  cluster: ClusterIdentity,
  tenantId: string,
  provisioningState: string,
): Record<string, unknown> {
  const properties = recordAt(sent, "properties");
  const runs = cluster.kubernetesVersion;
  const version = typeof properties.kubernetesVersion === "string" ? properties.kubernetesVersion : runs;
  const identity = recordAt(sent, "identity");
  const oidc = recordAt(properties, "oidcIssuerProfile");
  return {
    sku: { name: "Base", tier: "Free", ...recordAt(sent, "sku") },
    identity:
      identity.type === "SystemAssigned" || identity.type === undefined
        ? { type: "SystemAssigned", principalId: cluster.principalId, tenantId }
        : identity,
    properties: {
      ...properties,
      provisioningState,
      powerState: { code: "Running" },
      kubernetesVersion: version,
      currentKubernetesVersion: runs,
      fqdn: cluster.fqdn,
      azurePortalFQDN: cluster.fqdn.replace(".hcp.", ".portal.hcp."),
      nodeResourceGroup: cluster.nodeResourceGroup,
      agentPoolProfiles: poolsOf(properties, version, runs),
      enableRBAC: properties.enableRBAC ?? true,
      supportPlan: properties.supportPlan ?? "KubernetesOfficial",
      maxAgentPools: 100,
      disableLocalAccounts: properties.disableLocalAccounts ?? false,
      servicePrincipalProfile: isRecord(properties.servicePrincipalProfile)
        ? properties.servicePrincipalProfile
        : { clientId: "msi" },
      networkProfile: networkOf(recordAt(properties, "networkProfile")),
      securityProfile: recordAt(properties, "securityProfile"),
      oidcIssuerProfile: oidc.enabled === true ? { enabled: true, issuerURL: cluster.issuerUrl } : { enabled: false },
      storageProfile: {
        diskCSIDriver: { enabled: true },
        fileCSIDriver: { enabled: true },
        snapshotController: { enabled: true },
        ...recordAt(properties, "storageProfile"),
      },
    },
  };
}

function poolsOf(properties: Record<string, unknown>, version: string, runs: string): Record<string, unknown>[] {
  const pools = Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isRecord) : [];
  return pools.map((pool) => ({
    count: typeof pool.minCount === "number" ? pool.minCount : 1,
    vmSize: "Standard_DS2_v2",
    osDiskSizeGB: 128,
    osDiskType: "Managed",
    kubeletDiskType: "OS",
    maxPods: 110,
    type: "VirtualMachineScaleSets",
    enableAutoScaling: false,
    orchestratorVersion: version,
    enableNodePublicIP: false,
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    enableFIPS: false,
    osType: "Linux",
    osSKU: "Ubuntu",
    mode: "User",
    ...pool,
    currentOrchestratorVersion: runs,
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
  }));
}

function networkOf(sent: Record<string, unknown>): Record<string, unknown> {
  return {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkPolicy: "none",
    networkDataplane: "azure",
    loadBalancerSku: "standard",
    outboundType: "loadBalancer",
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.0.0.0/16",
    dnsServiceIP: "10.0.0.10",
    podCidrs: ["10.244.0.0/16"],
    serviceCidrs: ["10.0.0.0/16"],
    ipFamilies: ["IPv4"],
    ...sent,
  };
}
