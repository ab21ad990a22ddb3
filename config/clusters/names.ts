import { z } from "zod";
import { documented, type KeyDocumentation } from "../documentation";
import { pattern, resourceGroupName } from "../formats";
import { resourceId } from "../resource-id";

/** What the schemas of several kinds of cluster have in common. */

/** A cluster's name, as AKS, Arc and AKS Arc accept it (azure-rest-api-specs, managedClusters.json, connectedClusters.json). */
export function clusterName(text: KeyDocumentation) {
  return pattern(/^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/, "is not a name that Azure accepts for a cluster", {
    expected: "1–63 letters, digits, - and _, first and last a letter or digit",
    example: "aks-wi-demo",
    ...text,
  });
}

export function kubernetesVersion(text: KeyDocumentation) {
  return pattern(/^1\.\d+(\.\d+)?$/, "is not a Kubernetes version", {
    expected: "a version in quotes (1.30 without them is the number 1.3)",
    example: '"1.35"',
    ...text,
  });
}

/** The name of the cluster that may go: it makes deleting one a sentence that somebody wrote, not a slip. */
export const replace = clusterName({
  means: "name of the cluster that this stack may give up for another one; take it out again afterwards",
  expected: "the name of the cluster that stands now",
}).optional();

export const protect = documented(z.boolean(), {
  means: "refuse to delete the cluster, for production stacks",
  expected: "true or false",
  example: true,
}).default(false);

/** The keys of a cluster that exists: its id or its place in tenant A's subscription, one of both (rule `placeOfExisting`). */
export function existingClusterKeys(type: string, example: string) {
  return {
    id: resourceId(type, { means: "the cluster's resource id", example }).optional(),
    resourceGroup: resourceGroupName({ means: "in place of `id`: the cluster's resource group" }).optional(),
    name: clusterName({ means: "in place of `id`: the cluster's name" }).optional(),
  };
}
