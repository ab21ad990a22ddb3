import { z } from "zod";
import { aksSchema } from "./clusters/aks";
import { aksArcSchema } from "./clusters/aks-arc";
import { connectedSchema } from "./clusters/connected";
import { existingAksSchema } from "./clusters/existing-aks";
import { replace } from "./clusters/names";
import { plainKubernetesSchema } from "./clusters/plain-kubernetes";
import { issuer } from "./formats";

const typedInSchema = z.strictObject({
  oidcIssuerUrl: issuer({ means: "instead of a cluster: the issuer of a cluster that another company runs" }),
  replace,
});

/** The kinds of cluster, or the issuer of one typed in. Of a value with a `kind`, only that kind's form is explained. */
export const clusterSchema = z.union([
  aksSchema,
  existingAksSchema,
  aksArcSchema,
  connectedSchema,
  plainKubernetesSchema,
  typedInSchema,
]);

export type { Aks, NodePool } from "./clusters/aks";
export type { AksArc, ArcNodePool } from "./clusters/aks-arc";
export type { Connected } from "./clusters/connected";
export type { ExistingAks } from "./clusters/existing-aks";
export type { KubeconfigSource } from "./clusters/kubeconfig";
export type { PlainKubernetes } from "./clusters/plain-kubernetes";

type Given = z.output<typeof clusterSchema>;

/** Instead of a cluster: the issuer of one that another company runs. */
export type TypedInIssuer = z.output<typeof typedInSchema>;
/** A cluster that the stack works with, of whatever kind. */
export type ClusterConfig = Extract<Given, { kind: string }>;
export type ClusterKind = ClusterConfig["kind"];

/** Whether a stack with a cluster of this kind makes it, and deletes it; the others exist without the stack. */
export function isOwnedKind(kind: string): kind is "aks" | "aksArc" {
  return kind === "aks" || kind === "aksArc";
}

/** Whether the stack makes this cluster, and deletes it. */
export function isOwned(cluster: ClusterConfig): cluster is Extract<ClusterConfig, { kind: "aks" | "aksArc" }> {
  return isOwnedKind(cluster.kind);
}

/** The cluster that the stack works with; undefined when config has none, or only an issuer typed in. */
export function clusterOf(given: Given | undefined): ClusterConfig | undefined {
  return given !== undefined && "kind" in given ? given : undefined;
}

/** The issuer that config has in place of a cluster. Kind `kubernetes` has the same key, but is a cluster. */
export function typedInIssuer(given: Given | undefined): TypedInIssuer["oidcIssuerUrl"] | undefined {
  return given !== undefined && !("kind" in given) ? given.oidcIssuerUrl : undefined;
}
