import { setTimeout as wait } from "node:timers/promises";
import { managedWebhookNamespace, type RunningCluster } from "../cluster-backend.ts";
import type { Tenant, World } from "../tenant.ts";
import { recordAt } from "./call.ts";
import type { ConnectedClusters } from "./connected-cluster-lifecycle.ts";
import { ArmError } from "./errors.ts";
import type { Operation } from "./operations.ts";
import { instanceBody } from "./provisioned-cluster-body.ts";
import type { StoredResource } from "./resource-store.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.provisionedClusters);
/** Of an API server that nobody has given a public issuer. */
const internalIssuer = "https://kubernetes.default.svc.cluster.local";
const budgetPollMs = 250;

interface Live {
  connected: StoredResource;
  sent: Record<string, unknown>;
  kubernetesVersion: string;
  running?: RunningCluster;
  operation?: Operation;
}

/** Starts and ends the clusters of AKS Arc. */
export class ProvisionedClusters {
  readonly #world: World;
  readonly #connected: ConnectedClusters;
  readonly #live = new Map<StoredResource, Live>();

  constructor(world: World, connected: ConnectedClusters) {
    this.#world = world;
    this.#connected = connected;
  }

  version(): Promise<string> {
    return this.#world.backend.kubernetesVersion();
  }

  create(tenant: Tenant, connected: StoredResource, sent: Record<string, unknown>, kubernetesVersion: string) {
    const live: Live = { connected, sent, kubernetesVersion };
    const instance: StoredResource = {
      id: `${connected.id}/providers/${type}/default`,
      name: "default",
      type,
      body: instanceBody(sent, "Creating", kubernetesVersion),
      onDelete: () => this.#stop(instance),
    };
    this.#live.set(instance, live);
    tenant.resources.put(instance);
    const started = this.#run(tenant, instance, live, () => this.#start(tenant, live));
    return { instance, started };
  }

  update(tenant: Tenant, instance: StoredResource, sent: Record<string, unknown>) {
    const live = this.#of(instance);
    live.sent = sent;
    instance.body = instanceBody(sent, "Updating", live.kubernetesVersion);
    const started = this.#run(tenant, instance, live, async () => {
      if (live.running === undefined) await this.#start(tenant, live);
    });
    return { instance, started };
  }

  /**
   * Deletes a cluster. A PodDisruptionBudget keeps its nodes from being drained, so the deletion hangs and then fails:
   * "Can't fully delete AKS Arc cluster with PodDisruptionBudget (PDB) resources" (learn.microsoft.com/azure/aks/aksarc,
   * known issues; by default there is one in a cluster with workload identity). Code and wording are not documented.
   */
  remove(tenant: Tenant, instance: StoredResource): Operation {
    const live = this.#of(instance);
    const earlier = live.operation;
    instance.body = instanceBody(live.sent, "Deleting", live.kubernetesVersion);
    live.operation = tenant.operations.start(async () => {
      await earlier?.done;
      instance.body = instanceBody(live.sent, "Deleting", live.kubernetesVersion);
      const blocking = await this.#budgetsLeft(live.running);
      if (blocking.length > 0) {
        const message = `The nodes of the cluster could not be drained: PodDisruptionBudget ${blocking.join(", ")} is in the way. Delete all PodDisruptionBudgets of the cluster (kubectl delete pdb --all -A), then delete the cluster again.`;
        instance.body = instanceBody(live.sent, "Failed", live.kubernetesVersion, message);
        throw new ArmError(409, "ProvisionedClusterDeletionFailed", message);
      }
      await tenant.resources.delete(instance.id);
      tenant.access.dropScope(instance.id);
    }, this.#world.log);
    return live.operation;
  }

  /** The API server of an instance that has one. */
  running(instance: StoredResource): RunningCluster {
    this.checkIdle(instance);
    const { running } = this.#of(instance);
    if (running !== undefined) return running;
    throw new ArmError(
      409,
      "OperationNotAllowed",
      "The provisioned cluster has no API server: its creation failed. Write it again, or delete it.",
    );
  }

  checkIdle(instance: StoredResource): void {
    const state = recordAt(instance.body, "properties").provisioningState;
    if (state === "Succeeded" || state === "Failed") return;
    // The service's own wording is not known; AnotherOperationInProgress is the code that clients wait on.
    throw new ArmError(
      409,
      "AnotherOperationInProgress",
      `Another operation (${String(state)}) on the provisioned cluster is in progress. Try again when it has ended.`,
    );
  }

  async #budgetsLeft(running: RunningCluster | undefined): Promise<string[]> {
    const deadline = Date.now() + this.#connected.delays.budgetPatienceMs;
    for (;;) {
      // A cluster whose API server does not answer has nothing that could be in the way any more.
      const budgets = await (running?.podDisruptionBudgets().catch(() => []) ?? []);
      if (budgets.length === 0) return [];
      if (Date.now() > deadline) return budgets.map(({ namespace, name }) => `${namespace}/${name}`);
      await wait(budgetPollMs, undefined, { ref: false });
    }
  }

  async #start(tenant: Tenant, live: Live): Promise<void> {
    const { connected } = live;
    const { features, issuerUrl } = this.#connected.plan(connected);
    live.running = await this.#world.backend.start({
      kind: "arc",
      armId: connected.id,
      name: connected.name,
      tenantId: tenant.spec.tenantId,
      location: connected.location ?? tenant.spec.location,
      issuerUrl: features.oidcIssuer ? issuerUrl : internalIssuer,
      managedWebhook: features.workloadIdentity
        ? { namespace: managedWebhookNamespace.arc, tenantId: tenant.spec.tenantId }
        : undefined,
      environment: tenant.spec.environment,
    });
    this.#connected.attach(connected, live.running).catch((error: unknown) => {
      this.#world.log(`arm: the agents of ${connected.name} do not report: ${String(error)}`);
    });
  }

  #run(tenant: Tenant, instance: StoredResource, live: Live, work: () => Promise<void>): Operation {
    const settle = (state: string, error?: string) => {
      // A deletion that has begun says its own state.
      if (recordAt(instance.body, "properties").provisioningState === "Deleting") return;
      instance.body = instanceBody(live.sent, state, live.kubernetesVersion, error);
    };
    live.operation = tenant.operations.start(async () => {
      try {
        await work();
        settle("Succeeded");
      } catch (error) {
        settle("Failed", error instanceof Error ? error.message : String(error));
        throw error;
      }
    }, this.#world.log);
    return live.operation;
  }

  async #stop(instance: StoredResource): Promise<void> {
    const live = this.#of(instance);
    // A deletion waits for no other operation than the one before it, and has done so.
    const state = recordAt(instance.body, "properties").provisioningState;
    if (state !== "Deleting") await live.operation?.done;
    this.#live.delete(instance);
    this.#connected.detach(live.connected);
    await live.running?.stop();
  }

  #of(instance: StoredResource): Live {
    const live = this.#live.get(instance);
    if (live === undefined) throw new ArmError(404, "ResourceNotFound", "The provisioned cluster is gone.");
    return live;
  }
}
