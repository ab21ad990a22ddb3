import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Topology } from "../topology.ts";
import { isAlive, readSession, type SandboxSession } from "./session.ts";

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
      `A sandbox already runs (process ${running.pid}, since ${running.startedAt}). ` +
        "Use it, or end it with `npm run sandbox -- down`.",
    );
  }
  rmSync(options.stateDir, { recursive: true, force: true }); // what a killed sandbox may have left
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const logFile = join(options.stateDir, "sandbox.log");
  const log = openSync(logFile, "a", 0o600);
  const child = fork(join(import.meta.dirname, "daemon.ts"), [JSON.stringify(options)], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    execArgv: [],
  });
  closeSync(log);
  const session = await readiness(child, logFile);
  if (!options.attached) {
    child.disconnect();
    child.unref();
  }
  return { session, stop: () => stopProcess(session.pid) };
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
export async function stopProcess(pid: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  let signal: NodeJS.Signals = "SIGTERM";
  while (isAlive(pid)) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const until = Date.now() + (signal === "SIGKILL" ? 1000 : 20_000);
    while (isAlive(pid) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    if (Date.now() > deadline + 5000) return;
    signal = "SIGKILL";
  }
}
