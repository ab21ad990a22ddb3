import type { AgentPool } from "./agent-pool-defaults.ts";
import { checkPool, checkSystemPool, sentPools } from "./agent-pool-rules.ts";
import { recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";
import { checkAccess, checkPrivateUnchanged } from "./managed-cluster-access.ts";
import { invalidParameter, propertyChangeNotAllowed, requiredParameter } from "./managed-cluster-errors.ts";
import { checkNetwork, checkNetworkUnchanged, networkOf } from "./managed-cluster-network.ts";

/** What of a managed cluster's body decides how its API server runs. */
export interface ClusterFeatures {
  oidcIssuer: boolean;
  workloadIdentity: boolean;
}

/** Source: learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.ContainerService. */
export function checkClusterName(name: string): void {
  if (/^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/.test(name)) return;
  throw new ArmError(
    400,
    "InvalidParameter",
    `The value of parameter resourceName is invalid. Error details: '${name}' must be 1-63 letters, numbers, underscores and hyphens, and start and end with a letter or number. Please see https://aka.ms/aks-naming-rules for more details.`,
  );
}

/** Refuses a body that AKS refuses. */
export function checkClusterProperties(properties: Record<string, unknown>): void {
  const { dnsPrefix, fqdnSubdomain } = properties;
  if (typeof dnsPrefix !== "string" && typeof fqdnSubdomain !== "string") {
    throw requiredParameter("properties.dnsPrefix");
  }
  if (typeof dnsPrefix === "string" && !/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/.test(dnsPrefix)) {
    throw invalidParameter(
      "properties.dnsPrefix",
      `'${dnsPrefix}' must be 1-54 letters, numbers and hyphens, and start and end with a letter or number.`,
    );
  }
  const pools = sentPools(properties);
  // Also of a cluster that exists: Azure/AKS#2495.
  if (pools.length === 0) throw requiredParameter("properties.agentPoolProfiles");
  const names = pools.map(({ name }) => String(name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalidParameter("properties.agentPoolProfiles.name", `the agent pool name '${twice}' is used twice.`);
}

/**
 * Refuses a version that would not run, as AKS refuses one that a region does not have. Any patch of the minor version
 * that runs is taken, and the answer tells which patch it is.
 */
export function checkVersions(properties: Record<string, unknown>, runs: string): void {
  const minor = runs.split(".", 2).join(".");
  const check = (code: string, property: string, wanted: unknown) => {
    if (wanted === undefined || wanted === null || wanted === "" || wanted === minor) return;
    const [major, second, patch, ...rest] = String(wanted).split(".");
    if (`${major}.${second}` === minor && /^\d+$/.test(patch ?? "") && rest.length === 0) return;
    throw new ArmError(
      400,
      code,
      `Version ${String(wanted)} is not supported in this region. Please use [az aks get-versions] command to get the supported version list in this region. For more information, please check https://aka.ms/supported-version-list. ` +
        `(The clusters of this sandbox run Kubernetes ${runs} and no other version: write '${minor}' in '${property}', or leave it out.)`,
    );
  };
  check("K8sVersionNotSupported", "properties.kubernetesVersion", properties.kubernetesVersion);
  for (const { orchestratorVersion } of sentPools(properties)) {
    check("AgentPoolK8sVersionNotSupported", "properties.agentPoolProfiles.orchestratorVersion", orchestratorVersion);
  }
}

/** What a cluster keeps for life; AKS refuses to change it. */
const fixedProperties = ["dnsPrefix", "fqdnSubdomain", "nodeResourceGroup", "diskEncryptionSetID"] as const;

/** Refuses a body that would change what AKS cannot change. A property that is left out stays as it is. */
export function checkUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  for (const name of fixedProperties) {
    if (wanted[name] === undefined || wanted[name] === null || wanted[name] === current[name]) continue;
    throw propertyChangeNotAllowed(name);
  }
  checkNetworkUnchanged(networkOf(wanted), networkOf(current));
  checkPrivateUnchanged(recordAt(wanted, "apiServerAccessProfile"), recordAt(current, "apiServerAccessProfile"));
}

/** Refuses what AKS refuses of a cluster as it would be after the write. */
export function checkCluster(
  properties: Record<string, unknown>,
  top: Record<string, unknown>,
  pools: readonly AgentPool[],
  location: string,
): void {
  checkFeatures(featuresOf(properties));
  checkTier(recordAt(top, "sku"), properties.supportPlan);
  checkAccess(properties, recordAt(top, "identity").type);
  for (const pool of pools) checkPool(pool.name, pool.properties, location);
  const all = pools.map((pool) => pool.properties);
  checkSystemPool(all);
  checkNetwork(networkOf(properties), all);
}

/** Tiers and support plans: learn.microsoft.com/azure/aks/free-standard-pricing-tiers, long-term-support. Words not confirmed. */
function checkTier({ name, tier }: Record<string, unknown>, supportPlan: unknown): void {
  if (!["Base", "Automatic"].includes(String(name)) || !["Free", "Standard", "Premium"].includes(String(tier))) {
    throw invalidParameter("sku", `'${String(name)}', '${String(tier)}' is no name and tier of a managed cluster.`);
  }
  if (supportPlan === "AKSLongTermSupport" && tier !== "Premium") {
    throw invalidParameter("supportPlan", "AKSLongTermSupport needs the tier Premium.");
  }
}

/** The two features that workload identity needs, as the body asks for them. */
export function featuresOf(properties: Record<string, unknown>): ClusterFeatures {
  return {
    oidcIssuer: recordAt(properties, "oidcIssuerProfile").enabled === true,
    workloadIdentity: recordAt(recordAt(properties, "securityProfile"), "workloadIdentity").enabled === true,
  };
}

/** Workload identity stands on the issuer. The rule is in learn.microsoft.com/azure/aks/workload-identity-deploy-cluster; the words are not confirmed. */
function checkFeatures({ oidcIssuer, workloadIdentity }: ClusterFeatures): void {
  if (!workloadIdentity || oidcIssuer) return;
  throw new ArmError(
    400,
    "BadRequest",
    "Workload identity needs the OIDC issuer: 'properties.securityProfile.workloadIdentity' is enabled and 'properties.oidcIssuerProfile' is not. Enable both.",
  );
}

/** Refuses to switch the issuer off again. The answer is quoted by many, for example Azure/AKS-Construction#531. */
export function checkIssuerStays(wanted: ClusterFeatures, current: ClusterFeatures): void {
  if (!current.oidcIssuer || wanted.oidcIssuer) return;
  throw new ArmError(400, "OIDCIssuerFeatureCannotBeDisabled", "OIDC issuer feature cannot be disabled.");
}
