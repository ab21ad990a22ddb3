import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";

export interface SpawnOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** File that standard output and standard error are appended to. */
  logFile?: string;
  /** `pipe` hands stdout and stderr to the caller; `log` (the default) sends them to `logFile`. */
  stdio?: "log" | "pipe";
}

/** Starts and ends the sandbox's child processes, and makes sure that none outlives the sandbox. */
export interface ProcessSupervisor {
  /** Starts a child in a process group of its own and registers it with the guardian. */
  spawn(name: string, command: string, args: string[], options: SpawnOptions): ChildProcess;
  /** SIGTERM to the child's group, then SIGKILL after `graceMs` milliseconds. Resolves when the child is gone. */
  stop(child: ChildProcess, graceMs?: number): Promise<void>;
}

export interface GuardedSupervisor extends ProcessSupervisor {
  /** The directory that the guardian removes if the sandbox dies. */
  guardDirectory(path: string): void;
  /** Ends what is still running and lets the guardian go. */
  close(): Promise<void>;
}

/** A supervisor whose children are ended by the guardian process if this process dies in any way. */
export function superviseProcesses(): GuardedSupervisor {
  const guardian = spawn(process.execPath, [join(import.meta.dirname, "guardian.ts")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const pipe = guardian.stdin;
  if (pipe === null) throw new Error("The guardian process has no standard input.");
  pipe.on("error", () => undefined); // The guardian was killed: children are still ended by close().
  const tell = (line: string) => pipe.write(`${line}\n`);
  const running = new Map<ChildProcess, string>();

  const supervisor: GuardedSupervisor = {
    spawn(name, command, args, options) {
      const log = options.stdio === "pipe" || options.logFile === undefined ? undefined : openLog(options.logFile);
      const output = options.stdio === "pipe" ? "pipe" : (log ?? "ignore");
      const child = spawn(command, args, {
        detached: true,
        stdio: ["ignore", output, output],
        ...(options.env ? { env: options.env } : {}),
        ...(options.cwd ? { cwd: options.cwd } : {}),
      });
      if (log !== undefined) closeSync(log);
      running.set(child, name);
      if (child.pid !== undefined) tell(`add ${child.pid}`);
      const forget = () => {
        running.delete(child);
        if (child.pid !== undefined) tell(`remove ${child.pid}`);
      };
      child.once("exit", forget);
      child.once("error", forget);
      return child;
    },
    stop: (child, graceMs = 2000) => stopGroup(child, graceMs),
    guardDirectory: (path) => void tell(`directory ${path}`),
    async close() {
      await Promise.all([...running.keys()].map((child) => stopGroup(child, 2000)));
      tell("done");
      const gone = new Promise<void>((resolve) => guardian.once("exit", () => resolve()));
      pipe.end();
      if (guardian.exitCode === null && guardian.signalCode === null) await gone;
    },
  };
  return supervisor;
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, "a", 0o600);
}

function stopGroup(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const group = -child.pid;
  return new Promise((resolve) => {
    const force = setTimeout(() => signal(group, "SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(force);
      signal(group, "SIGKILL"); // grandchildren that stayed behind
      resolve();
    });
    signal(group, "SIGTERM");
  });
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(group, name);
  } catch {
    // The group is gone already.
  }
}
