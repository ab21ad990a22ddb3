import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { PropertyMap, PropertyValue } from "../rpc/values.ts";
import { field, map, objects, text } from "./fields.ts";

/** The part of a kubeconfig that is in use: which cluster, through which context. */
export interface ActiveCluster {
  cluster: PropertyMap;
  /** Namespace of the context; "" when it sets none. */
  namespace: string;
}

/**
 * The text of a kubeconfig that is given as text or as a path; with neither, the first file of KUBECONFIG, or
 * ~/.kube/config.
 * @throws Error when there is none
 */
export function kubeconfigText(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined) {
    const file = given.startsWith("~/") ? path.join(homedir(), given.slice(2)) : given;
    return !given.includes("\n") && existsSync(file) ? readFileSync(file, "utf8") : given;
  }
  const usual = [...(environment.KUBECONFIG ?? "").split(path.delimiter), path.join(homedir(), ".kube", "config")];
  const found = usual.find((file) => file !== "" && existsSync(file));
  if (found === undefined) {
    throw new Error(
      "The Kubernetes provider has no kubeconfig: neither its kubeconfig setting, nor KUBECONFIG, nor ~/.kube/config names one. Set kubeconfig on the provider.",
    );
  }
  return readFileSync(found, "utf8");
}

/** Parses a kubeconfig. @throws Error when it is not YAML or JSON of an object */
export async function parseKubeconfig(source: string): Promise<PropertyMap> {
  const { parse } = await import("yaml");
  let parsed: PropertyValue;
  try {
    parsed = parse(source);
  } catch (error) {
    throw new Error(`The provider's kubeconfig cannot be read: ${firstLine(error)}. Give its text as YAML or JSON.`);
  }
  const config = map({ parsed }, "parsed");
  if (!Array.isArray(config.clusters)) {
    throw new Error(
      "The provider's kubeconfig has no clusters: it is neither the text of a kubeconfig nor the path of a file that exists. Give one of them.",
    );
  }
  return config;
}

/** Finds the cluster in use, undefined when context or cluster is not in the file. */
export function activeCluster(config: PropertyMap, context?: string, cluster?: string): ActiveCluster | undefined {
  const contextName = context ?? text(config, "current-context");
  const chosen = objects(config, "contexts").find((candidate) => text(candidate, "name") === contextName);
  const clusterName = cluster ?? text(chosen, "context", "cluster");
  const found = objects(config, "clusters").find((candidate) => text(candidate, "name") === clusterName);
  const settings = field(found, "cluster");
  if (settings === undefined) return undefined;
  return { cluster: map(found, "cluster"), namespace: text(chosen, "context", "namespace") };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
