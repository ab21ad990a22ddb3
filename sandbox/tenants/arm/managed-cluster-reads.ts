import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, isRecord, operation, recordAt } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { checkStaticCredential, entraKubeconfig } from "./managed-cluster-access.ts";
import { invalidParameter } from "./managed-cluster-errors.ts";
import type { ClusterLifecycle } from "./managed-cluster-lifecycle.ts";
import { type Operation, operationJson, retryAfter } from "./operations.ts";
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
  serveUpgradeProfile(router, world, one, lifecycle);
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
    const requirement = { action: `${type}/${verb}/action`, versions: knownTypes.managedClusters, scope: parentPath };
    operation(router, world, "post", `${one}/${verb}`, requirement, (call) => {
      const value = Buffer.from(credential(call, role, lifecycle)).toString("base64");
      return { status: 200, body: { kubeconfigs: [{ name: `cluster${role}`, value }] } };
    });
  }
}

/** The administrator's kubeconfig, or what users of a cluster with Microsoft Entra ID get: one that runs kubelogin. */
function credential(call: ArmCall, role: "User" | "Admin", lifecycle: ClusterLifecycle): string {
  const cluster = clusterOf(call);
  const { properties } = lifecycle.state(cluster);
  const kubeconfig = lifecycle.running(cluster).kubeconfig();
  if (role === "Admin" || !isRecord(properties.aadProfile)) {
    checkStaticCredential(properties);
    return kubeconfig;
  }
  const format = call.query("format");
  if (!["", "azure", "exec"].includes(format.toLowerCase())) {
    throw invalidParameter("format", `'${format}' is not one of azure, exec.`);
  }
  const user = `clusterUser_${groupOf(call).name}_${cluster.name}`;
  return entraKubeconfig(
    kubeconfig,
    user,
    String(recordAt(properties, "aadProfile").tenantID),
    call.tenant.spec.environment,
  );
}

/** What a cluster may be upgraded to: nothing, where there is one version. */
function serveUpgradeProfile(router: Router, world: World, one: string, lifecycle: ClusterLifecycle): void {
  const requirement = { action: `${type}/upgradeProfiles/read`, versions: knownTypes.managedClusters };
  operation(router, world, "get", `${one}/upgradeProfiles/default`, requirement, (call) => {
    const cluster = clusterOf(call);
    const { identity, pools } = lifecycle.state(cluster);
    const runs = { kubernetesVersion: identity.kubernetesVersion, upgrades: [] };
    const agentPoolProfiles = [...pools.values()].map(({ name, properties: { osType } }) => ({
      name,
      osType,
      ...runs,
    }));
    return {
      status: 200,
      body: {
        id: `${cluster.id}/upgradeprofiles/default`,
        name: "default",
        type: `${type}/upgradeprofiles`,
        properties: { controlPlaneProfile: { name: "master", osType: "Linux", ...runs }, agentPoolProfiles },
      },
    };
  });
}

/** The resource of a path that ends in an action: the permission is needed over it. */
export function parentPath(call: ArmCall): string {
  return call.path.slice(0, call.path.lastIndexOf("/"));
}

/** AKS names both addresses of an operation; a client may poll either. */
export function operationHeaders(call: ArmCall, { id }: Operation, location: string): Record<string, string> {
  const base = `${call.base}/subscriptions/${call.tenant.spec.subscriptionId}/${provider}/locations/${location}`;
  const version = `?api-version=${call.apiVersion}`;
  return {
    "azure-asyncoperation": `${base}/operations/${id}${version}`,
    location: `${base}/operationresults/${id}${version}`,
    ...retryAfter(call.world.operationPollMs),
  };
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
