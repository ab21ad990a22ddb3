import { ClusterAccess } from "../../sandbox/plugins/kubernetes/cluster-access.ts";
import { awaitReady, NotReadyError, timeoutOf } from "../../sandbox/plugins/kubernetes/readiness/await-ready.ts";
import { currentReplicaSet, deploymentReadiness } from "../../sandbox/plugins/kubernetes/readiness/deployment.ts";
import { jobReadiness } from "../../sandbox/plugins/kubernetes/readiness/job.ts";
import { podReadiness } from "../../sandbox/plugins/kubernetes/readiness/pod.ts";
import { readSettings } from "../../sandbox/plugins/kubernetes/settings.ts";
import type { PropertyMap } from "../../sandbox/plugins/rpc/values.ts";

const metadata = { name: "app", namespace: "team", generation: 2, uid: "u" };
const pod = (status: PropertyMap): PropertyMap => ({ apiVersion: "v1", kind: "Pod", metadata, status });
const holds = (...types: string[]) => types.map((type) => ({ type, status: "True" }));

describe("a Pod", () => {
  test("is ready when it is scheduled, initialised and Ready", () => {
    expect(podReadiness(pod({ conditions: holds("PodScheduled", "Initialized", "Ready") })).state).toBe("ready");
  });

  test("is ready when it succeeded", () => {
    expect(podReadiness(pod({ phase: "Succeeded", conditions: [] })).state).toBe("ready");
  });

  test("waits to be scheduled, and tells why it is not", () => {
    const unscheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" };
    expect(podReadiness(pod({ phase: "Pending", conditions: [unscheduled] }))).toEqual({
      state: "waiting",
      progress: "Waiting for Pod team/app to be scheduled",
      trouble: ["[Pod team/app] [Unschedulable] 0/1 nodes"],
    });
  });

  test.each([
    ["CrashLoopBackOff", "back-off 10s restarting failed container"],
    ["ImagePullBackOff", "Back-off pulling image"],
    ["ErrImagePull", "not found"],
  ])("that hangs in %s goes on waiting and says so", (reason, message) => {
    const status = { name: "app", ready: false, state: { waiting: { reason, message } } };
    const found = podReadiness(pod({ conditions: holds("PodScheduled", "Initialized"), containerStatuses: [status] }));
    expect(found.state).toBe("waiting");
    expect(found.trouble).toEqual([`[Pod team/app] container "app" is waiting: [${reason}] ${message}`]);
  });

  test("tells how its container ended before", () => {
    const lastState = { terminated: { exitCode: 1, reason: "Error", message: "AADSTS700213" } };
    const status = { name: "app", ready: false, restartCount: 3, state: { running: {} }, lastState };
    const found = podReadiness(pod({ conditions: holds("PodScheduled", "Initialized"), containerStatuses: [status] }));
    expect(found.trouble).toEqual([
      '[Pod team/app] container "app" ended before: Error, exit code 1 (AADSTS700213), restarted 3 times',
    ]);
  });

  test("does not take a starting container for trouble", () => {
    const status = { name: "app", ready: false, state: { waiting: { reason: "ContainerCreating" } } };
    const found = podReadiness(pod({ conditions: holds("PodScheduled", "Initialized"), containerStatuses: [status] }));
    expect([found.state, found.trouble]).toEqual(["waiting", []]);
  });

  test("that failed is not waited for", () => {
    const status = { name: "app", ready: false, state: { terminated: { exitCode: 2, reason: "Error" } } };
    const found = podReadiness(pod({ phase: "Failed", containerStatuses: [status] }));
    expect([found.state, found.trouble]).toEqual([
      "failed",
      ['[Pod team/app] container "app" ended: Error, exit code 2'],
    ]);
  });
});

describe("a Deployment", () => {
  const rolledOut = {
    observedGeneration: 2,
    updatedReplicas: 1,
    availableReplicas: 1,
    conditions: [
      { type: "Available", status: "True" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ],
  };
  const deployment = (status: PropertyMap, spec: PropertyMap = {}): PropertyMap => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, annotations: { "deployment.kubernetes.io/revision": "3" } },
    spec,
    status,
  });

  test("is ready when the new ReplicaSet is available", () => {
    expect(deploymentReadiness(deployment(rolledOut)).state).toBe("ready");
  });

  test("is not ready by the status of the generation before", () => {
    expect(deploymentReadiness(deployment({ ...rolledOut, observedGeneration: 1 })).state).toBe("waiting");
  });

  test("waits for all its new pods", () => {
    expect(deploymentReadiness(deployment(rolledOut, { replicas: 2 })).progress).toMatch(/1 of 2 new pods are made/);
  });

  test("waits while the new ReplicaSet progresses, although the old one keeps it available", () => {
    const progressing = { type: "Progressing", status: "True", reason: "ReplicaSetUpdated" };
    const conditions = [{ type: "Available", status: "True" }, progressing];
    expect(deploymentReadiness(deployment({ ...rolledOut, conditions })).state).toBe("waiting");
  });

  test("with no replicas is ready", () => {
    const status = { ...rolledOut, updatedReplicas: 0, availableReplicas: 0 };
    expect(deploymentReadiness(deployment(status, { replicas: 0 })).state).toBe("ready");
  });

  test("that went over its progress deadline has failed", () => {
    const late = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };
    const found = deploymentReadiness(deployment({ ...rolledOut, updatedReplicas: 0, conditions: [late] }));
    expect(found.state).toBe("failed");
    expect(found.trouble).toEqual(["[Deployment team/app] [ProgressDeadlineExceeded] timed out"]);
  });

  test("its current ReplicaSet is its own one of the same revision", () => {
    const replicaSet = (name: string, owner: string, revision: string) => ({
      metadata: {
        name,
        ownerReferences: [{ uid: owner }],
        annotations: { "deployment.kubernetes.io/revision": revision },
      },
    });
    const items = [replicaSet("old", "u", "2"), replicaSet("foreign", "v", "3"), replicaSet("new", "u", "3")];
    expect(currentReplicaSet(deployment(rolledOut), { items })).toMatchObject({ metadata: { name: "new" } });
  });
});

describe("a Job", () => {
  const job = (status: PropertyMap): PropertyMap => ({ apiVersion: "batch/v1", kind: "Job", metadata, status });

  test("is ready when it is complete", () => {
    expect(jobReadiness(job({ conditions: holds("SuccessCriteriaMet", "Complete") })).state).toBe("ready");
  });

  test("that failed says why", () => {
    const failed = { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "limit reached" };
    const found = jobReadiness(job({ conditions: [failed] }));
    expect([found.state, found.trouble]).toEqual(["failed", ["[Job team/app] [BackoffLimitExceeded] limit reached"]]);
  });

  test("counts its pods while it runs", () => {
    const found = jobReadiness(job({ startTime: "now", active: 1, failed: 2 }));
    expect(found.progress).toBe("Waiting for Job team/app to succeed (pods: 1 active, 0 succeeded, 2 failed)");
  });
});

describe("waiting", () => {
  const annotated = { metadata: { ...metadata, annotations: { "pulumi.com/timeoutSeconds": "7" } } };
  const cluster = (answers: PropertyMap[]) => {
    const access = new ClusterAccess(readSettings({}, {}));
    jest.spyOn(access, "get").mockImplementation(async () => answers.shift() ?? {});
    jest.spyOn(access, "log").mockImplementation(() => undefined);
    jest.spyOn(access, "list").mockResolvedValue({ items: [] });
    return access;
  };

  test("takes customTimeouts before the annotation before ten minutes", () => {
    expect([timeoutOf(annotated, 3), timeoutOf(annotated, 0), timeoutOf({ metadata }, 0)]).toEqual([3, 7, 600]);
  });

  test("ends with the object as it is when it became ready", async () => {
    const ready = pod({ phase: "Succeeded" });
    await expect(awaitReady(cluster([pod({}), ready]), pod({}), {}, 10, "urn")).resolves.toBe(ready);
  });

  test("is skipped by annotation", async () => {
    const inputs = { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } };
    const live = pod({ phase: "Pending" });
    await expect(awaitReady(cluster([live]), pod({}), inputs, 10, "urn")).resolves.toBe(live);
  });

  test("ends at once when the object failed, with its reasons", async () => {
    const failed = pod({ phase: "Failed", reason: "Evicted", message: "disk" });
    const wait = awaitReady(cluster([failed]), pod({}), {}, 10, "urn");
    await expect(wait).rejects.toBeInstanceOf(NotReadyError);
    await expect(wait).rejects.toMatchObject({ reasons: ["Pod team/app failed", "[Pod team/app] Evicted: disk"] });
  });

  test("tells after the time what it waited for and how to allow more", async () => {
    const late = pod({ phase: "Pending" });
    const wait = awaitReady(cluster([late, late, late]), late, {}, 0.01, "urn");
    await expect(wait).rejects.toThrow(/to be scheduled: it was not ready after 0.01 s.*customTimeouts/);
  });

  test("ends when the user cancels", async () => {
    const access = cluster([pod({}), pod({})]);
    const wait = awaitReady(access, pod({}), {}, 600, "urn");
    access.cancel();
    await expect(wait).rejects.toThrow(/the wait was cancelled/);
  });
});
