import { randomUUID } from "node:crypto";
import { isRecord } from "./call.ts";
import { fullType, knownTypes } from "./resource-types.ts";

/** A node pool as AKS keeps it. */
export interface AgentPool {
  readonly name: string;
  /** What was asked for, with what AKS fills in. */
  properties: Record<string, unknown>;
  provisioningState: string;
  running: boolean;
  /** A new one after every write (learn.microsoft.com/azure/aks/use-etags). */
  eTag: string;
}

/** What the control plane gives a pool that does not ask for it. */
export interface PoolSurroundings {
  /** The cluster's kubernetesVersion, as it was asked for. */
  version: string;
  /** The version that runs. */
  runs: string;
}

/** The taint and the label that AKS gives every Spot pool (learn.microsoft.com/azure/aks/spot-node-pool). */
export const spotTaint = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule";
const spotLabel = "kubernetes.azure.com/scalesetpriority";

/** What AKS says of a pool and nobody sets. */
const readOnly = ["id", "name", "provisioningState", "powerState", "eTag", "nodeImageVersion", "status"];

/** A new pool, or one that a write changes. What the write leaves out stays as it was. */
export function writtenPool(
  name: string,
  sent: Record<string, unknown>,
  existing: AgentPool | undefined,
  around: PoolSurroundings,
  provisioningState: string,
): AgentPool {
  const properties = mergedPool(sent, existing, around);
  const power = isRecord(sent.powerState) ? sent.powerState.code : undefined;
  const running = power === undefined ? (existing?.running ?? true) : power !== "Stopped";
  return { name, properties, provisioningState, running, eTag: randomUUID() };
}

/** The properties of a pool after a write. */
export function mergedPool(
  sent: Record<string, unknown>,
  existing: AgentPool | undefined,
  around: PoolSurroundings,
): Record<string, unknown> {
  const asked = given(sent);
  for (const name of readOnly) delete asked[name];
  const merged = { ...(existing?.properties ?? newPool(asked, around)), ...asked };
  if (merged.enableAutoScaling !== true) {
    // Switching the autoscaler off takes its bounds with it; bounds that are sent all the same are for the rules to refuse.
    if (!("minCount" in asked)) delete merged.minCount;
    if (!("maxCount" in asked)) delete merged.maxCount;
  }
  merged.currentOrchestratorVersion = around.runs;
  return merged.scaleSetPriority === "Spot" ? asSpot(merged) : merged;
}

function newPool(asked: Record<string, unknown>, { version, runs }: PoolSurroundings): Record<string, unknown> {
  return {
    count: typeof asked.minCount === "number" ? asked.minCount : 1,
    vmSize: "Standard_DS2_v2",
    osDiskSizeGB: 128,
    osDiskType: "Managed",
    kubeletDiskType: "OS",
    maxPods: 110,
    type: "VirtualMachineScaleSets",
    enableAutoScaling: false,
    scaleDownMode: "Delete",
    orchestratorVersion: version,
    currentOrchestratorVersion: runs,
    enableNodePublicIP: false,
    enableEncryptionAtHost: false,
    enableUltraSSD: false,
    enableFIPS: false,
    osType: "Linux",
    osSKU: asked.osType === "Windows" ? "Windows2022" : "Ubuntu",
    mode: "User",
  };
}

function asSpot(pool: Record<string, unknown>): Record<string, unknown> {
  const taints = Array.isArray(pool.nodeTaints) ? pool.nodeTaints : [];
  return {
    ...pool,
    scaleSetEvictionPolicy: pool.scaleSetEvictionPolicy ?? "Delete",
    spotMaxPrice: pool.spotMaxPrice ?? -1,
    nodeLabels: { ...(isRecord(pool.nodeLabels) ? pool.nodeLabels : {}), [spotLabel]: "spot" },
    nodeTaints: taints.includes(spotTaint) ? taints : [...taints, spotTaint],
  };
}

/** The pool as it stands among its cluster's agentPoolProfiles. */
export function poolProfile(pool: AgentPool): Record<string, unknown> {
  return { name: pool.name, ...poolProperties(pool) };
}

/** The pool as a resource of its own. */
export function poolJson(clusterId: string, pool: AgentPool): Record<string, unknown> {
  return {
    id: `${clusterId}/agentPools/${pool.name}`,
    name: pool.name,
    type: fullType(knownTypes.agentPools),
    properties: poolProperties(pool),
  };
}

function poolProperties({ properties, provisioningState, running, eTag }: AgentPool): Record<string, unknown> {
  return { ...properties, eTag, provisioningState, powerState: { code: running ? "Running" : "Stopped" } };
}

/** The entries of an object that have a value: to AKS null is as good as left out. */
export function given(sent: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined && value !== null));
}
