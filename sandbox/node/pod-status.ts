import type { V1ContainerState, V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import { loopback } from "./downward-api.ts";
import { type RestartPolicy, restartPolicyOf } from "./restart-policy.ts";

/** What is known of one container; `ContainerProcess` is one. */
export interface ContainerView {
  name: string;
  image: string;
  state: V1ContainerState;
  lastState: V1ContainerState;
  restartCount: number;
  ready: boolean;
  containerId?: string | undefined;
}

export interface PodView {
  pod: V1Pod;
  initContainers: ContainerView[];
  containers: ContainerView[];
  startTime: Date;
  /** The pod's address; the node's own for one without a network of its own. */
  address?: string | undefined;
  /** The conditions reported last: one whose status stays keeps its time. */
  conditions?: V1PodCondition[] | undefined;
  /** The pod is being deleted, or has run out of its time: no container starts again. */
  ending: boolean;
  /** Why the whole pod failed, `DeadlineExceeded` for example. */
  failure?: { reason: string; message: string } | undefined;
}

export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed";

/** The phase that the containers' states add up to; the rules are those of the kubelet (`getPhase` in kubelet_pods.go). */
export function podPhase(view: Omit<PodView, "startTime">): PodPhase {
  const policy = restartPolicyOf(view.pod.spec?.restartPolicy);
  const ended = [...view.initContainers, ...view.containers].every((one) => one.state.terminated !== undefined);
  if (view.failure && (ended || view.containers.every((one) => !one.state.running))) return "Failed";
  if (view.ending && ended) return view.containers.every(succeeded) ? "Succeeded" : "Failed";
  const initFailed = view.initContainers.some((one) => one.state.terminated && !succeeded(one));
  if (initFailed && policy === "Never") return "Failed";
  if (!view.initContainers.every(succeeded)) return "Pending";
  // A container that waits for its next start has run before; one without a last state has not.
  const waitsForFirstStart = (one: ContainerView) => one.state.waiting && !one.lastState.terminated;
  if (view.containers.some(waitsForFirstStart)) return "Pending";
  return phaseOfStarted(view.containers, policy);
}

function phaseOfStarted(containers: ContainerView[], policy: RestartPolicy): PodPhase {
  if (policy === "Always" || containers.some((one) => !one.state.terminated)) return "Running";
  if (containers.every(succeeded)) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
}

function succeeded(container: ContainerView): boolean {
  return container.state.terminated?.exitCode === 0;
}

/** The status of a pod, to be merged into the one that the API server has. */
export function podStatus(view: PodView): V1PodStatus {
  const phase = podPhase(view);
  return {
    phase,
    reason: view.failure?.reason,
    message: view.failure?.message,
    hostIP: loopback,
    hostIPs: [{ ip: loopback }],
    podIP: view.address ?? loopback,
    podIPs: [{ ip: view.address ?? loopback }],
    startTime: view.startTime,
    conditions: podConditions(view, phase),
    ...(view.initContainers.length > 0
      ? { initContainerStatuses: view.initContainers.map((one) => containerStatus(one, succeeded(one))) }
      : {}),
    containerStatuses: view.containers.map((one) => containerStatus(one, one.ready)),
    qosClass: view.pod.status?.qosClass,
  };
}

function containerStatus(container: ContainerView, ready: boolean): V1ContainerStatus {
  return {
    name: container.name,
    image: container.image,
    imageID: container.containerId ? `sandbox-process://${container.image}` : "",
    containerID: container.containerId,
    ready,
    started: container.state.running !== undefined,
    restartCount: container.restartCount,
    state: container.state,
    lastState: container.lastState,
  };
}

function podConditions(view: PodView, phase: PodPhase): V1PodCondition[] {
  const done = phase === "Succeeded" || phase === "Failed";
  const initialized = view.initContainers.every(succeeded);
  const unready = view.containers.filter((one) => !one.ready).map((one) => one.name);
  const containersReady = !done && initialized && unready.length === 0;
  const why = doneReason(phase) ?? {
    reason: "ContainersNotReady",
    message: `containers with unready status: [${unready.join(" ")}]`,
  };
  const uninitialized = view.initContainers.filter((one) => !succeeded(one)).map((one) => one.name);
  return [
    condition(view, "PodScheduled", true),
    condition(view, "PodReadyToStartContainers", !done),
    condition(view, "Initialized", initialized, {
      reason: "ContainersNotInitialized",
      message: `containers with incomplete status: [${uninitialized.join(" ")}]`,
    }),
    condition(view, "ContainersReady", containersReady, why),
    condition(view, "Ready", containersReady, why),
  ];
}

function doneReason(phase: PodPhase): { reason: string } | undefined {
  if (phase === "Succeeded") return { reason: "PodCompleted" };
  if (phase === "Failed") return { reason: "PodFailed" };
  return undefined;
}

/** A condition keeps its time for as long as its status stays. */
function condition(
  view: PodView,
  type: string,
  holds: boolean,
  why: { reason?: string; message?: string } = {},
): V1PodCondition {
  const status = holds ? "True" : "False";
  const before = view.conditions?.find((one) => one.type === type);
  const lastTransitionTime =
    before?.status === status && before.lastTransitionTime ? before.lastTransitionTime : new Date();
  return { type, status, lastTransitionTime, ...(holds ? {} : why) };
}
