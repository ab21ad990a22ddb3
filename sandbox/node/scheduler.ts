import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodCondition,
} from "@kubernetes/client-node";
import { podEvent } from "./events.ts";
import { explain, isStatus } from "./node-client.ts";
import { matchesSelector } from "./node-selector.ts";
import { PodWatch } from "./pod-watch.ts";

const source = { component: "default-scheduler" };

export interface SchedulerOptions {
  /** Who the scheduler is: `system:kube-scheduler`. */
  kubeconfig: KubeConfig;
  nodeName: string;
  /** Labels of the one node there is. */
  nodeLabels: Record<string, string>;
  log(line: string): void;
}

/** Gives pods to the one node of the cluster, or says why it cannot. Honours `nodeSelector`; knows no affinity, no taints. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #core: CoreV1Api;
  readonly #watch: PodWatch;
  readonly #refused = new Set<string>();
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#core = options.kubeconfig.makeApiClient(CoreV1Api);
    this.#watch = new PodWatch(options.kubeconfig, "spec.nodeName=,status.phase!=Succeeded,status.phase!=Failed", {
      onPod: (pod) => void this.#schedule(pod),
      onGone: (pod) => void this.#refused.delete(pod.metadata?.uid ?? ""),
      log: options.log,
    });
  }

  start(): Promise<void> {
    return this.#watch.start();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#watch.stop();
  }

  async #schedule(pod: V1Pod): Promise<void> {
    if (!isOurs(pod)) return;
    try {
      if (matchesSelector(pod.spec?.nodeSelector, this.#options.nodeLabels)) await this.#bind(pod);
      else await this.#refuse(pod);
    } catch (error) {
      // 404 and 409: the pod is gone or bound in the meantime.
      if (isStatus(error, 404) || isStatus(error, 409)) return;
      if (this.#stopped) return;
      this.#options.log(`scheduling of pod ${pod.metadata?.namespace}/${pod.metadata?.name}: ${explain(error)}`);
      setTimeout(() => void this.#schedule(pod), 1000).unref();
    }
  }

  async #bind(pod: V1Pod): Promise<void> {
    const { name = "", namespace = "", uid } = pod.metadata ?? {};
    const target = { apiVersion: "v1", kind: "Node", name: this.#options.nodeName };
    await this.#core.createNamespacedPodBinding({
      name,
      namespace,
      body: { metadata: { name, namespace, uid }, target },
    });
    await this.#tell(pod, "Normal", "Scheduled", `Successfully assigned ${namespace}/${name} to ${target.name}`);
  }

  async #refuse(pod: V1Pod): Promise<void> {
    const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
    if (this.#refused.has(uid)) return;
    this.#refused.add(uid);
    const message =
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    const condition: V1PodCondition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastTransitionTime: new Date(),
    };
    await this.#core.patchNamespacedPodStatus(
      { name, namespace, body: { metadata: { uid }, status: { conditions: [condition] } } },
      setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
    );
    await this.#tell(pod, "Warning", "FailedScheduling", message);
  }

  async #tell(pod: V1Pod, type: "Normal" | "Warning", reason: string, message: string): Promise<void> {
    const body = podEvent(pod, source, type, reason, message);
    // An event is a courtesy: in a namespace that is being deleted the API server refuses it.
    await this.#core
      .createNamespacedEvent({ namespace: body.metadata.namespace ?? "default", body })
      .catch(() => undefined);
  }
}

/** A pod that asks for no other scheduler, is not held back by a gate, and is not being deleted. */
function isOurs(pod: V1Pod): boolean {
  const { schedulerName = "default-scheduler", schedulingGates = [], nodeName } = pod.spec ?? {};
  return (
    schedulerName === "default-scheduler" &&
    schedulingGates.length === 0 &&
    !nodeName &&
    !pod.metadata?.deletionTimestamp
  );
}
