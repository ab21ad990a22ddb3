import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type ManagedWebhook, managedWebhookNamespace, type RunningCluster } from "../cluster-backend.ts";
import type { Tenant, World } from "../tenant.ts";
import { recordAt, tagsOf } from "./call.ts";
import { ArmError } from "./errors.ts";
import { entraOf } from "./managed-cluster-access.ts";
import { mergedProperties, newClusterIdentity, newProperties, topOf } from "./managed-cluster-defaults.ts";
import { poolsAfter } from "./managed-cluster-pools.ts";
import {
  type ClusterFeatures,
  checkCluster,
  checkIssuerStays,
  checkUnchanged,
  featuresOf,
} from "./managed-cluster-rules.ts";
import { type ClusterState, checkIdle, checkRunning, enter, settle, show } from "./managed-cluster-state.ts";
import type { Operation } from "./operations.ts";
import { deleteGroup, type ResourceGroup } from "./resource-groups.ts";
import type { StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

/** A cluster that is asked for, and the version that it will run. */
export interface NewCluster {
  name: string;
  location: string;
  kubernetesVersion: string;
  sent: Record<string, unknown>;
}

/** Starts, changes and stops the API servers behind managed clusters. */
export class ClusterLifecycle {
  readonly #states = new Map<StoredResource, ClusterState>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The Kubernetes version of every cluster. */
  version(): Promise<string> {
    return this.#world.backend.kubernetesVersion();
  }

  /** What is kept of a cluster. @throws ArmError when it is gone */
  state(cluster: StoredResource): ClusterState {
    const state = this.#states.get(cluster);
    if (state === undefined)
      throw new ArmError(404, "ResourceNotFound", `The managed cluster '${cluster.name}' is gone.`);
    return state;
  }

  create(tenant: Tenant, group: ResourceGroup, asked: NewCluster) {
    const { name, location, kubernetesVersion, sent } = asked;
    const { tenantId } = tenant.spec;
    const body = recordAt(sent, "properties");
    const identity = newClusterIdentity({
      name,
      group: group.name,
      location,
      tenantId,
      properties: body,
      kubernetesVersion,
      environment: tenant.spec.environment,
    });
    const top = topOf(sent, {}, identity.principalId, tenantId);
    const properties = mergedProperties(body, newProperties(body, identity), tenantId);
    const pools = poolsAfter(
      body,
      new Map(),
      { version: String(properties.kubernetesVersion), runs: kubernetesVersion },
      "Creating",
    );
    checkCluster(properties, top, [...pools.values()], location);
    const type = fullType(knownTypes.managedClusters);
    const cluster: StoredResource = {
      id: `${group.id}/providers/${type}/${name}`,
      name,
      type,
      location,
      tags: tagsOf(sent),
      body: {},
      onDelete: () => this.#stop(tenant, cluster),
    };
    const state: ClusterState = {
      identity,
      top,
      properties,
      pools,
      eTag: randomUUID(),
      provisioningState: "Creating",
      power: { running: true, since: new Date() },
    };
    this.#states.set(cluster, state);
    show(cluster, state);
    tenant.resources.put(cluster);
    this.#makeNodeGroup(tenant, cluster, identity.nodeResourceGroup);
    return { cluster, started: this.#run(tenant, cluster, state, () => this.#start(tenant, cluster, state)) };
  }

  update(tenant: Tenant, cluster: StoredResource, sent: Record<string, unknown>) {
    const state = this.state(cluster);
    checkIdle(state);
    checkRunning(state, cluster.name);
    const { tenantId } = tenant.spec;
    const body = recordAt(sent, "properties");
    checkUnchanged(body, state.properties);
    const top = topOf(sent, state.top, state.identity.principalId, tenantId);
    const properties = mergedProperties(body, state.properties, tenantId);
    const [before, after] = [featuresOf(state.properties), featuresOf(properties)];
    checkIssuerStays(after, before);
    const around = { version: String(properties.kubernetesVersion), runs: state.identity.kubernetesVersion };
    const pools = poolsAfter(body, state.pools, around, "Updating");
    checkCluster(properties, top, [...pools.values()], cluster.location ?? "");
    const signIn = [state.properties, properties].map((each) => entraOf(each, this.#world.address));
    Object.assign(state, { top, properties });
    for (const [name, pool] of pools) state.pools.set(name, pool);
    cluster.tags = tagsOf(sent);
    enter(state, "Updating", [...state.pools.keys()]);
    show(cluster, state);
    const started = this.#run(tenant, cluster, state, async () => {
      // As AKS does: a PUT on a cluster whose creation failed tries again.
      if (state.running === undefined) return this.#start(tenant, cluster, state);
      if (before.workloadIdentity !== after.workloadIdentity) {
        await state.running.setManagedWebhook(webhookOf(after));
      }
      if (!isDeepStrictEqual(signIn[0], signIn[1])) await state.running.setEntra(signIn[1]);
    });
    return { cluster, started };
  }

  /** Writes nothing but the tags. */
  tag(cluster: StoredResource, tags: Record<string, string> | undefined): void {
    const state = this.state(cluster);
    checkIdle(state);
    cluster.tags = tags ?? cluster.tags;
    enter(state, "Succeeded", []);
    show(cluster, state);
  }

  /** Deletes a cluster; one that is still being created is stopped once it runs. */
  remove(tenant: Tenant, cluster: StoredResource): Operation {
    const state = this.state(cluster);
    enter(state, "Deleting", [...state.pools.keys()]);
    show(cluster, state);
    const earlier = state.operation;
    return tenant.operations.start(async () => {
      await earlier?.done;
      await tenant.resources.delete(cluster.id);
      tenant.access.dropScope(cluster.id);
    }, this.#world.log);
  }

  /** The API server of a cluster that has one; Azure refuses credentials of one that is not ready. */
  running(cluster: StoredResource): RunningCluster {
    const state = this.state(cluster);
    checkIdle(state, []);
    if (state.running === undefined) {
      throw new ArmError(
        409,
        "OperationNotAllowed",
        `The managed cluster '${cluster.name}' has no API server: its creation failed. Write it again, or delete it.`,
      );
    }
    return state.running;
  }

  async #start(tenant: Tenant, cluster: StoredResource, state: ClusterState): Promise<void> {
    const entra = entraOf(state.properties, this.#world.address);
    state.running = await this.#world.backend.start({
      kind: "aks",
      armId: cluster.id,
      name: cluster.name,
      tenantId: tenant.spec.tenantId,
      location: cluster.location ?? tenant.spec.location,
      issuerUrl: state.identity.issuerUrl,
      managedWebhook: webhookOf(featuresOf(state.properties)),
      environment: tenant.spec.environment,
      ...(entra === undefined ? {} : { entra }),
    });
  }

  #run(tenant: Tenant, cluster: StoredResource, state: ClusterState, work: () => Promise<void>): Operation {
    const end = (provisioningState: string) => {
      // A deletion that came in between is not undone.
      if (state.provisioningState !== "Deleting") settle(state, provisioningState);
      show(cluster, state);
    };
    state.operation = tenant.operations.start(async () => {
      try {
        await work();
        if (featuresOf(state.properties).oidcIssuer && state.running !== undefined) {
          this.#world.issuers.set(state.identity.issuerUrl, state.running);
        }
        end("Succeeded");
      } catch (error) {
        end("Failed");
        throw error;
      }
    }, this.#world.log);
    return state.operation;
  }

  /** AKS keeps the nodes in a group of its own, which goes when the cluster goes. */
  #makeNodeGroup(tenant: Tenant, cluster: StoredResource, name: string): void {
    tenant.groups.set(name.toLowerCase(), {
      id: `/subscriptions/${tenant.spec.subscriptionId}/resourceGroups/${name}`,
      name,
      location: cluster.location ?? tenant.spec.location,
      managedBy: cluster.id,
    });
  }

  async #stop(tenant: Tenant, cluster: StoredResource): Promise<void> {
    const state = this.state(cluster);
    await state.operation?.done;
    this.#world.issuers.delete(state.identity.issuerUrl);
    this.#states.delete(cluster);
    await state.running?.stop();
    const nodes = tenant.groups.get(state.identity.nodeResourceGroup.toLowerCase());
    if (nodes?.managedBy === cluster.id) await deleteGroup(tenant, nodes);
  }
}

/** The webhook that AKS runs in a cluster with workload identity. */
function webhookOf({ workloadIdentity }: ClusterFeatures): ManagedWebhook | undefined {
  return workloadIdentity ? { namespace: managedWebhookNamespace.aks } : undefined;
}
