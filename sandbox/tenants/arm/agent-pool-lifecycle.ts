import { setTimeout as wait } from "node:timers/promises";
import type { Tenant, World } from "../tenant.ts";
import { type AgentPool, writtenPool } from "./agent-pool-defaults.ts";
import { checkPoolUnchanged } from "./agent-pool-fixed.ts";
import { checkPool, checkSkew, checkSystemPool } from "./agent-pool-rules.ts";
import { ArmError } from "./errors.ts";
import { checkNetwork, networkOf } from "./managed-cluster-network.ts";
import { checkVersions } from "./managed-cluster-rules.ts";
import { type ClusterState, checkIdle, checkRunning, show, surroundingsOf } from "./managed-cluster-state.ts";
import type { Operation } from "./operations.ts";
import type { StoredResource } from "./resource-store.ts";

/** How long a write to a pool takes here; minutes in Azure. Long enough to be seen on its way. */
const durationMs = 200;

/** Where a pool is written: the cluster, and what is kept of it. */
export interface PoolOwner {
  world: World;
  tenant: Tenant;
  cluster: StoredResource;
  state: ClusterState;
}

/**
 * Makes or changes a pool. One write at a time to a cluster and all its pools: AKS has let pools of one cluster be written
 * beside each other at times (Azure/AKS#2720) and refuses it at others (cilium/cilium#25944), so nobody may count on it.
 */
export function writePool(
  owner: PoolOwner,
  name: string,
  sent: Record<string, unknown>,
): { pool: AgentPool; started: Operation } {
  const { cluster, state } = owner;
  const before = state.pools.get(name);
  checkIdle(state);
  checkRunning(state, cluster.name);
  const around = surroundingsOf(state);
  checkSkew(sent.orchestratorVersion, around.runs);
  checkVersions({ agentPoolProfiles: [sent] }, around.runs);
  if (before !== undefined) checkPoolUnchanged(sent, before, "properties");
  const pool = writtenPool(name, sent, before, around, before === undefined ? "Creating" : "Updating");
  checkPool(name, pool.properties, cluster.location ?? "");
  const after = new Map(state.pools).set(name, pool);
  if (after.size > 100) {
    // The exact words are not confirmed; the limit is in learn.microsoft.com/azure/aks/quotas-skus-regions.
    throw new ArmError(400, "OperationNotAllowed", "A managed cluster has at most 100 agent pools.");
  }
  const all = [...after.values()].map(({ properties }) => properties);
  checkSystemPool(all);
  checkNetwork(networkOf(state.properties), all);
  state.pools.set(name, pool);
  return { pool, started: run(owner, () => settlePool(pool)) };
}

/** Deletes a pool; the cluster keeps one with mode System. */
export function deletePool(owner: PoolOwner, pool: AgentPool): Operation {
  const { cluster, state } = owner;
  checkIdle(state);
  checkRunning(state, cluster.name);
  const others = [...state.pools.values()].filter((each) => each !== pool);
  if (!others.some(({ properties }) => properties.mode === "System")) {
    // Both texts are the service's: pulumi/pulumi-azure-native#1575 and Azure/aks-engine#542.
    throw new ArmError(
      400,
      "OperationNotAllowed",
      others.length === 0
        ? "There has to be at least one agent pool."
        : "There has to be at least one system agent pool.",
    );
  }
  pool.provisioningState = "Deleting";
  return run(owner, () => {
    state.pools.delete(pool.name);
  });
}

function run({ world, tenant, cluster, state }: PoolOwner, end: () => void): Operation {
  show(cluster, state);
  return tenant.operations.start(async () => {
    await wait(durationMs);
    end();
    show(cluster, state);
  }, world.log);
}

function settlePool(pool: AgentPool): void {
  // A cluster that is deleted meanwhile takes its pools along.
  if (pool.provisioningState !== "Deleting") pool.provisioningState = "Succeeded";
}
