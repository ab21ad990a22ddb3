import { randomBytes, randomUUID } from "node:crypto";
import { isIPv4 } from "node:net";
import { namesOf } from "../azure-clouds.ts";
import type { AzureEnvironment } from "../cluster-backend.ts";
import { given } from "./agent-pool-defaults.ts";
import { isRecord, recordAt } from "./call.ts";
import { newNetwork } from "./managed-cluster-network.ts";

/** What identifies a cluster for as long as it lives. */
export interface ClusterIdentity {
  issuerUrl: string;
  fqdn: string;
  nodeResourceGroup: string;
  principalId: string;
  resourceUid: string;
  /** What its API server is; a sandbox has one version. */
  kubernetesVersion: string;
}

/** Names and ids that AKS gives a new cluster. */
export function newClusterIdentity(spec: {
  name: string;
  group: string;
  location: string;
  tenantId: string;
  environment: AzureEnvironment;
  properties: Record<string, unknown>;
  kubernetesVersion: string;
}): ClusterIdentity {
  const { name, group, location, tenantId, properties, kubernetesVersion } = spec;
  const cloud = namesOf(spec.environment);
  const prefix = String(properties.dnsPrefix ?? properties.fqdnSubdomain);
  const node = properties.nodeResourceGroup;
  return {
    issuerUrl: `https://${location}.oic.prod-aks.${cloud.domain}/${tenantId}/${randomUUID()}/`,
    fqdn: `${prefix}-${randomBytes(4).toString("hex")}.hcp.${location}.${cloud.apiServers}`,
    nodeResourceGroup: typeof node === "string" && node !== "" ? node : `MC_${group}_${name}_${location}`.slice(0, 80),
    principalId: randomUUID(),
    resourceUid: randomBytes(12).toString("hex"),
    kubernetesVersion,
  };
}

/** What AKS says of a cluster and nobody sets; in a body it is passed over, so that a client can send back what it has read. */
const readOnly = [
  ...["provisioningState", "powerState", "currentKubernetesVersion", "fqdn", "privateFQDN", "azurePortalFQDN"],
  ...["maxAgentPools", "resourceUID", "status", "agentPoolProfiles"],
];

/** What a cluster has on top of what it was asked for, from its first day. */
export function newProperties(asked: Record<string, unknown>, identity: ClusterIdentity): Record<string, unknown> {
  return {
    kubernetesVersion: identity.kubernetesVersion,
    nodeResourceGroup: identity.nodeResourceGroup,
    enableRBAC: true,
    supportPlan: "KubernetesOfficial",
    disableLocalAccounts: false,
    servicePrincipalProfile: { clientId: "msi" },
    networkProfile: newNetwork(given(recordAt(asked, "networkProfile"))),
    securityProfile: {},
    // "Starting with Kubernetes 1.34, the issuer is enabled by default for new clusters": learn.microsoft.com/azure/aks/use-oidc-issuer.
    // A body that says `enabled: false` gets a cluster without one, as older clusters are; whether AKS still takes it is not confirmed.
    oidcIssuerProfile: { enabled: minorOf(identity.kubernetesVersion) >= 34 },
    storageProfile: {
      diskCSIDriver: { enabled: true },
      fileCSIDriver: { enabled: true },
      snapshotController: { enabled: true },
    },
  };
}

/**
 * A cluster's properties after a write, but for its pools and its state. What a body leaves out, at any depth, stays as it
 * was. (Known of AKS for pools, counts and profiles; that it holds for every property is not confirmed.)
 */
export function mergedProperties(
  sent: Record<string, unknown>,
  current: Record<string, unknown>,
  tenantId: string,
): Record<string, unknown> {
  const asked = given(sent);
  for (const name of readOnly) delete asked[name];
  for (const name of ["nodeResourceGroup", "kubernetesVersion"]) if (asked[name] === "") delete asked[name];
  const merged = merge(current, asked);
  const issuer = recordAt(merged, "oidcIssuerProfile");
  merged.oidcIssuerProfile = { enabled: issuer.enabled === true };
  if (isRecord(merged.aadProfile)) {
    merged.aadProfile = { managed: true, enableAzureRBAC: false, tenantID: tenantId, ...merged.aadProfile };
  }
  if (isRecord(merged.apiServerAccessProfile)) {
    merged.apiServerAccessProfile = filledAccess(merged.apiServerAccessProfile);
  }
  return merged;
}

function filledAccess(access: Record<string, unknown>): Record<string, unknown> {
  const { authorizedIPRanges: ranges } = access;
  const isPrivate = access.enablePrivateCluster === true;
  return {
    ...(isPrivate ? { privateDNSZone: "system", enablePrivateClusterPublicFQDN: true } : {}),
    ...access,
    // AKS writes a single address as the range that it is.
    ...(Array.isArray(ranges) ? { authorizedIPRanges: ranges.map((range) => withPrefix(String(range))) } : {}),
  };
}

function withPrefix(range: string): string {
  return isIPv4(range) ? `${range}/32` : range;
}

/** What a body asks to know and nobody may set: names, addresses, versions. */
export function readOnlyProperties(
  properties: Record<string, unknown>,
  identity: ClusterIdentity,
): Record<string, unknown> {
  const access = recordAt(properties, "apiServerAccessProfile");
  const isPrivate = access.enablePrivateCluster === true;
  const hasPublicName = !isPrivate || access.enablePrivateClusterPublicFQDN === true;
  const portal = identity.fqdn.replace(".hcp.", ".portal.hcp.");
  const issuer = recordAt(properties, "oidcIssuerProfile");
  return {
    currentKubernetesVersion: identity.kubernetesVersion,
    ...(hasPublicName ? { fqdn: identity.fqdn } : {}),
    ...(isPrivate ? { privateFQDN: privateName(identity.fqdn, String(access.privateDNSZone)) } : {}),
    azurePortalFQDN: isPrivate ? portal.replace(".portal.hcp.", ".portal.privatelink.") : portal,
    maxAgentPools: 100,
    resourceUID: identity.resourceUid,
    oidcIssuerProfile: issuer.enabled === true ? { enabled: true, issuerURL: identity.issuerUrl } : { enabled: false },
  };
}

function privateName(fqdn: string, zone: string): string {
  const own = /\/privatednszones\/([^/]+)$/i.exec(zone)?.[1];
  const [host = "", ...domain] = fqdn.split(".hcp.");
  return own === undefined ? `${host}.privatelink.${domain.join(".hcp.")}` : `${host}.${own}`;
}

/** What stands beside a cluster's properties after a write. */
export function topOf(
  sent: Record<string, unknown>,
  current: Record<string, unknown>,
  principalId: string,
  tenantId: string,
): Record<string, unknown> {
  const identity = recordAt(sent, "identity");
  const kept = isRecord(current.identity) ? current.identity : undefined;
  const system = { type: "SystemAssigned", principalId, tenantId };
  const asked = identity.type === undefined ? (kept ?? system) : identity;
  const { kind, extendedLocation } = given({ ...current, ...given(sent) });
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(extendedLocation === undefined ? {} : { extendedLocation }),
    sku: { name: "Base", tier: "Free", ...recordAt(current, "sku"), ...given(recordAt(sent, "sku")) },
    identity: asked.type === "SystemAssigned" ? system : asked,
  };
}

function merge(current: Record<string, unknown>, asked: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...current };
  for (const [name, value] of Object.entries(asked)) {
    const before = merged[name];
    merged[name] = isRecord(value) ? merge(isRecord(before) ? before : {}, given(value)) : value;
  }
  return merged;
}

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}
