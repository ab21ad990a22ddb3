import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type AgentPool, poolJson } from "./agent-pool-defaults.ts";
import { deletePool, type PoolOwner, writePool } from "./agent-pool-lifecycle.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { checkConditions } from "./managed-cluster-conditions.ts";
import type { ClusterLifecycle } from "./managed-cluster-lifecycle.ts";
import { clusterOf, operationHeaders } from "./managed-cluster-reads.ts";
import { openGroupOf } from "./resource-groups.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.agentPools);
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.agentPools });

/** Serves the node pools of managed clusters as resources of their own. */
export function serveAgentPools(router: Router, world: World, cluster: string, lifecycle: ClusterLifecycle): void {
  const ownerOf = (call: ArmCall): PoolOwner => {
    const found = clusterOf(call);
    return { world, tenant: call.tenant, cluster: found, state: lifecycle.state(found) };
  };
  operation(router, world, "get", `${cluster}/agentPools`, may("read"), (call) => {
    const owner = ownerOf(call);
    const value = [...owner.state.pools.values()].map((pool) => poolJson(owner.cluster.id, pool));
    return { status: 200, body: { value } };
  });
  const one = `${cluster}/agentPools/:pool`;
  operation(router, world, "get", one, may("read"), (call) => {
    const owner = ownerOf(call);
    const pool = poolOf(call, owner);
    if (pool === undefined)
      // As AKS answers it, without Resource Manager's usual code.
      throw new ArmError(
        404,
        "NotFound",
        `Could not find the agentpool: ${call.param("pool")} in managed cluster ${call.param("cluster")}.`,
      );
    return { status: 200, body: poolJson(owner.cluster.id, pool) };
  });
  operation(router, world, "put", one, may("write"), (call) => put(call, parentOf(call, ownerOf)));
  operation(router, world, "delete", one, may("delete"), (call) => {
    const owner = ownerOf(call);
    const pool = poolOf(call, owner);
    if (pool === undefined) return { status: 204 };
    checkConditions(call, `the agent pool '${pool.name}'`, pool.eTag);
    const started = deletePool(owner, pool);
    return { status: 202, headers: operationHeaders(call, started, owner.cluster.location ?? "") };
  });
}

function put(call: ArmCall, owner: PoolOwner): ArmAnswer {
  const sent = recordAt(objectBody(call), "properties");
  const before = poolOf(call, owner);
  const name = before?.name ?? call.param("pool");
  checkConditions(call, `the agent pool '${name}'`, before?.eTag);
  const { pool, started } = writePool(owner, name, sent);
  return {
    status: before === undefined ? 201 : 200,
    body: poolJson(owner.cluster.id, pool),
    headers: operationHeaders(call, started, owner.cluster.location ?? ""),
  };
}

/** A write below a cluster that is not there has an error of its own. */
function parentOf(call: ArmCall, ownerOf: (call: ArmCall) => PoolOwner): PoolOwner {
  const group = openGroupOf(call);
  const id = `${group.id}/providers/${fullType(knownTypes.managedClusters)}/${call.param("cluster")}`;
  if (call.tenant.resources.get(id) === undefined)
    throw armErrors.parentNotFound("write", knownTypes.agentPools.type, id);
  return ownerOf(call);
}

/** Names of pools are lowercase; paths are compared in any case. */
function poolOf(call: ArmCall, { state }: PoolOwner): AgentPool | undefined {
  return state.pools.get(call.param("pool").toLowerCase());
}
