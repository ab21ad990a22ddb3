import { spotTaint } from "./agent-pool-defaults.ts";
import { isRecord } from "./call.ts";
import { ArmError } from "./errors.ts";
import { invalidParameter } from "./managed-cluster-errors.ts";

const name = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
const key = `([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${name}`;
const taintPattern = new RegExp(`^${key}(=(${name})?)?:(NoSchedule|PreferNoSchedule|NoExecute)$`);
const keyPattern = new RegExp(`^${key}$`);
const valuePattern = new RegExp(`^(${name})?$`);

/** Refuses taints and labels that Kubernetes or AKS does not take. */
export function checkTaintsAndLabels(pool: Record<string, unknown>): void {
  const taints: unknown[] = Array.isArray(pool.nodeTaints) ? pool.nodeTaints : [];
  for (const taint of taints) {
    if (!taintPattern.test(String(taint))) {
      throw invalidParameter(
        "agentPoolProfile.nodeTaints",
        `'${String(taint)}' is not key=value:effect with the effect NoSchedule, PreferNoSchedule or NoExecute.`,
      );
    }
  }
  if (pool.mode === "System" && taints.some((taint) => !mayTaintSystemPool(String(taint)))) {
    // The text of the service: Azure/AKS#2578.
    throw new ArmError(
      400,
      "SystemPoolHasRestrictedTaint",
      "Operation failed due to insufficient nodes for system pod scheduling. Placing custom taints on system pool is not supported(except 'CriticalAddonsOnly' taint or taint effect is 'PreferNoSchedule'). Please refer to https://aka.ms/aks/system-taints for detail",
    );
  }
  for (const [label, value] of Object.entries(isRecord(pool.nodeLabels) ? pool.nodeLabels : {}))
    checkLabel(label, value);
}

function mayTaintSystemPool(taint: string): boolean {
  return taint.startsWith("CriticalAddonsOnly") || taint.endsWith(":PreferNoSchedule") || taint === spotTaint;
}

/** kubernetes.azure.com is AKS's own (learn.microsoft.com/azure/aks/use-labels); the exact words are not confirmed. */
function checkLabel(label: string, value: unknown): void {
  const parameter = "agentPoolProfile.nodeLabels";
  if (!keyPattern.test(label) || typeof value !== "string" || !valuePattern.test(value)) {
    throw invalidParameter(parameter, `'${label}=${String(value)}' is not a Kubernetes label.`);
  }
  if (label.startsWith("kubernetes.azure.com/") && label !== "kubernetes.azure.com/scalesetpriority") {
    throw invalidParameter(parameter, `the prefix of '${label}' is reserved for AKS.`);
  }
}

/** Rules of learn.microsoft.com/azure/aks/spot-node-pool. */
export function checkSpot(pool: Record<string, unknown>): void {
  if (pool.scaleSetPriority !== "Spot") {
    // The exact words are not confirmed.
    if (typeof pool.spotMaxPrice === "number" && pool.spotMaxPrice !== -1) {
      throw invalidParameter(
        "agentPoolProfile.spotMaxPrice",
        "only pools with scaleSetPriority Spot have a highest price.",
      );
    }
    return;
  }
  // The exact words are not confirmed; "The Spot node pool can't be the default pool, only a secondary pool".
  if (pool.mode === "System") {
    throw invalidParameter("agentPoolProfile.scaleSetPriority", "a pool with mode System can't have priority Spot.");
  }
  const settings = isRecord(pool.upgradeSettings) ? pool.upgradeSettings : {};
  // Both texts are the service's: hashicorp/terraform-provider-azurerm#31129.
  if (isSet(settings.maxSurge))
    throw invalidParameter("agentPoolProfile.upgradeSettings.maxSurge", "Spot pools can't set max surge.");
  if (isSet(settings.maxUnavailable)) {
    throw invalidParameter("agentPoolProfile.upgradeSettings.maxUnavailable", "Spot pools can't set maxUnavailable.");
  }
  const price = pool.spotMaxPrice;
  if (typeof price !== "number" || (price !== -1 && price <= 0)) {
    throw invalidParameter("agentPoolProfile.spotMaxPrice", `'${String(price)}' must be -1 or above zero.`);
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
