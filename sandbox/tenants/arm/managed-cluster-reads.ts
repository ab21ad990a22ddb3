import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, isRecord, operation, recordAt } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import type { ClusterLifecycle } from "./managed-cluster-lifecycle.ts";
import { operationJson, retryAfter } from "./operations.ts";
import { groupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.managedClusters);
const subscription = "/subscriptions/:subscriptionId";
const provider = "providers/Microsoft.ContainerService";
const collection = `${subscription}/resourceGroups/:resourceGroup/${provider}/managedClusters`;
const read = { action: `${type}/read`, versions: knownTypes.managedClusters };

/** Serves what is read of managed clusters: themselves, their pools, their credentials, the state of operations. */
export function serveClusterReads(router: Router, world: World, lifecycle: ClusterLifecycle): void {
  operation(router, world, "get", `${subscription}/${provider}/managedClusters`, read, (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type).map(resourceJson) },
  }));
  operation(router, world, "get", collection, read, (call) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, groupOf(call).id).map(resourceJson) },
  }));
  const one = `${collection}/:cluster`;
  operation(router, world, "get", one, read, (call) => ({ status: 200, body: resourceJson(clusterOf(call)) }));
  serveCredentials(router, world, one, lifecycle);
  servePools(router, world, one);
  serveOperations(router, world);
}

/** The cluster that a path names, or Azure's 404. */
export function clusterOf(call: ArmCall): StoredResource {
  const group = groupOf(call);
  const cluster = call.tenant.resources.get(`${group.id}/providers/${type}/${call.param("cluster")}`);
  if (cluster === undefined) throw armErrors.resourceNotFound(type, call.param("cluster"), group.name);
  return cluster;
}

function serveCredentials(router: Router, world: World, one: string, lifecycle: ClusterLifecycle): void {
  for (const role of ["User", "Admin"] as const) {
    const verb = `listCluster${role}Credential`;
    const requirement = {
      action: `${type}/${verb}/action`,
      versions: knownTypes.managedClusters,
      scope: (call: ArmCall) => call.path.slice(0, call.path.lastIndexOf("/")),
    };
    operation(router, world, "post", `${one}/${verb}`, requirement, (call) => {
      const kubeconfig = lifecycle.running(clusterOf(call)).kubeconfig();
      const value = Buffer.from(kubeconfig).toString("base64");
      return { status: 200, body: { kubeconfigs: [{ name: `cluster${role}`, value }] } };
    });
  }
}

function servePools(router: Router, world: World, one: string): void {
  const requirement = { action: `${type}/agentPools/read`, versions: knownTypes.agentPools };
  operation(router, world, "get", `${one}/agentPools`, requirement, (call) => ({
    status: 200,
    body: { value: poolsOf(call) },
  }));
  operation(router, world, "get", `${one}/agentPools/:pool`, requirement, (call) => {
    const wanted = call.param("pool").toLowerCase();
    const pool = poolsOf(call).find(({ name }) => name === wanted);
    if (pool === undefined)
      throw new ArmError(
        404,
        "NotFound",
        `Could not find the agentpool: ${call.param("pool")} in managed cluster ${call.param("cluster")}.`,
      );
    return { status: 200, body: pool };
  });
}

function poolsOf(call: ArmCall): Record<string, unknown>[] {
  const cluster = clusterOf(call);
  const profiles = recordAt(cluster.body, "properties").agentPoolProfiles;
  return (Array.isArray(profiles) ? profiles.filter(isRecord) : []).map(({ name, ...properties }) => ({
    id: `${cluster.id}/agentPools/${String(name)}`,
    name,
    type: fullType(knownTypes.agentPools),
    properties,
  }));
}

function serveOperations(router: Router, world: World): void {
  const locations = `${subscription}/${provider}/locations/:location`;
  operation(
    router,
    world,
    "get",
    `${locations}/operations/:operation`,
    { action: "Microsoft.ContainerService/locations/operations/read", versions: knownTypes.clusterOperations },
    (call): ArmAnswer => ({
      status: 200,
      body: operationJson(call.tenant.operations.get(call.param("operation"))),
      headers: retryAfter(world.operationPollMs),
    }),
  );
  operation(
    router,
    world,
    "get",
    `${locations}/operationresults/:operation`,
    {
      action: "Microsoft.ContainerService/locations/operationresults/read",
      versions: knownTypes.clusterOperationResults,
    },
    (call): ArmAnswer => {
      const { status, error } = call.tenant.operations.get(call.param("operation"));
      if (status === "InProgress") {
        return {
          status: 202,
          headers: {
            location: `${call.base}${call.path}?api-version=${call.apiVersion}`,
            ...retryAfter(world.operationPollMs),
          },
        };
      }
      if (error !== undefined) throw new ArmError(409, error.code, error.message);
      return { status: 204 };
    },
  );
}
