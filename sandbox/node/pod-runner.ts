import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { V1Container, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";
import type { ProcessSupervisor } from "../session/processes.ts";
import { ContainerLogs } from "./container-log.ts";
import { ContainerProcess } from "./container-process.ts";
import { type EventType, podEvent } from "./events.ts";
import { findImageCommand, notRunnableMessage } from "./images.ts";
import { explain, type NodeClient } from "./node-client.ts";
import { type PlaceSurroundings, PodPlace } from "./pod-place.ts";
import { podStatus } from "./pod-status.ts";
import { followProbes, isProbed } from "./probes.ts";
import { type BackOff, initRestartPolicy, type RestartPolicy, restartPolicyOf } from "./restart-policy.ts";
import { StatusReporter } from "./status-reporter.ts";
import { PodVolumes } from "./volumes.ts";

/** What the pods of a node share. */
export interface PodSurroundings extends PlaceSurroundings {
  nodeName: string;
  /** Folder for the pods' own folders. */
  directory: string;
  client: NodeClient;
  processes: ProcessSupervisor;
  backOff: BackOff;
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
  readonly #address: string | undefined;
  readonly #place: PodPlace;
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
    this.#address = pod.spec?.hostNetwork ? undefined : around.network.allocate();
    this.#volumes = new PodVolumes(pod, join(this.#directory, "volumes"), around.client, (message) =>
      this.#event("Warning", "FailedMount", message),
    );
    this.#place = new PodPlace(this.#directory, this.#address, this.#volumes, around);
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
      await this.#remove();
    })();
    return this.#deletion;
  }

  /** Renews the pod's tokens before their time, and reports a status that could not be reported. */
  async resync(): Promise<void> {
    await Promise.all([this.#volumes.renewTokens(), this.#status.report()]);
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
    if (this.#address !== undefined) this.#around.network.release(this.#address);
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** An API server that is away for a moment must not leave a pod that ends for ever. */
  async #remove(): Promise<void> {
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      try {
        await this.#around.client.removePod(this.#pod);
        return;
      } catch (error) {
        this.#around.log(`deletion of pod ${this.#label()}: ${explain(error)}`);
        await new Promise((resolve) => setTimeout(resolve, 1000).unref());
      }
    }
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
      probed: isProbed(spec),
      backOff: this.#around.backOff,
      processes: this.#around.processes,
      logs: new ContainerLogs(join(this.#directory, "logs", spec.name)),
      prepare: () => this.#place.launch(this.#pod, spec),
      onChange: () => void this.#status.report(),
      onEvent: (type, reason, message) => this.#event(type, reason, message),
    });
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
    if (spec === undefined) return () => undefined;
    return followProbes({
      spec,
      localPort: (port) => this.#place.localPort(port),
      run: () => (container.running ? container.containerId : undefined),
      onReady: (ready, why) => {
        if (!ready && why) this.#event("Warning", "Unhealthy", `Readiness probe failed: ${why}`);
        container.setReady(ready);
      },
      onDead: (why) => {
        this.#event("Warning", "Unhealthy", `Liveness probe failed: ${why}`);
        this.#event("Normal", "Killing", `Container ${spec.name} failed liveness probe, will be restarted`);
        void container.endRun((this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000);
      },
    });
  }

  #deriveStatus(): V1PodStatus {
    const status = podStatus({
      pod: this.#pod,
      initContainers: this.#init,
      containers: this.#containers,
      startTime: this.#startTime,
      address: this.#address,
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
