import { randomUUID } from "node:crypto";
import type { RunningCluster } from "../cluster-backend.ts";
import { type AgentPool, type PoolSurroundings, poolProfile } from "./agent-pool-defaults.ts";
import { ArmError } from "./errors.ts";
import { type ClusterIdentity, readOnlyProperties } from "./managed-cluster-defaults.ts";
import { operationInProgress } from "./managed-cluster-errors.ts";
import type { Operation } from "./operations.ts";
import type { StoredResource } from "./resource-store.ts";

/** Everything that AKS keeps of a cluster. The stored resource's body is what it shows of it. */
export interface ClusterState {
  readonly identity: ClusterIdentity;
  /** Beside `properties`: sku, identity, kind. */
  top: Record<string, unknown>;
  /** As asked for and filled in, without pools and without what is read-only. */
  properties: Record<string, unknown>;
  readonly pools: Map<string, AgentPool>;
  eTag: string;
  provisioningState: string;
  power: { running: boolean; since: Date };
  running?: RunningCluster;
  /** The last operation on the cluster itself; a new one waits for nobody, it is refused. */
  operation?: Operation;
}

/** Shows the state as the resource's body. */
export function show(cluster: StoredResource, state: ClusterState): void {
  const { identity, top, properties, pools, eTag, provisioningState, power } = state;
  cluster.body = {
    eTag,
    ...top,
    properties: {
      ...properties,
      ...readOnlyProperties(properties, identity),
      provisioningState,
      powerState: { code: power.running ? "Running" : "Stopped" },
      agentPoolProfiles: [...pools.values()].map(poolProfile),
    },
  };
}

/** Moves the cluster and its pools into a state. A new one is a write: every eTag changes (learn.microsoft.com/azure/aks/use-etags). */
export function enter(state: ClusterState, provisioningState: string, pools: readonly string[]): void {
  state.provisioningState = provisioningState;
  state.eTag = randomUUID();
  for (const pool of state.pools.values()) {
    pool.eTag = randomUUID();
    if (pools.includes(pool.name)) pool.provisioningState = provisioningState;
  }
}

/** Ends what `enter` began; nothing but the states change, so that an eTag read meanwhile is still good. */
export function settle(state: ClusterState, provisioningState: string): void {
  state.provisioningState = provisioningState;
  for (const pool of state.pools.values()) {
    if (!isSettled(pool.provisioningState)) pool.provisioningState = provisioningState;
  }
}

/** What a pool of the cluster takes from it. */
export function surroundingsOf({ identity, properties }: ClusterState): PoolSurroundings {
  return { version: String(properties.kubernetesVersion), runs: identity.kubernetesVersion };
}

/** Refuses a write while the cluster or one of `pools` is still being written. */
export function checkIdle(state: ClusterState, pools: Iterable<AgentPool> = state.pools.values()): void {
  if (!isSettled(state.provisioningState)) throw operationInProgress(`operation (${state.provisioningState})`);
  for (const { name, provisioningState } of pools) {
    if (!isSettled(provisioningState))
      throw operationInProgress(`agentpool operation (${name} - ${provisioningState})`);
  }
}

/**
 * Refuses a write to a stopped cluster: "You can only start or delete a stopped AKS cluster. To perform other operations,
 * start the cluster first" (learn.microsoft.com/azure/aks/start-stop-cluster). The answer's own words are not confirmed.
 */
export function checkRunning({ power }: ClusterState, name: string): void {
  if (power.running) return;
  throw new ArmError(
    409,
    "OperationNotAllowed",
    `Operation is not allowed: the managed cluster '${name}' is in Power State (Stopped). Only starting and deleting a stopped cluster is allowed. Start it first: az aks start. See https://aka.ms/aks/start-stop-cluster for more details`,
  );
}

function isSettled(provisioningState: string): boolean {
  return provisioningState === "Succeeded" || provisioningState === "Failed";
}
