import type { V1ContainerState } from "@kubernetes/client-node";
import { type ContainerView, podPhase, podStatus } from "../../sandbox/node/pod-status.ts";

const creating: V1ContainerState = { waiting: { reason: "ContainerCreating" } };
const running: V1ContainerState = { running: { startedAt: new Date(0) } };
const backOff: V1ContainerState = { waiting: { reason: "CrashLoopBackOff" } };
const ended = (exitCode: number): V1ContainerState => ({ terminated: { exitCode } });

function container(state: V1ContainerState, lastState: V1ContainerState = {}): ContainerView {
  return { name: "app", image: "app:1", state, lastState, restartCount: 0, ready: state.running !== undefined };
}

function view(restartPolicy: string, containers: ContainerView[], initContainers: ContainerView[] = []) {
  return {
    pod: { metadata: { name: "p" }, spec: { restartPolicy, containers: [] } },
    containers,
    initContainers,
    startTime: new Date(0),
    ending: false,
  };
}

describe("the phase of a pod", () => {
  it.each([
    ["Always", [container(creating)], "Pending"],
    ["Always", [container(running)], "Running"],
    ["Always", [container(ended(0))], "Running"],
    ["Always", [container(backOff, ended(1))], "Running"],
    ["OnFailure", [container(ended(1))], "Running"],
    ["OnFailure", [container(ended(0))], "Succeeded"],
    ["Never", [container(ended(0)), container(ended(0))], "Succeeded"],
    ["Never", [container(ended(0)), container(ended(2))], "Failed"],
    ["Never", [container(ended(2)), container(running)], "Running"],
    ["Always", [container(running), container(creating)], "Pending"],
  ])("with policy %s and containers %j is %s", (policy, containers, phase) => {
    expect(podPhase(view(policy, containers))).toBe(phase);
  });

  it("stays Pending until all init containers have succeeded", () => {
    expect(podPhase(view("Always", [container(creating)], [container(running)]))).toBe("Pending");
    expect(podPhase(view("Always", [container(creating)], [container(backOff, ended(1))]))).toBe("Pending");
    expect(podPhase(view("Always", [container(running)], [container(ended(0))]))).toBe("Running");
  });

  it("is Failed when an init container fails and none is restarted", () => {
    expect(podPhase(view("Never", [container(creating)], [container(ended(1))]))).toBe("Failed");
  });

  it.each([
    [0, "Succeeded"],
    [143, "Failed"],
  ])("of a pod that is ended with exit code %i is %s, whatever the policy", (exitCode, phase) => {
    expect(podPhase({ ...view("Always", [container(ended(exitCode))]), ending: true })).toBe(phase);
  });

  it("is Failed when the pod has run out of its time", () => {
    const failure = { reason: "DeadlineExceeded", message: "too long" };
    expect(podPhase({ ...view("Always", [container(ended(0))]), failure })).toBe("Failed");
  });
});

describe("the conditions of a pod", () => {
  const conditionsOf = (...from: Parameters<typeof podStatus>) =>
    Object.fromEntries((podStatus(...from).conditions ?? []).map((one) => [one.type, one]));

  it("are all true when its containers run", () => {
    const statuses = Object.values(conditionsOf(view("Always", [container(running)]))).map((one) => one.status);
    expect(statuses).toEqual(["True", "True", "True", "True", "True"]);
  });

  it("name the containers that are not ready", () => {
    expect(conditionsOf(view("Always", [container(creating)])).Ready).toMatchObject({
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [app]",
    });
  });

  it("say that a pod which succeeded is not ready because it is done", () => {
    expect(conditionsOf(view("Never", [container(ended(0))])).Ready).toMatchObject({
      status: "False",
      reason: "PodCompleted",
    });
  });

  it("keep their time while their status stays", () => {
    const lastTransitionTime = new Date(1000);
    const before = [
      { type: "Ready", status: "True", lastTransitionTime },
      { type: "Initialized", status: "False", lastTransitionTime },
    ];
    const conditions = conditionsOf({ ...view("Always", [container(running)]), conditions: before });
    expect(conditions.Ready?.lastTransitionTime).toEqual(lastTransitionTime);
    expect(conditions.Initialized?.lastTransitionTime).not.toEqual(lastTransitionTime);
  });
});
