import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TenantSpec } from "../topology.ts";
import { isRunning, type ProcessMark } from "./state-dir.ts";

/** The project's root folder. */
export const projectRoot = resolve(import.meta.dirname, "..", "..");

/** What other programs may know of a running sandbox: the content of `sandbox.json` in its state directory. */
export interface SandboxSession {
  version: 1;
  process: ProcessMark;
  stateDir: string;
  startedAt: string;
  /** PEM file of the authority that signed the sandbox's certificates; made anew for each run. */
  caFile: string;
  /** PEM file with that authority and the public ones, for tools that know only one trust store. */
  caBundleFile: string;
  /** HTTP CONNECT proxy that leads Azure's host names to the sandbox. */
  proxy: string;
  /** The simulated cloud's own address, which answers by path. */
  cloud: string;
  /** File with the bearer key of the `/sandbox/*` paths of that address. */
  adminKeyFile: string;
  tenants: (TenantSpec & { deployer: Deployer })[];
  /** kubeconfig with one context for each cluster that exists now. */
  kubeconfig: string;
  pulumi: { home: string; backendUrl: string; passphraseFile: string };
  requestLog: string;
  /** Folder with the tools' names, to be put first on PATH. */
  binDir: string;
}

/** Credential of the service principal that deploys to one tenant. */
export interface Deployer {
  clientId: string;
  clientSecret: string;
  objectId: string;
}

/** The state directory that is used unless the caller names one: CROSS_TENANT_IDENTITY_SANDBOX, else `.sandbox`. */
export function defaultStateDir(): string {
  return resolve(process.env.CROSS_TENANT_IDENTITY_SANDBOX ?? join(projectRoot, ".sandbox"));
}

export function sessionFile(stateDir: string): string {
  return join(stateDir, "sandbox.json");
}

/** Writes the session file in one step, readable by its owner alone: it holds the deployers' secrets. */
export function writeSession(session: SandboxSession): void {
  const file = sessionFile(session.stateDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The session of a running sandbox, or undefined when none runs with that state directory. */
export function readSession(stateDir: string): SandboxSession | undefined {
  const file = sessionFile(stateDir);
  if (!existsSync(file)) return undefined;
  const session: SandboxSession = JSON.parse(readFileSync(file, "utf8"));
  return isRunning(session.process) ? session : undefined;
}
