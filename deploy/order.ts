import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const namespace = "cross-tenant-identity";

/** What a stack file says that matters for the order of deployment. */
export interface StackFile {
  name: string;
  /** It describes a cluster or workloads: tenant A's side. */
  hasClusterSide: boolean;
  /** It describes identities: tenant B's side. */
  hasIdentitySide: boolean;
  /** Stacks of this project whose outputs it reads. */
  reads: string[];
}

/**
 * The order in which stacks are deployed. Stacks that have a cluster come first, so that their issuer is known; then the
 * stacks with the identities that trust it; then the first ones again, whose workloads waited for the identities.
 */
export interface DeploymentOrder {
  clusters: string[];
  identities: string[];
  /** The cluster stacks that read an identity stack's outputs, and so need a second round. */
  again: string[];
}

export class OrderError extends Error {}

/** Reads the stack files (Pulumi.NAME.yaml) of a project folder. */
export function readStackFiles(projectDir: string): StackFile[] {
  return readdirSync(projectDir)
    .map((file) => /^Pulumi\.([^.]+)\.ya?ml$/.exec(file)?.[1])
    .filter((name): name is string => name !== undefined)
    .sort()
    .map((name) => readStackFile(projectDir, name));
}

function readStackFile(projectDir: string, name: string): StackFile {
  const file = ["yaml", "yml"].map((ending) => join(projectDir, `Pulumi.${name}.${ending}`)).find(existsSync);
  const content: { config?: Record<string, unknown> } | null = file ? parse(readFileSync(file, "utf8")) : null;
  const config = content?.config ?? {};
  const value = (key: string) => config[`${namespace}:${key}`];
  const cluster = value("cluster");
  return {
    name,
    hasClusterSide: (isRecord(cluster) && "kind" in cluster) || value("workloads") !== undefined,
    hasIdentitySide: value("identities") !== undefined,
    reads: [...names(value("identityStack")), ...names(value("clusterStack"))],
  };
}

/** `tenantB`, or a list of such; `organization/PROJECT/tenantB` of this project counts as `tenantB`. */
function names(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list
    .filter((name): name is string => typeof name === "string" && name !== "")
    .map((name) => {
      const parts = name.split("/");
      return parts.length === 3 && parts[1] === namespace ? (parts[2] ?? name) : name;
    });
}

/**
 * Orders the wanted stacks and those that they read from.
 *
 * @param wanted the stacks named by the user; when empty, `tenantA` or, without it, the only stack there is.
 * @throws OrderError when a wanted stack has no file, or when nothing is wanted and no choice is obvious.
 */
export function orderStacks(files: StackFile[], wanted: string[]): DeploymentOrder {
  const byName = new Map(files.map((file) => [file.name, file]));
  const known = files.map((file) => file.name).join(", ") || "none";
  const chosen = new Set<StackFile>();
  const choose = (name: string, required: boolean) => {
    const file = byName.get(name);
    if (file === undefined) {
      if (!required) return; // a stack of another project: its owner deploys it
      throw new OrderError(`There is no stack file Pulumi.${name}.yaml here. Stack files found: ${known}.`);
    }
    if (chosen.has(file)) return;
    chosen.add(file);
    for (const read of file.reads) choose(read, false);
  };
  for (const name of wanted.length > 0 ? wanted : defaultStacks(files)) choose(name, true);
  if (chosen.size === 0) throw new OrderError(`Name the stacks to deploy. Stack files found: ${known}.`);

  const all = [...chosen];
  const clusters = all.filter((file) => file.hasClusterSide || !file.hasIdentitySide);
  const identities = all.filter((file) => !clusters.includes(file));
  const readsIdentities = (file: StackFile) =>
    file.reads.some((name) => identities.some((other) => other.name === name));
  return {
    clusters: clusters.map((file) => file.name),
    identities: identities.map((file) => file.name),
    again: clusters.filter(readsIdentities).map((file) => file.name),
  };
}

function defaultStacks(files: StackFile[]): string[] {
  if (files.some((file) => file.name === "tenantA")) return ["tenantA"];
  return files.length === 1 ? files.map((file) => file.name) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
