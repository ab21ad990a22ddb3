import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { namesOf } from "../azure-clouds.ts";
import { managedWebhookNamespace, type RunningCluster } from "../cluster-backend.ts";
import type { Tenant, World } from "../tenant.ts";
import { tagsOf } from "./call.ts";
import { type ConnectedState, connectedBody } from "./connected-cluster-body.ts";
import { type ArcFeatures, provisionedKind } from "./connected-cluster-rules.ts";
import { ArmError } from "./errors.ts";
import type { Operation } from "./operations.ts";
import type { ResourceGroup } from "./resource-groups.ts";
import type { StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

/** How long things take that take Azure minutes, in milliseconds. */
export interface ArcDelays {
  /** From a cluster that serves to agents that report it. */
  agentMs: number;
  /** How long the deletion of a provisioned cluster waits for its disruption budgets to go, before it fails. */
  budgetPatienceMs: number;
}

const type = fullType(knownTypes.connectedClusters);

interface Live {
  tenant: Tenant;
  sent: Record<string, unknown>;
  state: ConnectedState;
  /** The issuer for as long as the resource lives. */
  issuerUrl: string;
  running?: RunningCluster;
  operation?: Operation;
  gone: boolean;
}

/** Connected clusters: their resources, and the agents that report what is behind them. */
export class ConnectedClusters {
  readonly delays: ArcDelays = { agentMs: 500, budgetPatienceMs: 60_000 };
  readonly #world: World;
  readonly #live = new Map<StoredResource, Live>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Makes the resource. Nothing is behind it until a cluster is attached. */
  create(
    tenant: Tenant,
    group: ResourceGroup,
    asked: { name: string; location: string; sent: Record<string, unknown>; features: ArcFeatures },
  ): { cluster: StoredResource; operation: Operation } {
    const { name, location, sent, features } = asked;
    const live: Live = {
      tenant,
      sent,
      issuerUrl: `https://${location}.oic.prod-arc.${namesOf(tenant.spec.environment).domain}/${tenant.spec.tenantId}/${randomUUID()}/`,
      state: {
        principalId: randomUUID(),
        tenantId: tenant.spec.tenantId,
        kubernetesVersion: "",
        features,
        issuerUrl: undefined,
        provisioningState: "Accepted",
        agentState: "Pending",
        connectivityStatus: sent.kind === provisionedKind ? "AgentNotInstalled" : "Connecting",
      },
      gone: false,
    };
    const cluster: StoredResource = {
      id: `${group.id}/providers/${type}/${name}`,
      name,
      type,
      location,
      tags: tagsOf(sent),
      body: connectedBody(sent, live.state),
      onDelete: async () => this.#forget(cluster),
    };
    this.#live.set(cluster, live);
    tenant.resources.put(cluster);
    return { cluster, operation: this.#settle(cluster, live, async () => {}) };
  }

  /** Writes the resource again; the agents of a cluster behind it follow. */
  update(cluster: StoredResource, sent: Record<string, unknown>, features: ArcFeatures): Operation {
    const live = this.of(cluster);
    live.sent = sent;
    live.state = { ...live.state, features, provisioningState: "Updating" };
    cluster.tags = tagsOf(sent);
    return this.#settle(cluster, live, async () => {
      if (live.running !== undefined) await this.#applyFeatures(live, live.running);
    });
  }

  /** Changes what PATCH may change. */
  patch(cluster: StoredResource, properties: Record<string, unknown>, tags: Record<string, string> | undefined): void {
    const live = this.of(cluster);
    const before = live.sent.properties;
    live.sent = { ...live.sent, properties: { ...(typeof before === "object" ? before : {}), ...properties } };
    cluster.tags = tags ?? cluster.tags;
    this.#show(cluster, live);
  }

  remove(cluster: StoredResource): Operation {
    const live = this.of(cluster);
    live.state = { ...live.state, provisioningState: "Deleting" };
    this.#show(cluster, live);
    const earlier = live.operation;
    return live.tenant.operations.start(async () => {
      await earlier?.done;
      await live.tenant.resources.delete(cluster.id);
      live.tenant.access.dropScope(cluster.id);
    }, this.#world.log);
  }

  /** The features with which a cluster behind the resource has to be started. */
  plan(cluster: StoredResource): { features: ArcFeatures; issuerUrl: string } {
    const { state, issuerUrl } = this.of(cluster);
    return { features: state.features, issuerUrl };
  }

  running(cluster: StoredResource): RunningCluster | undefined {
    return this.of(cluster).running;
  }

  /**
   * A cluster runs behind the resource from now on; its agents report a little later (Azure: minutes). Until then the
   * resource says Succeeded and has neither agent state nor issuer.
   * @param after what has to be done by then
   */
  attach(cluster: StoredResource, running: RunningCluster, after: Promise<void> = Promise.resolve()): Promise<void> {
    const live = this.of(cluster);
    live.running = running;
    return (async () => {
      await Promise.all([this.#agentsStart(), after]);
      const kubernetesVersion = await this.#world.backend.kubernetesVersion();
      if (live.gone) return;
      live.state = { ...live.state, kubernetesVersion, agentState: "Succeeded", connectivityStatus: "Connected" };
      this.#publish(live);
      this.#show(cluster, live);
    })();
  }

  /** A delay that is changed holds for agents that start already. */
  async #agentsStart(): Promise<void> {
    const begun = Date.now();
    for (;;) {
      const left = begun + this.delays.agentMs - Date.now();
      if (left <= 0) return;
      await wait(Math.min(left, 100), undefined, { ref: false });
    }
  }

  /** The cluster behind the resource is gone. */
  detach(cluster: StoredResource): void {
    const live = this.#live.get(cluster);
    if (live === undefined) return;
    this.#world.issuers.delete(live.issuerUrl);
    live.running = undefined;
    live.state = { ...live.state, connectivityStatus: "Offline" };
    this.#show(cluster, live);
  }

  checkIdle(cluster: StoredResource): void {
    const { provisioningState } = this.of(cluster).state;
    if (["Succeeded", "Failed"].includes(provisioningState)) return;
    // The service's own wording is not known; AnotherOperationInProgress is the code that clients wait on.
    throw new ArmError(
      409,
      "AnotherOperationInProgress",
      `Another operation (${provisioningState}) on the connected cluster '${cluster.name}' is in progress. Try again when it has ended.`,
    );
  }

  of(cluster: StoredResource): Live {
    const live = this.#live.get(cluster);
    if (live === undefined)
      throw new ArmError(404, "ResourceNotFound", `The connected cluster '${cluster.name}' is gone.`);
    return live;
  }

  /** Issuer and webhook of a running cluster as the resource asks for them. */
  async #applyFeatures(live: Live, running: RunningCluster): Promise<void> {
    const { oidcIssuer, workloadIdentity } = live.state.features;
    if (oidcIssuer && running.issuerUrl !== live.issuerUrl) await running.setIssuer(live.issuerUrl);
    await running.setManagedWebhook(
      workloadIdentity ? { namespace: managedWebhookNamespace.arc, tenantId: live.tenant.spec.tenantId } : undefined,
    );
    this.#publish(live);
  }

  #publish(live: Live): void {
    const { oidcIssuer } = live.state.features;
    if (oidcIssuer && live.running !== undefined) this.#world.issuers.set(live.issuerUrl, live.running);
    else this.#world.issuers.delete(live.issuerUrl);
    live.state = { ...live.state, issuerUrl: oidcIssuer ? live.issuerUrl : undefined };
  }

  /** Connects a cluster that runs: its agents bring issuer and webhook before the resource is done. */
  connect(cluster: StoredResource, running: RunningCluster): Promise<void> {
    const live = this.of(cluster);
    return this.attach(cluster, running, this.#applyFeatures(live, running));
  }

  #settle(cluster: StoredResource, live: Live, work: () => Promise<void>): Operation {
    this.#show(cluster, live);
    const settle = (provisioningState: string) => {
      // A deletion that has begun says its own state.
      if (live.state.provisioningState === "Deleting") return;
      live.state = { ...live.state, provisioningState };
      this.#show(cluster, live);
    };
    live.operation = live.tenant.operations.start(async () => {
      try {
        await work();
        settle("Succeeded");
      } catch (error) {
        settle("Failed");
        throw error;
      }
    }, this.#world.log);
    return live.operation;
  }

  #show(cluster: StoredResource, live: Live): void {
    cluster.body = connectedBody(live.sent, live.state);
  }

  #forget(cluster: StoredResource): void {
    const live = this.#live.get(cluster);
    if (live === undefined) return;
    live.gone = true;
    this.#world.issuers.delete(live.issuerUrl);
    this.#live.delete(cluster);
  }
}

const ofWorld = new WeakMap<World, ConnectedClusters>();

/** The connected clusters of a simulated cloud; Resource Manager and the admin address share them. */
export function connectedClustersOf(world: World): ConnectedClusters {
  const found = ofWorld.get(world) ?? new ConnectedClusters(world);
  ofWorld.set(world, found);
  return found;
}
