import { setTimeout as wait } from "node:timers/promises";
import type { Tenant, World } from "../tenant.ts";
import { ArmError } from "./errors.ts";
import { type ClusterState, checkIdle, enter, settle, show } from "./managed-cluster-state.ts";
import type { Operation } from "./operations.ts";
import type { StoredResource } from "./resource-store.ts";

/** How long stopping and starting take here; minutes in Azure. */
const durationMs = 200;

/**
 * Stops or starts a cluster, as far as Resource Manager shows it. The API server itself goes on: what it holds lies in
 * memory, and AKS keeps what a stopped cluster holds.
 */
export function turn(
  world: World,
  tenant: Tenant,
  cluster: StoredResource,
  state: ClusterState,
  wanted: "start" | "stop",
): Operation {
  checkIdle(state);
  checkTurn(state, wanted);
  enter(state, wanted === "stop" ? "Stopping" : "Starting", [...state.pools.keys()]);
  show(cluster, state);
  state.operation = tenant.operations.start(async () => {
    await wait(durationMs);
    state.power = { running: wanted === "start", since: new Date() };
    for (const pool of state.pools.values()) pool.running = wanted === "start";
    if (state.provisioningState !== "Deleting") settle(state, "Succeeded");
    show(cluster, state);
  }, world.log);
  return state.operation;
}

/** The text is AKS's for stopping ("Troubleshoot cluster is in failed state"); that of starting is made after it. */
function checkTurn({ power }: ClusterState, wanted: "start" | "stop"): void {
  if (power.running === (wanted === "stop")) return;
  const [now, doing] = wanted === "stop" ? ["running", "stopping"] : ["stopped", "starting"];
  throw new ArmError(
    409,
    "OperationNotAllowed",
    `managed cluster is not currently ${now}, ${doing} cannot be performed; The ${wanted} operation started at '${power.since.toISOString()}' and elapsed time is: '${elapsed(power.since)}' (RFC3339 format)`,
  );
}

/** `7 days and 01:16:37` */
function elapsed(since: Date): string {
  const seconds = Math.floor((Date.now() - since.getTime()) / 1000);
  const days = Math.floor(seconds / 86_400);
  return `${days} days and ${new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19)}`;
}
