import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { ProcessSupervisor } from "../session/processes.ts";
import { PortTaken } from "./loopback.ts";

export interface ComponentSpec {
  /** The program's own name, as it is known: `kube-apiserver`. */
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Working directory of the process. */
  directory: string;
  logFile: string;
}

/** One running program of a cluster, whose death is noticed. */
export class Component {
  readonly name: string;
  readonly #spec: ComponentSpec;
  readonly #child: ChildProcess;
  readonly #processes: ProcessSupervisor;
  #stopping = false;
  #failure: Error | undefined;

  /** Starts the program. `onDeath` is told once, with a readable error, if it ends before `stop` is called. */
  constructor(processes: ProcessSupervisor, spec: ComponentSpec, onDeath: (error: Error) => void = () => undefined) {
    this.name = spec.name;
    this.#spec = spec;
    this.#processes = processes;
    mkdirSync(dirname(spec.logFile), { recursive: true });
    this.#child = processes.spawn(spec.name, spec.command, spec.args, {
      env: spec.env,
      cwd: spec.directory,
      logFile: spec.logFile,
    });
    const died = (how: string) => {
      if (this.#stopping || this.#failure !== undefined) return;
      this.#failure = this.#explain(how);
      onDeath(this.#failure);
    };
    this.#child.once("error", (error) => died(`could not be started (${error.message})`));
    this.#child.once("exit", (code, signal) =>
      died(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Waits until `ready` says yes, asking every `intervalMs`.
   * @throws the reason when the program ends first, `PortTaken` when it ends because its port is taken, or after `timeoutMs`.
   */
  async waitUntil(ready: () => Promise<boolean>, timeoutMs = 60_000, intervalMs = 50): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#stopping) throw new Error(`${this.name} was stopped while it started.`);
      if (await ready().catch(() => false)) return;
      if (Date.now() > deadline) throw this.#explain(`was not ready after ${timeoutMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }

  async stop(graceMs?: number): Promise<void> {
    this.#stopping = true;
    await this.#processes.stop(this.#child, graceMs);
  }

  #explain(how: string): Error {
    const tail = logTail(this.#spec.logFile);
    const text = `${this.name} (${basename(this.#spec.command)}) ${how}. The end of its log, ${this.#spec.logFile}:\n${tail}`;
    return /address already in use/.test(tail) ? new PortTaken(text) : new Error(text);
  }
}

/** The last lines of a log file, or a word about why there are none. */
export function logTail(file: string, lines = 12): string {
  try {
    const text = readFileSync(file, "utf8").trimEnd();
    return text === "" ? "(empty)" : text.split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
}
