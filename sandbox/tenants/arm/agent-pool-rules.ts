import { checkSpot, checkTaintsAndLabels } from "./agent-pool-scheduling.ts";
import { isRecord } from "./call.ts";
import { ArmError } from "./errors.ts";
import { invalidParameter } from "./managed-cluster-errors.ts";

/** Regions of the sandbox in which Azure has no availability zones (learn.microsoft.com/azure/reliability/regions-list). */
const withoutZones = ["westus", "northcentralus"];

/** Refuses a pool that AKS refuses; `pool` is what it would be after the write. */
export function checkPool(name: string, pool: Record<string, unknown>, location: string): void {
  checkPoolName(name, pool.osType);
  checkKind(name, pool);
  checkScale(pool);
  checkMaxPods(pool);
  checkZones(name, pool, location);
  checkTaintsAndLabels(pool);
  checkSpot(pool);
}

/** Name rule of learn.microsoft.com/azure/aks/create-node-pools; Windows pools have six characters only. */
function checkPoolName(name: string, osType: unknown): void {
  const longest = osType === "Windows" ? 6 : 12;
  if (/^[a-z][a-z0-9]*$/.test(name) && name.length <= longest) return;
  throw invalidParameter(
    "agentPoolProfile.name",
    `'${name}' must be 1-${longest} lowercase letters and numbers, and start with a letter.`,
  );
}

function checkKind(name: string, pool: Record<string, unknown>): void {
  if (!["System", "User", "Gateway"].includes(String(pool.mode))) {
    throw invalidParameter("agentPoolProfile.mode", `'${String(pool.mode)}' is not one of System, User, Gateway.`);
  }
  // The exact words are not confirmed; the rule is in learn.microsoft.com/azure/aks/use-system-pools.
  if (pool.mode === "System" && pool.osType !== "Linux") {
    throw invalidParameter("agentPoolProfile.osType", `the system pool '${name}' must have osType Linux.`);
  }
}

function checkScale(pool: Record<string, unknown>): void {
  const least = pool.mode === "System" ? 1 : 0;
  inRange("count", pool.count, least, 1000);
  const { minCount, maxCount, count } = pool;
  if (pool.enableAutoScaling !== true) {
    if (minCount === undefined && maxCount === undefined) return;
    throw invalidParameter("agentPoolProfile.enableAutoScaling", "minCount and maxCount need enableAutoScaling.");
  }
  inRange("minCount", minCount, least, 1000);
  inRange("maxCount", maxCount, 1, 1000);
  if (Number(minCount) > Number(maxCount)) {
    throw invalidParameter(
      "agentPoolProfile.minCount",
      `minCount ${minCount} is above maxCount ${maxCount} of the autoscaler.`,
    );
  }
  // The exact words are not confirmed.
  if (Number(count) < Number(minCount) || Number(count) > Number(maxCount)) {
    throw invalidParameter(
      "agentPoolProfile.count",
      `count ${count} must lie between minCount ${minCount} and maxCount ${maxCount} of the autoscaler.`,
    );
  }
}

/** The text of the service, quoted in rancher/dashboard#11922 and kubernetes-sigs/cluster-api-provider-azure#5947. */
function inRange(property: string, value: unknown, least: number, most: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  throw new ArmError(
    400,
    "InvalidParameter",
    `agentPoolProfile.${property} was ${String(value ?? 0)}. It must be greater or equal to minCount:${least} and less than or equal to maxCount:${most}. If allowedMinCount was expected to be 0 but is 1: 1) The nodepool is a VMAS pool. 2) api Version is less than 2020-03-01. 3) The node is a system pool.`,
  );
}

/** 10 to 250 pods on a node (learn.microsoft.com/azure/aks/quotas-skus-regions); the text is quoted in Azure/AKS#931. */
function checkMaxPods({ maxPods }: Record<string, unknown>): void {
  if (typeof maxPods === "number" && Number.isInteger(maxPods) && maxPods >= 10 && maxPods <= 250) return;
  throw new ArmError(
    400,
    "InvalidParameter",
    "The value of parameter maxPods is invalid. Please see https://aka.ms/aks-naming-rules for more details.",
  );
}

/** Both texts are the service's: cloud-barista/cb-spider#1246 and jenkins-infra/azure#1458 quote them. */
function checkZones(name: string, pool: Record<string, unknown>, location: string): void {
  const zones: unknown[] = Array.isArray(pool.availabilityZones) ? pool.availabilityZones : [];
  if (zones.length === 0) return;
  const refuse = (text: string) => new ArmError(400, "AvailabilityZoneNotSupported", text);
  if (withoutZones.includes(location)) throw refuse(`Availability zone is not supported in region ${location}.`);
  const unknown = zones.filter((zone) => !["1", "2", "3"].includes(String(zone)));
  if (unknown.length === 0) return;
  throw refuse(
    `The zone(s) '${unknown.join(",")}' for resource '${name}' is not supported. The supported zones for location '${location}' are '1,2,3'`,
  );
}

/** Refuses a cluster whose pools would leave it without one for its own pods (Azure/AKS#1568 quotes it). */
export function checkSystemPool(pools: readonly Record<string, unknown>[]): void {
  if (pools.some(({ mode }) => mode === "System")) return;
  throw new ArmError(400, "MustDefineAtLeastOneSystemPool", "Must define at least one system pool.");
}

/** Refuses a pool that is newer than its control plane, or more than three minor versions older. */
export function checkSkew(wanted: unknown, runs: string): void {
  if (typeof wanted !== "string" || !/^\d+\.\d+(\.\d+)?$/.test(wanted)) return;
  const minor = (version: string) => Number(version.split(".")[1]);
  const [pool, plane] = [minor(wanted), minor(runs)];
  if (pool <= plane && plane - pool <= 3) return;
  const reason =
    pool > plane
      ? `Minor version of node pool version ${pool} is bigger than control plane version ${plane}.`
      : `Minor version of node pool cannot be more than 3 versions less than control plane's version. Minor version of node pool is ${pool} and control plane is ${plane}.`;
  throw new ArmError(
    400,
    "NodePoolMcVersionIncompatible",
    `Node pool version ${wanted} and control plane version ${runs} are incompatible. ${reason} For more information, please check https://aka.ms/aks/UpgradeVersionRules`,
  );
}

/** The pools of a cluster's body. */
export function sentPools(properties: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles.filter(isRecord) : [];
}
