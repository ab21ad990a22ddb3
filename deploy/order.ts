import { readdirSync, readFileSync } from "node:fs";
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
  /** Stacks of this project whose identities its workloads use. */
  readsIdentitiesOf: string[];
  /** Stacks of this project whose clusters its identities trust. */
  readsIssuersOf: string[];
}

/** The order in which stacks are deployed; a stack may need two rounds. */
export interface DeploymentOrder {
  /** First, so that their issuers are known: the stacks with a cluster, whose workloads may have to wait. */
  clusters: string[];
  /** Then the stacks whose identities trust those issuers. */
  identities: string[];
  /** Then the stacks whose workloads waited for those identities. */
  workloads: string[];
}

export class OrderError extends Error {}

/** `Pulumi.NAME.yaml`; a stack's name may hold dots. */
export const stackFilePattern = /^Pulumi\.(.+)\.ya?ml$/;

/** Reads the stack files (Pulumi.NAME.yaml) of a project folder. */
export function readStackFiles(projectDir: string): StackFile[] {
  return readdirSync(projectDir)
    .map((file) => ({ file, name: stackFilePattern.exec(file)?.[1] }))
    .filter((entry): entry is { file: string; name: string } => entry.name !== undefined)
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ file, name }) => describeStack(name, parse(readFileSync(join(projectDir, file), "utf8"))));
}

/** The part of a stack file's content that the order depends on. */
export function describeStack(name: string, content: { config?: Record<string, unknown> } | null): StackFile {
  const value = (key: string) => content?.config?.[`${namespace}:${key}`];
  const cluster = value("cluster");
  return {
    name,
    hasClusterSide: (isRecord(cluster) && "kind" in cluster) || value("workloads") !== undefined,
    hasIdentitySide: value("identities") !== undefined,
    readsIdentitiesOf: names(value("identityStack")),
    readsIssuersOf: names(value("clusterStack")),
  };
}

/** `tenantB`, or a list of such; PROJECT/tenantB and ORGANIZATION/PROJECT/tenantB of this project count as `tenantB`. */
function names(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list
    .filter((name): name is string => typeof name === "string" && name !== "")
    .map((name) => {
      const parts = name.split("/");
      return parts.length > 1 && parts.at(-2) === namespace ? (parts.at(-1) ?? name) : name;
    });
}

/**
 * Orders the wanted stacks and those that they read from.
 *
 * @param wanted the stacks named by the user; when empty, `tenantA` or, without it, the only stack there is.
 * @throws OrderError when a wanted stack has no file, or when nothing is wanted and no choice is obvious.
 */
export function orderStacks(files: StackFile[], wanted: string[]): DeploymentOrder {
  const chosen = chooseStacks(files, wanted);
  const isChosen = (name: string) => chosen.some((file) => file.name === name);
  const named = (files: StackFile[]) => files.map((file) => file.name);
  const clusters = chosen.filter((file) => file.hasClusterSide || !file.hasIdentitySide);
  return {
    clusters: named(clusters),
    identities: named(chosen.filter((file) => !clusters.includes(file) || file.readsIssuersOf.some(isChosen))),
    workloads: named(clusters.filter((file) => file.readsIdentitiesOf.some(isChosen))),
  };
}

function chooseStacks(files: StackFile[], wanted: string[]): StackFile[] {
  const known = files.map((file) => file.name).join(", ") || "none";
  const chosen = new Set<StackFile>();
  const choose = (name: string, required: boolean) => {
    const file = files.find((each) => each.name === name);
    if (file === undefined) {
      if (!required) return; // a stack of another project: its owner deploys it
      throw new OrderError(`There is no stack file Pulumi.${name}.yaml here. Stack files found: ${known}.`);
    }
    if (chosen.has(file)) return;
    chosen.add(file);
    for (const read of [...file.readsIdentitiesOf, ...file.readsIssuersOf]) choose(read, false);
  };
  for (const name of wanted.length > 0 ? wanted : defaultStacks(files)) choose(name, true);
  if (chosen.size === 0) throw new OrderError(`Name the stacks to deploy. Stack files found: ${known}.`);
  return [...chosen];
}

/** Every stack of an order, once. */
export function stacksOf(order: DeploymentOrder): string[] {
  return [...new Set([...order.clusters, ...order.identities, ...order.workloads])];
}

function defaultStacks(files: StackFile[]): string[] {
  if (files.some((file) => file.name === "tenantA")) return ["tenantA"];
  return files.length === 1 ? files.map((file) => file.name) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
