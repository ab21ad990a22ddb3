import { isDeepStrictEqual } from "node:util";
import type { AgentPool } from "./agent-pool-defaults.ts";
import { ArmError } from "./errors.ts";
import { propertyChangeNotAllowed } from "./managed-cluster-errors.ts";

/**
 * What a pool keeps for life: "can't be changed after creation" in learn.microsoft.com/azure/aks/create-node-pools and in
 * the Microsoft.ContainerService specification. API versions after 2026-01-02-preview begin to allow another vmSize, behind
 * a feature flag (Azure/azure-cli-extensions#9732), which is not simulated.
 */
const fixed = [
  "vmSize",
  "osDiskSizeGB",
  "osDiskType",
  "kubeletDiskType",
  "maxPods",
  "availabilityZones",
  "vnetSubnetID",
  "podSubnetID",
  "osType",
  "type",
  "enableEncryptionAtHost",
  "enableUltraSSD",
  "gpuInstanceProfile",
  "hostGroupID",
  "capacityReservationGroupID",
  "nodePublicIPPrefixID",
  "proximityPlacementGroupID",
  "scaleSetEvictionPolicy",
  "spotMaxPrice",
  "kubeletConfig",
  "linuxOSConfig",
] as const;

/**
 * Refuses a write that would change what a pool keeps for life. The name that AKS gives the property depends on the way
 * in: `properties.vmSize` of the pool itself, `agentPoolProfile.vmSize` of its cluster (both quoted from the service).
 */
export function checkPoolUnchanged(
  sent: Record<string, unknown>,
  { properties }: AgentPool,
  way: "properties" | "agentPoolProfile",
): void {
  for (const name of fixed) {
    const wanted = sent[name];
    if (wanted === undefined || wanted === null || same(wanted, properties[name])) continue;
    throw propertyChangeNotAllowed(`${way}.${name}`);
  }
  // Between Ubuntu and Azure Linux a pool is migrated in place (learn.microsoft.com/azure/aks/upgrade-os-version).
  if (isGiven(sent.osSKU) && family(sent.osSKU) !== family(properties.osSKU)) {
    throw propertyChangeNotAllowed(`${way}.OSSKU`);
  }
  const priority = properties.scaleSetPriority ?? "Regular";
  if (isGiven(sent.scaleSetPriority) && sent.scaleSetPriority !== priority) {
    // ansible-collections/azure#2186 quotes it, of a cluster write.
    throw new ArmError(
      400,
      "BadRequest",
      `ScaleSetPriority is immutable. Provided value is ${String(sent.scaleSetPriority)}, Please use current value ${String(priority)}.`,
    );
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Lists are sets to AKS, and an empty one is none. */
function same(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left)) return isDeepStrictEqual(left, right);
  const other: unknown[] = Array.isArray(right) ? right : [];
  return isDeepStrictEqual(left.map(String).sort(), other.map(String).sort());
}

function family(osSku: unknown): string {
  return /^windows/i.test(String(osSku)) ? String(osSku) : "Linux";
}
