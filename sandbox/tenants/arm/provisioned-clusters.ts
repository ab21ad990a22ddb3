import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, objectBody, operation, recordAt } from "./call.ts";
import { connectedClustersOf } from "./connected-cluster-lifecycle.ts";
import { provisionedKind } from "./connected-cluster-rules.ts";
import { connectedClusterOf } from "./connected-clusters.ts";
import { ArmError, armErrors } from "./errors.ts";
import { linkedResource } from "./linked-access.ts";
import { type OperationAddresses, serveOperationAddresses } from "./operation-addresses.ts";
import { ProvisionedClusters } from "./provisioned-cluster-lifecycle.ts";
import {
  checkInstance,
  checkInstanceUnchanged,
  checkInstanceVersion,
  networkIdOf,
} from "./provisioned-cluster-rules.ts";
import { serveHybridKubernetesVersions } from "./provisioned-cluster-versions.ts";
import { openGroupOf } from "./resource-groups.ts";
import { resourceJson, type StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.provisionedClusters);
const connected =
  "/subscriptions/:subscriptionId/resourceGroups/:resourceGroup/providers/Microsoft.Kubernetes/connectedClusters/:cluster";
const collection = `${connected}/providers/Microsoft.HybridContainerService/provisionedClusterInstances`;
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.provisionedClusters });

/** Serves AKS Arc's cluster instances. Each has a running API server behind it. There is one below a connected cluster: `default`. */
export function serveProvisionedClusters(router: Router, world: World): void {
  const clusters = new ProvisionedClusters(world, connectedClustersOf(world));
  // The provider answers for the whole tenant: examples of ProvisionedClusters_ListUserKubeconfig in azure-rest-api-specs.
  const addresses = serveOperationAddresses(router, world, knownTypes.provisionedClusterOperations, "");
  serveHybridKubernetesVersions(router, world);
  operation(router, world, "get", collection, may("read"), (call) => {
    const { id } = connectedClusterOf(call);
    return { status: 200, body: { value: call.tenant.resources.ofType(type, id).map(resourceJson) } };
  });
  const one = `${collection}/default`;
  operation(router, world, "get", one, may("read"), (call) => ({ status: 200, body: resourceJson(instanceOf(call)) }));
  operation(router, world, "put", one, may("write"), (call) => put(call, clusters, addresses));
  operation(router, world, "delete", one, may("delete"), (call) => remove(call, clusters, addresses));
  for (const role of ["Admin", "User"] as const) {
    const verb = `list${role}Kubeconfig`;
    operation(router, world, "post", `${one}/${verb}`, may(`${verb}/action`), (call) =>
      kubeconfigs(call, clusters, addresses, role),
    );
  }
}

function instanceOf(call: ArmCall): StoredResource {
  const parent = connectedClusterOf(call);
  const instance = call.tenant.resources.get(`${parent.id}/providers/${type}/default`);
  if (instance === undefined) throw armErrors.resourceNotFound(type, "default", call.param("resourceGroup"));
  return instance;
}

async function put(call: ArmCall, clusters: ProvisionedClusters, addresses: OperationAddresses): Promise<ArmAnswer> {
  const { tenant } = call;
  const body = objectBody(call);
  const properties = recordAt(body, "properties");
  const group = openGroupOf(call);
  const parentId = `${group.id}/providers/${fullType(knownTypes.connectedClusters)}/${call.param("cluster")}`;
  const parent = tenant.resources.get(parentId);
  if (parent === undefined) throw armErrors.parentNotFound("write", knownTypes.provisionedClusters.type, parentId);
  if (parent.body.kind !== provisionedKind) {
    throw new ArmError(
      400,
      "BadRequest",
      `The connected cluster '${parent.name}' is not of kind ${provisionedKind}: nothing can be provisioned below it.`,
    );
  }
  checkInstance(properties);
  const performed = `${type}/write`;
  const customLocation = linkedResource(call, {
    property: "extendedLocation.name",
    id: recordAt(body, "extendedLocation").name,
    type: fullType(knownTypes.customLocations),
    action: `${fullType(knownTypes.customLocations)}/deploy/action`,
    performed,
  });
  const network = linkedResource(call, {
    property: "properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds[0]",
    id: networkIdOf(properties),
    type: fullType(knownTypes.logicalNetworks),
    action: `${fullType(knownTypes.logicalNetworks)}/join/action`,
    performed,
  });
  const home = String(recordAt(network.body, "extendedLocation").name);
  if (home.toLowerCase() !== customLocation.id.toLowerCase()) {
    throw new ArmError(
      400,
      "InvalidParameter",
      `The logical network '${network.id}' is not in the custom location '${customLocation.id}' but in '${home}'.`,
    );
  }
  const version = await clusters.version();
  checkInstanceVersion(properties, version);
  const existing = tenant.resources.get(`${parent.id}/providers/${type}/default`);
  if (existing !== undefined) {
    clusters.checkIdle(existing);
    const before = String(recordAt(existing.body, "extendedLocation").name);
    if (before.toLowerCase() !== customLocation.id.toLowerCase()) {
      throw new ArmError(
        400,
        "PropertyChangeNotAllowed",
        "Changing property 'extendedLocation' of a provisioned cluster is not allowed.",
      );
    }
    checkInstanceUnchanged(properties, recordAt(existing.body, "properties"));
  }
  const { instance, started } =
    existing === undefined ? clusters.create(tenant, parent, body, version) : clusters.update(tenant, existing, body);
  return {
    status: existing === undefined ? 201 : 200,
    body: resourceJson(instance),
    headers: addresses.headers(call, started, place(parent)),
  };
}

function remove(call: ArmCall, clusters: ProvisionedClusters, addresses: OperationAddresses): ArmAnswer {
  const parent = connectedClusterOf(call);
  const instance = call.tenant.resources.get(`${parent.id}/providers/${type}/default`);
  if (instance === undefined) return { status: 204 };
  const started = clusters.remove(call.tenant, instance);
  return { status: 202, headers: addresses.headers(call, started, place(parent)) };
}

/** Credentials come from Azure Local itself, so the answer is only the address where they will be. */
function kubeconfigs(
  call: ArmCall,
  clusters: ProvisionedClusters,
  addresses: OperationAddresses,
  role: "Admin" | "User",
): ArmAnswer {
  const instance = instanceOf(call);
  const running = clusters.running(instance);
  const started = call.tenant.operations.start(async () => {}, call.world.log);
  addresses.keepResult(started, () => ({
    id: `/providers/Microsoft.HybridContainerService/locations/${place(connectedClusterOf(call))}/operationStatuses/${started.id}`,
    name: started.id,
    resourceId: instance.id,
    status: "Succeeded",
    properties: {
      kubeconfigs: [{ name: `cluster${role}`, value: Buffer.from(running.kubeconfig()).toString("base64") }],
    },
  }));
  const { location, "retry-after": pause } = addresses.headers(call, started, place(connectedClusterOf(call)));
  return {
    status: 202,
    headers: { ...(location ? { location } : {}), ...(pause ? { "retry-after": pause } : {}) },
  };
}

function place(parent: StoredResource): string {
  return (parent.location ?? "").toUpperCase();
}
