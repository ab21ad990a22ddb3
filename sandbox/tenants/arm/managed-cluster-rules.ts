import { isRecord, recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";

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
    throw required("properties.dnsPrefix");
  }
  if (typeof dnsPrefix === "string" && !/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/.test(dnsPrefix)) {
    throw invalid(
      "properties.dnsPrefix",
      `'${dnsPrefix}' must be 1-54 letters, numbers and hyphens, and start and end with a letter or number.`,
    );
  }
  const pools = Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isRecord) : [];
  if (pools.length === 0) throw required("properties.agentPoolProfiles");
  for (const pool of pools) checkPool(pool);
  const names = pools.map(({ name }) => String(name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalid("properties.agentPoolProfiles.name", `the agent pool name '${twice}' is used twice.`);
  if (!pools.some(({ mode }) => mode === "System")) {
    throw new ArmError(
      400,
      "NoSystemPool",
      "Must define at least one system pool. Set 'mode' of one of agentPoolProfiles to 'System'. See https://aka.ms/aks/system-pool for more details.",
    );
  }
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
  const pools = Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isRecord) : [];
  for (const { orchestratorVersion } of pools) {
    check("AgentPoolK8sVersionNotSupported", "properties.agentPoolProfiles.orchestratorVersion", orchestratorVersion);
  }
}

/** What a cluster keeps for life; AKS refuses to change it. */
const fixedProperties = ["dnsPrefix", "fqdnSubdomain", "nodeResourceGroup"] as const;

/** Refuses a body that would change what AKS cannot change. A property that is left out stays as it is. */
export function checkUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  for (const name of fixedProperties) {
    if (wanted[name] === undefined || wanted[name] === null || wanted[name] === current[name]) continue;
    throw new ArmError(
      400,
      "PropertyChangeNotAllowed",
      `Changing property '${name}' is not allowed. It is '${String(current[name])}' and would become '${String(wanted[name])}'. Create another cluster, or give the old value.`,
    );
  }
}

/** The two features that workload identity needs, as the body asks for them. */
export function featuresOf(properties: Record<string, unknown>): ClusterFeatures {
  return {
    oidcIssuer: recordAt(properties, "oidcIssuerProfile").enabled === true,
    workloadIdentity: recordAt(recordAt(properties, "securityProfile"), "workloadIdentity").enabled === true,
  };
}

/** Workload identity stands on the issuer, and the issuer can't be switched off again. */
export function checkFeatures(wanted: ClusterFeatures, current: ClusterFeatures | undefined): void {
  if (current?.oidcIssuer && !wanted.oidcIssuer) {
    throw new ArmError(400, "OIDCIssuerFeatureCannotBeDisabled", "OIDC issuer feature cannot be disabled.");
  }
  if (wanted.workloadIdentity && !wanted.oidcIssuer) {
    throw new ArmError(
      400,
      "BadRequest",
      "Workload identity needs the OIDC issuer: 'properties.securityProfile.workloadIdentity' is enabled and 'properties.oidcIssuerProfile' is not. Enable both.",
    );
  }
}

function checkPool(pool: Record<string, unknown>): void {
  const { name, count, minCount, maxCount, enableAutoScaling } = pool;
  if (typeof name !== "string" || !/^[a-z][a-z0-9]{0,11}$/.test(name)) {
    throw invalid(
      "agentPoolProfile.name",
      `'${String(name)}' must be 1-12 lowercase letters and numbers, and start with a letter.`,
    );
  }
  if (pool.mode !== undefined && !["System", "User", "Gateway"].includes(String(pool.mode))) {
    throw invalid("agentPoolProfile.mode", `'${String(pool.mode)}' is not one of System, User, Gateway.`);
  }
  if (count !== undefined && (typeof count !== "number" || count < 0 || count > 1000)) {
    throw invalid("agentPoolProfile.count", `'${String(count)}' of pool '${name}' must be a number from 0 to 1000.`);
  }
  if (enableAutoScaling !== true && (minCount !== undefined || maxCount !== undefined)) {
    throw invalid(
      "agentPoolProfile.enableAutoScaling",
      `minCount and maxCount of pool '${name}' need enableAutoScaling.`,
    );
  }
  if (
    enableAutoScaling === true &&
    !(typeof minCount === "number" && typeof maxCount === "number" && minCount <= maxCount)
  ) {
    throw invalid(
      "agentPoolProfile.minCount",
      `pool '${name}' scales itself and needs minCount and maxCount, the first not above the second.`,
    );
  }
}

function required(property: string): ArmError {
  return new ArmError(
    400,
    "InvalidParameter",
    `Required parameter ${property} is missing (null). Give it in the request's body.`,
  );
}

function invalid(parameter: string, problem: string): ArmError {
  return new ArmError(
    400,
    "InvalidParameter",
    `The value of parameter ${parameter} is invalid. Error details: ${problem}`,
  );
}
