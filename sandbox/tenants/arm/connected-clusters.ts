import { randomBytes } from "node:crypto";
import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, tagsOf } from "./call.ts";
import { connectedJson } from "./connected-cluster-body.ts";
import { type ConnectedClusters, connectedClustersOf } from "./connected-cluster-lifecycle.ts";
import {
  checkConnectedCluster,
  checkConnectedClusterName,
  checkFeaturePair,
  checkFixedFeatures,
  checkFixedKind,
  patchedProperties,
  provisionedKind,
  wantedFeatures,
} from "./connected-cluster-rules.ts";
import { ArmError, armErrors } from "./errors.ts";
import { type OperationAddresses, serveOperationAddresses } from "./operation-addresses.ts";
import { groupOf, openGroupOf } from "./resource-groups.ts";
import type { StoredResource } from "./resource-store.ts";
import { fullType, knownTypes, regionName, regions } from "./resource-types.ts";

const type = fullType(knownTypes.connectedClusters);
const subscription = "/subscriptions/:subscriptionId";
const inGroup = `${subscription}/resourceGroups/:resourceGroup/providers/Microsoft.Kubernetes/connectedClusters`;
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.connectedClusters });

/** Serves Arc-connected clusters: those that AKS Arc provisions (below them is the instance), and any other. */
export function serveConnectedClusters(router: Router, world: World): void {
  const clusters = connectedClustersOf(world);
  const addresses = serveOperationAddresses(router, world, knownTypes.connectedClusterOperations, subscription);
  const list = (call: ArmCall, scope?: string) => ({
    status: 200,
    body: { value: call.tenant.resources.ofType(type, scope).map((each) => connectedJson(each, call.apiVersion)) },
  });
  const all = `${subscription}/providers/Microsoft.Kubernetes/connectedClusters`;
  operation(router, world, "get", all, may("read"), (call) => list(call));
  operation(router, world, "get", inGroup, may("read"), (call) => list(call, groupOf(call).id));
  const one = `${inGroup}/:cluster`;
  operation(router, world, "get", one, may("read"), (call) => ({
    status: 200,
    body: connectedJson(connectedClusterOf(call), call.apiVersion),
  }));
  operation(router, world, "put", one, may("write"), (call) => put(call, clusters, addresses));
  operation(router, world, "patch", one, may("write"), (call) => {
    const cluster = connectedClusterOf(call);
    const body = objectBody(call);
    clusters.checkIdle(cluster);
    clusters.patch(cluster, patchedProperties(body), tagsOf(body));
    return { status: 200, body: connectedJson(cluster, call.apiVersion) };
  });
  operation(router, world, "delete", one, may("delete"), (call) => remove(call, clusters, addresses));
  operation(
    router,
    world,
    "post",
    `${one}/listClusterUserCredential`,
    may("listClusterUserCredential/action"),
    (call) => userCredential(call, clusters),
  );
}

/** The connected cluster that a path names, or Azure's 404. */
export function connectedClusterOf(call: ArmCall): StoredResource {
  const group = groupOf(call);
  const cluster = call.tenant.resources.get(`${group.id}/providers/${type}/${call.param("cluster")}`);
  if (cluster === undefined) throw armErrors.resourceNotFound(type, call.param("cluster"), group.name);
  return cluster;
}

function put(call: ArmCall, clusters: ConnectedClusters, addresses: OperationAddresses): ArmAnswer {
  const body = objectBody(call);
  const group = openGroupOf(call);
  const name = call.param("cluster");
  checkConnectedClusterName(name);
  if (typeof body.location !== "string" || body.location === "") throw armErrors.locationRequired();
  const location = regionName(body.location);
  if (location === undefined) throw armErrors.locationUnavailable(body.location, type, [...regions.keys()]);
  checkConnectedCluster(body, call.apiVersion);
  const existing = call.tenant.resources.get(`${group.id}/providers/${type}/${name}`);
  const current = existing === undefined ? undefined : clusters.plan(existing).features;
  const features = wantedFeatures(body, call.apiVersion, current);
  checkFeaturePair(features);
  if (existing === undefined) {
    const { cluster, operation: started } = clusters.create(call.tenant, group, {
      name,
      location,
      sent: body,
      features,
    });
    const headers = addresses.headers(call, started, location);
    return { status: 201, body: connectedJson(cluster, call.apiVersion), headers };
  }
  if (existing.location !== location) {
    throw armErrors.locationFixed(existing.name, type, group.name, existing.location ?? "");
  }
  clusters.checkIdle(existing);
  checkFixedKind(existing.name, body.kind, existing.body.kind, call.apiVersion);
  if (existing.body.kind === provisionedKind && current !== undefined) {
    checkFixedFeatures(existing.name, features, current);
  }
  const sent = existing.body.kind === undefined ? body : { ...body, kind: existing.body.kind };
  const started = clusters.update(existing, sent, features);
  const headers = addresses.headers(call, started, location);
  return { status: 200, body: connectedJson(existing, call.apiVersion), headers };
}

function remove(call: ArmCall, clusters: ConnectedClusters, addresses: OperationAddresses): ArmAnswer {
  const { tenant } = call;
  const cluster = tenant.resources.get(`${groupOf(call).id}/providers/${type}/${call.param("cluster")}`);
  if (cluster === undefined) return { status: 204 };
  // Resource Manager's own refusal for nested resources; whether the provider gives it too could not be confirmed.
  const instances = tenant.resources.ofType(fullType(knownTypes.provisionedClusters), cluster.id);
  if (instances.length > 0) {
    throw new ArmError(
      409,
      "CannotDeleteResource",
      `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${instances.map(({ id }) => id).join(", ")}'. Please delete all nested resources before deleting this resource.`,
    );
  }
  const started = clusters.remove(cluster);
  return { status: 202, headers: addresses.headers(call, started, cluster.location ?? "") };
}

/**
 * Azure answers with a way through its relay, not with the API server's address: `az connectedk8s proxy` makes a kubeconfig
 * of it and carries the traffic. The relay is not simulated; programs that need the cluster need a kubeconfig of their own.
 */
function userCredential(call: ArmCall, clusters: ConnectedClusters): ArmAnswer {
  const cluster = connectedClusterOf(call);
  clusters.checkIdle(cluster);
  if (clusters.of(cluster).state.connectivityStatus !== "Connected") {
    // The service's own wording is not known.
    throw new ArmError(
      400,
      "BadRequest",
      `The connected cluster '${cluster.name}' is not connected: its agents have not reported. Check them with 'kubectl get pods -n azure-arc'.`,
    );
  }
  const name = randomBytes(8).toString("hex");
  return {
    status: 200,
    body: {
      hybridConnectionConfig: {
        expirationTime: Math.floor(Date.now() / 1000) + 3 * 3600,
        hybridConnectionName: `microsoft.kubernetes/connectedclusters/${name}/${Date.now()}`,
        relay: `azgnrelay-${cluster.location}-l1`,
        token: `SharedAccessSignature sr=${name}`,
        relayTid: call.tenant.spec.tenantId,
        relayType: "azurerelay",
      },
      kubeconfigs: [],
    },
  };
}
