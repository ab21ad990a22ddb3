import type { Router } from "express";
import type { World } from "../tenant.ts";
import { serveAgentPools } from "./agent-pools.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt, tagsOf } from "./call.ts";
import { armErrors } from "./errors.ts";
import { checkConditions } from "./managed-cluster-conditions.ts";
import { ClusterLifecycle } from "./managed-cluster-lifecycle.ts";
import { turn } from "./managed-cluster-power.ts";
import { clusterOf, operationHeaders, parentPath, serveClusterReads } from "./managed-cluster-reads.ts";
import { checkClusterName, checkClusterProperties, checkVersions } from "./managed-cluster-rules.ts";
import { openGroupOf } from "./resource-groups.ts";
import { resourceJson } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";

const type = fullType(knownTypes.managedClusters);
const one =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.ContainerService/managedClusters/:cluster";
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.managedClusters });

/** Serves managed clusters. Each has a running API server behind it, with an issuer of its own. */
export function serveManagedClusters(router: Router, world: World): void {
  const lifecycle = new ClusterLifecycle(world);
  serveClusterReads(router, world, lifecycle);
  serveAgentPools(router, world, one, lifecycle);
  operation(router, world, "put", one, may("write"), (call) => put(call, lifecycle));
  operation(router, world, "patch", one, may("write"), (call) => {
    const cluster = clusterOf(call);
    checkConditions(call, `the managed cluster '${cluster.name}'`, lifecycle.state(cluster).eTag);
    // A PATCH takes tags; the rest of its body is passed over, since its model (TagsObject) has nothing else.
    lifecycle.tag(cluster, tagsOf(objectBody(call)));
    return { status: 200, body: resourceJson(cluster) };
  });
  operation(router, world, "delete", one, may("delete"), (call) => {
    const id = `${openGroupOf(call).id}/providers/${type}/${call.param("cluster")}`;
    const cluster = call.tenant.resources.get(id);
    if (cluster === undefined) return { status: 204 };
    checkConditions(call, `the managed cluster '${cluster.name}'`, lifecycle.state(cluster).eTag);
    const started = lifecycle.remove(call.tenant, cluster);
    return { status: 202, headers: operationHeaders(call, started, cluster.location ?? "") };
  });
  for (const wanted of ["start", "stop"] as const) {
    operation(router, world, "post", `${one}/${wanted}`, { ...may(`${wanted}/action`), scope: parentPath }, (call) => {
      const cluster = clusterOf(call);
      const started = turn(world, call.tenant, cluster, lifecycle.state(cluster), wanted);
      return { status: 202, headers: operationHeaders(call, started, cluster.location ?? "") };
    });
  }
}

async function put(call: ArmCall, lifecycle: ClusterLifecycle): Promise<ArmAnswer> {
  const kubernetesVersion = await lifecycle.version();
  const body = objectBody(call);
  const group = openGroupOf(call);
  const name = call.param("cluster");
  checkClusterName(name);
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
  const existing = call.tenant.resources.get(`${group.id}/providers/${type}/${name}`);
  if (existing !== undefined && existing.location !== location) {
    throw armErrors.locationFixed(existing.name, type, group.name, existing.location ?? "");
  }
  checkConditions(call, `the managed cluster '${name}'`, existing && lifecycle.state(existing).eTag);
  checkClusterProperties(recordAt(body, "properties"));
  checkVersions(recordAt(body, "properties"), kubernetesVersion);
  const { cluster, started } =
    existing === undefined
      ? lifecycle.create(call.tenant, group, { name, location, kubernetesVersion, sent: body })
      : lifecycle.update(call.tenant, existing, body);
  return {
    status: existing === undefined ? 201 : 200,
    body: resourceJson(cluster),
    headers: operationHeaders(call, started, location),
  };
}
