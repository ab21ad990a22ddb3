import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { V1Container, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import type { ProcessSupervisor } from "../session/processes.ts";
import { commandLineOf } from "./command-line.ts";
import { ContainerLogs } from "./container-log.ts";
import { ContainerProcess, type Launch } from "./container-process.ts";
import { composeEnvironment } from "./environment.ts";
import { type EventType, podEvent } from "./events.ts";
import { findImageCommand, type ImageCommand, notRunnableMessage } from "./images.ts";
import { explain, type NodeClient } from "./node-client.ts";
import { podStatus } from "./pod-status.ts";
import { followReadiness } from "./readiness-probe.ts";
import { type BackOff, initRestartPolicy, type RestartPolicy, restartPolicyOf } from "./restart-policy.ts";
import { StatusReporter } from "./status-reporter.ts";
import { PodVolumes } from "./volumes.ts";

/** What the pods of a node share. */
export interface PodSurroundings {
  nodeName: string;
  /** Folder for the pods' own folders. */
  directory: string;
  client: NodeClient;
  processes: ProcessSupervisor;
  images: readonly ImageCommand[];
  backOff: BackOff;
  /** The environment that every container starts from. */
  baseEnvironment(): Record<string, string>;
  log(line: string): void;
}

/** Runs one pod from its binding to its deletion, and reports its status. */
export class PodRunner {
  readonly uid: string;
  #pod: V1Pod;
  readonly #around: PodSurroundings;
  readonly #directory: string;
  readonly #volumes: PodVolumes;
  readonly #init: ContainerProcess[];
  readonly #containers: ContainerProcess[];
  readonly #status: StatusReporter;
  readonly #startTime = new Date();
  readonly #ended = new AbortController();
  #conditions: V1PodCondition[] | undefined;
  #failure: { reason: string; message: string } | undefined;
  #deletion: Promise<void> | undefined;

  constructor(pod: V1Pod, around: PodSurroundings) {
    this.uid = pod.metadata?.uid ?? "";
    this.#pod = pod;
    this.#conditions = pod.status?.conditions;
    this.#around = around;
    this.#directory = join(around.directory, this.uid);
    this.#volumes = new PodVolumes(pod, join(this.#directory, "volumes"), around.client, (message) =>
      this.#event("Warning", "FailedMount", message),
    );
    const policy = restartPolicyOf(pod.spec?.restartPolicy);
    this.#init = (pod.spec?.initContainers ?? []).map((one) => this.#container(one, initRestartPolicy(policy)));
    this.#containers = (pod.spec?.containers ?? []).map((one) => this.#container(one, policy));
    this.#status = new StatusReporter(
      () => this.#deriveStatus(),
      (status) => around.client.reportStatus(this.#pod, status),
      (error) => around.log(`status of pod ${this.#label()}: ${explain(error)}`),
    );
  }

  get pod(): V1Pod {
    return this.#pod;
  }

  /** The logs of a container, or undefined when the pod has no such container. */
  logsOf(container: string): ContainerLogs | undefined {
    return [...this.#init, ...this.#containers].find((one) => one.name === container)?.logs;
  }

  /** Runs the pod. Resolves when none of its containers will run again. */
  async run(): Promise<void> {
    mkdirSync(join(this.#directory, "home"), { recursive: true, mode: 0o700 });
    if (this.#refuseUnknownImages()) {
      await this.#status.report();
      return;
    }
    void this.#status.report();
    const deadline = this.#watchDeadline();
    try {
      if (!(await this.#mountVolumes())) return;
      for (const container of this.#init) {
        await container.run();
        if (this.#over || container.exitCode !== 0) return;
      }
      const probes = this.#containers.map((one, index) => this.#probe(one, this.#pod.spec?.containers[index]));
      await Promise.all(this.#containers.map((one) => one.run()));
      for (const stop of probes) stop();
    } finally {
      clearTimeout(deadline);
      if (this.#deletion === undefined) this.#volumes.stop();
      await this.#status.report();
    }
  }

  /** Takes a newer version of the pod; one that is marked for deletion is ended. */
  update(pod: V1Pod): void {
    this.#pod = pod;
    if (pod.metadata?.deletionTimestamp) void this.delete((pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
  }

  /** Ends the containers within the grace period, reports their end, and removes the pod. */
  delete(graceMs: number): Promise<void> {
    this.#deletion ??= (async () => {
      for (const one of this.#containers)
        if (one.running) this.#event("Normal", "Killing", `Stopping container ${one.name}`);
      await this.stop(graceMs);
      await this.#status.report();
      await this.#around.client.removePod(this.#pod).catch((error: unknown) => {
        this.#around.log(`deletion of pod ${this.#label()}: ${explain(error)}`);
      });
    })();
    return this.#deletion;
  }

  /** Renews the pod's tokens before their time. What fails is tried again, as every renewal. */
  renewTokens(): Promise<void> {
    return this.#volumes.renewTokens();
  }

  /** Ends the containers, and nothing else. */
  async stop(graceMs: number): Promise<void> {
    this.#ended.abort();
    this.#volumes.stop();
    await Promise.all([...this.#init, ...this.#containers].map((one) => one.stop(graceMs)));
  }

  /** Leaves nothing of the pod on this machine. */
  async discard(): Promise<void> {
    await this.stop(0);
    for (const one of [...this.#init, ...this.#containers]) one.logs.current?.close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  get #over(): boolean {
    return this.#ended.signal.aborted;
  }

  #container(spec: V1Container, restartPolicy: RestartPolicy): ContainerProcess {
    return new ContainerProcess({
      name: spec.name,
      image: spec.image ?? "",
      podLabel: this.#label(),
      restartPolicy,
      backOff: this.#around.backOff,
      processes: this.#around.processes,
      logs: new ContainerLogs(join(this.#directory, "logs", spec.name)),
      prepare: () => this.#launch(spec),
      onChange: () => void this.#status.report(),
      onEvent: (type, reason, message) => this.#event(type, reason, message),
    });
  }

  async #launch(spec: V1Container): Promise<Launch> {
    const image = findImageCommand(spec.image ?? "", this.#around.images);
    if (image === undefined) throw new Error(notRunnableMessage(spec.image ?? ""));
    const home = join(this.#directory, "home");
    const mounts = this.#volumes.mountsOf(spec.volumeMounts);
    const environment = await composeEnvironment({
      pod: this.#pod,
      container: spec,
      base: { ...this.#around.baseEnvironment(), HOME: home, TMPDIR: home, HOSTNAME: this.#pod.metadata?.name ?? "" },
      mounts,
      values: this.#around.client,
    });
    const line = commandLineOf(spec, image, environment, mounts);
    return { program: line.program, args: line.args, environment, workingDirectory: line.workingDirectory ?? home };
  }

  #refuseUnknownImages(): boolean {
    const unknown = [...this.#init, ...this.#containers].filter(
      (one) => findImageCommand(one.image, this.#around.images) === undefined,
    );
    for (const one of unknown) {
      const message = notRunnableMessage(one.image);
      one.state = { waiting: { reason: "ImageNotRunnable", message } };
      this.#event("Warning", "ImageNotRunnable", message);
    }
    return unknown.length > 0;
  }

  /** As the kubelet: a volume that cannot be filled is tried again, and the pod waits. */
  async #mountVolumes(): Promise<boolean> {
    for (let wait = 500; !this.#over; wait = Math.min(wait * 2, 15_000)) {
      try {
        await this.#volumes.prepare();
        return true;
      } catch (error) {
        this.#event("Warning", "FailedMount", explain(error));
        await this.#pause(wait);
      }
    }
    return false;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#ended.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #watchDeadline(): NodeJS.Timeout | undefined {
    const seconds = this.#pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return undefined;
    return setTimeout(() => {
      this.#failure = {
        reason: "DeadlineExceeded",
        message: "Pod was active on the node longer than the specified deadline",
      };
      void this.stop((this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000);
    }, seconds * 1000);
  }

  #probe(container: ContainerProcess, spec: V1Container | undefined): () => void {
    if (!spec?.readinessProbe) return () => undefined;
    return followReadiness(
      spec,
      () => container.running,
      (ready, why) => {
        if (!ready && why) this.#event("Warning", "Unhealthy", `Readiness probe failed: ${why}`);
        container.setReady(ready);
      },
    );
  }

  #deriveStatus(): V1PodStatus {
    const status = podStatus({
      pod: this.#pod,
      initContainers: this.#init,
      containers: this.#containers,
      startTime: this.#startTime,
      ending: this.#over,
      failure: this.#failure,
      conditions: this.#conditions,
    });
    this.#conditions = status.conditions;
    return status;
  }

  #event(type: EventType, reason: string, message: string): void {
    const event = podEvent(this.#pod, { component: "kubelet", host: this.#around.nodeName }, type, reason, message);
    // An event is a courtesy: in a namespace that is being deleted the API server refuses it.
    this.#around.client.createEvent(event).catch(() => undefined);
  }

  #label(): string {
    const { name, namespace } = this.#pod.metadata ?? {};
    return `${name}_${namespace}(${this.uid})`;
  }
}
