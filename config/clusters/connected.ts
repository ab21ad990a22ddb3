import { z } from "zod";
import { documented } from "../documentation";
import { kubeconfigSource } from "./kubeconfig";
import { existingClusterKeys, replace } from "./names";
import { connectedClusterType } from "./resource-types";

export const connectedSchema = z.strictObject({
  kind: documented(z.literal("connected"), {
    means: "an Arc-enabled cluster that exists, and that the stack never deletes",
    example: "connected",
  }),
  ...existingClusterKeys(
    connectedClusterType,
    "/subscriptions/…/resourceGroups/rg-edge/providers/Microsoft.Kubernetes/connectedClusters/edge",
  ),
  kubeconfig: kubeconfigSource("the way into the cluster, which workloads need: Arc gives none").optional(),
  replace,
});

export type Connected = z.output<typeof connectedSchema>;
