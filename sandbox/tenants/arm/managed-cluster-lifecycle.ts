import { managedWebhookNamespace, type RunningCluster } from "../cluster-backend.ts";
import type { Tenant, World } from "../tenant.ts";
import { recordAt, tagsOf } from "./call.ts";
import { ArmError } from "./errors.ts";
import { type ClusterIdentity, filledBody, newClusterIdentity } from "./managed-cluster-defaults.ts";
import { type ClusterFeatures, checkFeatures, checkUnchanged, featuresOf } from "./managed-cluster-rules.ts";
import type { Operation } from "./operations.ts";
import { deleteGroup, type ResourceGroup } from "./resource-groups.ts";
import type { StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

interface Live {
  identity: ClusterIdentity;
  features: ClusterFeatures;
  sent: Record<string, unknown>;
  running?: RunningCluster;
  /** The last operation; a new one waits for nobody, it is refused. */
  operation?: Operation;
}

/** A cluster that is asked for, and the version that it will run. */
export interface NewCluster {
  name: string;
  location: string;
  kubernetesVersion: string;
  sent: Record<string, unknown>;
}

/** Starts, changes and stops the API servers behind managed clusters. */
export class ClusterLifecycle {
  readonly #live = new Map<StoredResource, Live>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The Kubernetes version of every cluster. */
  version(): Promise<string> {
    return this.#world.backend.kubernetesVersion();
  }

  create(tenant: Tenant, group: ResourceGroup, asked: NewCluster) {
    const { name, location, kubernetesVersion, sent } = asked;
    const properties = recordAt(sent, "properties");
    const features = featuresOf(properties);
    checkFeatures(features, undefined);
    const { tenantId } = tenant.spec;
    const identity = newClusterIdentity({
      name,
      group: group.name,
      location,
      tenantId,
      properties,
      kubernetesVersion,
    });
    const type = fullType(knownTypes.managedClusters);
    const cluster: StoredResource = {
      id: `${group.id}/providers/${type}/${name}`,
      name,
      type,
      location,
      tags: tagsOf(sent),
      body: filledBody(sent, identity, tenantId, "Creating"),
      onDelete: () => this.#stop(tenant, cluster),
    };
    const live: Live = { identity, features, sent };
    this.#live.set(cluster, live);
    tenant.resources.put(cluster);
    this.#makeNodeGroup(tenant, cluster, identity);
    return { cluster, started: this.#run(tenant, cluster, live, () => this.#start(tenant, cluster, live)) };
  }

  update(tenant: Tenant, cluster: StoredResource, sent: Record<string, unknown>) {
    this.checkIdle(cluster, "update");
    const live = this.#of(cluster);
    const properties = recordAt(sent, "properties");
    checkUnchanged(properties, recordAt(cluster.body, "properties"));
    const wanted = featuresOf(properties);
    checkFeatures(wanted, live.features);
    const switched = wanted.workloadIdentity !== live.features.workloadIdentity;
    live.features = wanted;
    live.sent = sent;
    cluster.tags = tagsOf(sent);
    cluster.body = filledBody(sent, live.identity, tenant.spec.tenantId, "Updating");
    const started = this.#run(tenant, cluster, live, async () => {
      // As AKS does: a PUT on a cluster whose creation failed tries again.
      if (live.running === undefined) await this.#start(tenant, cluster, live);
      else if (switched) await live.running.setWorkloadIdentity(wanted.workloadIdentity);
    });
    return { cluster, started };
  }

  /** Deletes a cluster; one that is still being created is stopped once it runs. */
  remove(tenant: Tenant, cluster: StoredResource): Operation {
    const live = this.#of(cluster);
    cluster.body = filledBody(live.sent, live.identity, tenant.spec.tenantId, "Deleting");
    const earlier = live.operation;
    return tenant.operations.start(async () => {
      await earlier?.done;
      await tenant.resources.delete(cluster.id);
      tenant.access.dropScope(cluster.id);
    }, this.#world.log);
  }

  /** The API server of a cluster that has one; Azure refuses credentials of one that is not ready. */
  running(cluster: StoredResource): RunningCluster {
    this.checkIdle(cluster, "credential");
    const { running } = this.#of(cluster);
    if (running === undefined) {
      throw new ArmError(
        409,
        "OperationNotAllowed",
        `The managed cluster '${cluster.name}' has no API server: its creation failed. Write it again, or delete it.`,
      );
    }
    return running;
  }

  checkIdle(cluster: StoredResource, wanted: string): void {
    const state = recordAt(cluster.body, "properties").provisioningState;
    if (state === "Succeeded" || state === "Failed") return;
    throw new ArmError(
      409,
      "OperationNotAllowed",
      `Operation (${wanted}) is not allowed: another operation (${String(state)}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
    );
  }

  async #start(tenant: Tenant, cluster: StoredResource, live: Live): Promise<void> {
    live.running = await this.#world.backend.start({
      kind: "aks",
      armId: cluster.id,
      name: cluster.name,
      tenantId: tenant.spec.tenantId,
      location: cluster.location ?? tenant.spec.location,
      issuerUrl: live.identity.issuerUrl,
      managedWebhook: live.features.workloadIdentity ? { namespace: managedWebhookNamespace.aks } : undefined,
      environment: "public",
    });
  }

  #run(tenant: Tenant, cluster: StoredResource, live: Live, work: () => Promise<void>): Operation {
    const settle = (state: string) => {
      cluster.body = filledBody(live.sent, live.identity, tenant.spec.tenantId, state);
    };
    live.operation = tenant.operations.start(async () => {
      try {
        await work();
        if (live.features.oidcIssuer && live.running !== undefined) {
          this.#world.issuers.set(live.identity.issuerUrl, live.running);
        }
        settle("Succeeded");
      } catch (error) {
        settle("Failed");
        throw error;
      }
    }, this.#world.log);
    return live.operation;
  }

  /** AKS keeps the nodes in a group of its own, which goes when the cluster goes. */
  #makeNodeGroup(tenant: Tenant, cluster: StoredResource, { nodeResourceGroup: name }: ClusterIdentity): void {
    tenant.groups.set(name.toLowerCase(), {
      id: `/subscriptions/${tenant.spec.subscriptionId}/resourceGroups/${name}`,
      name,
      location: cluster.location ?? tenant.spec.location,
      managedBy: cluster.id,
    });
  }

  async #stop(tenant: Tenant, cluster: StoredResource): Promise<void> {
    const live = this.#of(cluster);
    await live.operation?.done;
    this.#world.issuers.delete(live.identity.issuerUrl);
    this.#live.delete(cluster);
    await live.running?.stop();
    const nodes = tenant.groups.get(live.identity.nodeResourceGroup.toLowerCase());
    if (nodes?.managedBy === cluster.id) await deleteGroup(tenant, nodes);
  }

  #of(cluster: StoredResource): Live {
    const live = this.#live.get(cluster);
    if (live === undefined)
      throw new ArmError(404, "ResourceNotFound", `The managed cluster '${cluster.name}' is gone.`);
    return live;
  }
}
