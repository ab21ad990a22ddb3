import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import type { V1ContainerState, V1ContainerStateTerminated } from "@kubernetes/client-node";
import type { ProcessSupervisor } from "../session/processes.ts";
import type { ContainerLogs } from "./container-log.ts";
import { type BackOff, durationText, type RestartPolicy, restartDelay, shouldRestart } from "./restart-policy.ts";

/** What one run of a container needs. */
export interface Launch {
  program: string;
  args: string[];
  environment: Record<string, string>;
  workingDirectory: string;
}

export interface ContainerOptions {
  name: string;
  image: string;
  /** `pod_namespace(uid)`, for messages. */
  podLabel: string;
  restartPolicy: RestartPolicy;
  /** Whether a probe says when a run is ready; without one it is as long as it runs. */
  probed?: boolean;
  backOff: BackOff;
  processes: ProcessSupervisor;
  logs: ContainerLogs;
  /** Asked before every run, since ConfigMaps and Secrets may have changed; its error is shown, and asked again. */
  prepare(): Promise<Launch>;
  onChange(): void;
  onEvent(type: "Normal" | "Warning", reason: string, message: string): void;
}

/** One container of a pod: a process of this machine that is started again as the restart policy says. */
export class ContainerProcess {
  readonly name: string;
  readonly image: string;
  state: V1ContainerState = { waiting: { reason: "ContainerCreating" } };
  lastState: V1ContainerState = {};
  restartCount = 0;
  containerId: string | undefined;
  /** Set by the readiness probe; without one, a container is ready while it runs. */
  ready = false;
  readonly #options: ContainerOptions;
  #child: ChildProcess | undefined;
  /** From the first run to the last; undefined before. */
  #runs: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #stopped = new Promise<undefined>((resolve) => {
    this.#stop.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  constructor(options: ContainerOptions) {
    this.name = options.name;
    this.image = options.image;
    this.#options = options;
  }

  get logs(): ContainerLogs {
    return this.#options.logs;
  }

  get running(): boolean {
    return this.state.running !== undefined;
  }

  /** The exit code of a container that will not run again. */
  get exitCode(): number | undefined {
    return this.state.terminated?.exitCode;
  }

  /** Runs the container, again and again where the policy says so. Resolves when it will not run again. */
  run(): Promise<void> {
    this.#runs ??= this.#runUntilOver();
    return this.#runs;
  }

  async #runUntilOver(): Promise<void> {
    const { backOff, restartPolicy, podLabel } = this.#options;
    let ends = 0;
    while (!this.#stopping) {
      const launch = await this.#prepared();
      if (launch === undefined || this.#stopping) break;
      const end = await this.#runOnce(launch);
      this.#change({ terminated: end });
      if (this.#stopping || !shouldRestart(restartPolicy, end.exitCode)) return;
      const ranMs = Number(end.finishedAt) - Number(end.startedAt);
      ends = ranMs >= backOff.resetAfterMs ? 1 : ends + 1;
      const delay = restartDelay(ends, backOff);
      if (delay > 0) {
        const message = `back-off ${durationText(delay)} restarting failed container=${this.name} pod=${podLabel}`;
        this.lastState = { terminated: end };
        this.#change({ waiting: { reason: "CrashLoopBackOff", message } });
        this.#options.onEvent(
          "Warning",
          "BackOff",
          `Back-off restarting failed container ${this.name} in pod ${podLabel}`,
        );
        await this.#sleep(delay);
        if (this.#stopping) {
          this.#change({ terminated: end });
          return;
        }
      }
      this.lastState = { terminated: end };
      this.restartCount += 1;
    }
    if (this.state.terminated === undefined) {
      this.#change({ terminated: this.lastState.terminated ?? neverStarted() });
    }
  }

  /** What a readiness probe found. */
  setReady(ready: boolean): void {
    if (!this.running || this.ready === ready) return;
    this.ready = ready;
    this.#options.onChange();
  }

  /** Ends the run going on; the restart policy says whether another one follows. */
  async endRun(graceMs: number): Promise<void> {
    if (this.#child !== undefined) await this.#options.processes.stop(this.#child, graceMs);
  }

  /** SIGTERM, then SIGKILL after the grace period; no further run. Resolves when the process is gone and none will come. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    if (this.#runs === undefined) this.#change({ terminated: neverStarted() });
    if (this.#child !== undefined) await this.#options.processes.stop(this.#child, graceMs);
    await this.#runs?.catch(() => undefined); // Whoever called `run` is told.
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** What the next run needs; undefined when `stop` comes first, which does not wait for an answer that may never come. */
  async #prepared(): Promise<Launch | undefined> {
    for (;;) {
      try {
        return await Promise.race([this.#options.prepare(), this.#stopped]);
      } catch (error) {
        if (this.#stopping) return undefined;
        const message = error instanceof Error ? error.message : String(error);
        this.#change({ waiting: { reason: "CreateContainerConfigError", message } });
        this.#options.onEvent("Warning", "Failed", `Error: ${message}`);
        await this.#sleep(Math.min(this.#options.backOff.baseMs, 5000));
        if (this.#stopping) return undefined;
      }
    }
  }

  async #runOnce(launch: Launch): Promise<V1ContainerStateTerminated> {
    const { processes, logs, onEvent } = this.#options;
    const log = logs.next();
    const startedAt = new Date();
    this.containerId = `process://${randomUUID()}`;
    const child = processes.spawn(`${this.#options.podLabel}/${this.name}`, launch.program, launch.args, {
      env: launch.environment,
      cwd: launch.workingDirectory,
      stdio: "pipe",
    });
    this.#child = child;
    capture(child, log.append.bind(log));
    child.once("spawn", () => {
      onEvent("Normal", "Started", `Started container ${this.name}`);
      this.#change({ running: { startedAt } });
    });
    const { code, signal, error } = await endOf(child);
    log.close();
    this.#child = undefined;
    const times = { startedAt, finishedAt: new Date(), containerID: this.containerId };
    if (error !== undefined) {
      const message = `${launch.program} could not be started: ${error.message}`;
      onEvent("Warning", "Failed", `Error: ${message}`);
      return { ...times, exitCode: 128, reason: "StartError", message };
    }
    if (signal !== null) {
      const number = constants.signals[signal];
      return { ...times, exitCode: 128 + number, signal: number, reason: "Error" };
    }
    return { ...times, exitCode: code ?? 0, reason: code === 0 ? "Completed" : "Error" };
  }

  #change(state: V1ContainerState): void {
    this.state = state;
    this.ready = state.running !== undefined && this.#options.probed !== true;
    this.#options.onChange();
  }

  /** Waits, unless `stop` comes first. */
  #sleep(milliseconds: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#stop.signal.addEventListener("abort", end, { once: true });
    });
  }
}

function capture(child: ChildProcess, append: (stream: "stdout" | "stderr", text: string) => void): void {
  child.stdout?.setEncoding("utf8").on("data", (text: string) => append("stdout", text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => append("stderr", text));
}

interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** The end of a process: its exit, and then its last output, for which a grandchild may keep it waiting 300 ms at most. */
function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("exit", (code, signal) => {
      const timer = setTimeout(() => resolve({ code, signal }), 300);
      child.once("close", () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}

/** The kubelet's answer for a container of a pod that was deleted before it ran. */
function neverStarted(): V1ContainerStateTerminated {
  const now = new Date();
  const message = "The container could not be located when the pod was terminated";
  return { exitCode: 137, reason: "ContainerStatusUnknown", message, startedAt: now, finishedAt: now };
}
