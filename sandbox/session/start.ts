import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Topology } from "../topology.ts";
import { readSession, type SandboxSession } from "./session.ts";
import { claimStateDir, isRunning, markOf, type ProcessMark, removeStateDir, StateDirError } from "./state-dir.ts";

/** What the sandbox process is told when it is started. */
export interface DaemonOptions {
  stateDir: string;
  topology: Topology;
  /** End with the process that started it. */
  attached: boolean;
  /** Further images that the nodes can run, as `IMAGE=COMMAND`. */
  images?: string[];
}

export type DaemonMessage = { ready: SandboxSession } | { failed: string };

export interface RunningSandbox {
  session: SandboxSession;
  /** Ends the sandbox and everything it started; resolves when its process is gone. */
  stop(): Promise<void>;
}

export class SandboxError extends Error {}

/**
 * Starts a sandbox and resolves when its tenants answer.
 *
 * @throws SandboxError when one already runs with this state directory, or when it cannot start.
 */
export async function startSandbox(options: DaemonOptions): Promise<RunningSandbox> {
  const running = readSession(options.stateDir);
  if (running) {
    throw new SandboxError(
      `A sandbox already runs (process ${running.process.pid}, since ${running.startedAt}). ` +
        "Use it, or end it with `npm run sandbox -- down`.",
    );
  }
  claim(options.stateDir);
  const logFile = join(options.stateDir, "sandbox.log");
  const log = openSync(logFile, "a", 0o600);
  const child = fork(join(import.meta.dirname, "daemon.ts"), [JSON.stringify(options)], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    execArgv: [],
  });
  closeSync(log);
  const session = await readiness(child, logFile).catch(async (error: unknown) => {
    await removeStateDir(options.stateDir); // a process that died early could not
    throw error;
  });
  if (!options.attached) {
    child.disconnect();
    child.unref();
  }
  return { session, stop: () => stopProcess(session.process) };
}

function claim(stateDir: string): void {
  try {
    claimStateDir(stateDir, markOf(process.pid));
  } catch (error) {
    throw error instanceof StateDirError ? new SandboxError(error.message) : error;
  }
}

/** An attached sandbox in a new temporary directory: it ends with this process. */
export function startTemporarySandbox(topology: Topology, images: string[] = []): Promise<RunningSandbox> {
  const stateDir = mkdtempSync(join(tmpdir(), "cross-tenant-identity-"));
  return startSandbox({ stateDir, topology, attached: true, images });
}

function readiness(child: ChildProcess, logFile: string): Promise<SandboxSession> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: DaemonMessage) => {
      if ("ready" in message) resolve(message.ready);
      else reject(new SandboxError(`The sandbox could not start: ${message.failed}`));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(
        new SandboxError(`The sandbox ended while it started (${signal ?? `exit code ${code}`}).\n${tail(logFile)}`),
      );
    });
  });
}

function tail(file: string): string {
  try {
    return readFileSync(file, "utf8").split("\n").slice(-20).join("\n");
  } catch {
    return "";
  }
}

/** SIGTERM, and SIGKILL when the process is still there after 20 seconds (its guardian then clears up). */
export async function stopProcess(target: ProcessMark): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGTERM", 20_000],
    ["SIGKILL", 2000],
  ] as const) {
    if (!isRunning(target)) return;
    process.kill(target.pid, signal);
    const until = Date.now() + patienceMs;
    while (isRunning(target) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
