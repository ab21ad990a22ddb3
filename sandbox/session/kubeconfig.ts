import { parse, stringify } from "yaml";

interface Kubeconfig {
  clusters: unknown[];
  contexts: { name: string }[];
  users: unknown[];
  "current-context"?: string;
}

/**
 * One kubeconfig with the clusters, users and contexts of all: `contexts` maps a context's name to the kubeconfig (YAML)
 * that holds it. The newest context is the current one.
 */
export function mergeKubeconfigs(contexts: Map<string, string>): string {
  const parts = [...contexts.values()].map((text): Kubeconfig => parse(text));
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    preferences: {},
    clusters: parts.flatMap((part) => part.clusters),
    contexts: parts.flatMap((part) => part.contexts),
    users: parts.flatMap((part) => part.users),
    "current-context": parts.at(-1)?.["current-context"] ?? "",
  });
}
