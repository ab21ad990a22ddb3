import { connectedClusterType, customLocationType, logicalNetworkType } from "../../config/clusters/resource-types";

/** The parts of Resource Manager that Arc-enabled clusters and Azure Local have, with the API versions in use. */

export interface ArcResourceType {
  readonly namespace: string;
  readonly type: string;
  readonly apiVersion: string;
}

function inVersion(resourceType: string, apiVersion: string): ArcResourceType {
  const [namespace = "", type = ""] = resourceType.split("/");
  return { namespace, type, apiVersion };
}

/**
 * The first stable version with `oidcIssuerProfile` (azure-rest-api-specs, hybridkubernetes). azure-native's own
 * ConnectedCluster is of 2024-02-01-preview, which has no issuer.
 */
export const connectedClusters = inVersion(connectedClusterType, "2026-05-01");

export const provisionedClusterInstances: ArcResourceType = {
  namespace: "Microsoft.HybridContainerService",
  type: "provisionedClusterInstances",
  apiVersion: "2024-01-01",
};

/** Where the one instance of a connected cluster lies: it extends the cluster. */
export function instanceParent(cluster: string): string {
  return `${connectedClusters.type}/${cluster}/providers/${provisionedClusterInstances.namespace}`;
}

export const customLocations = inVersion(customLocationType, "2021-08-15");

export const logicalNetworks = inVersion(logicalNetworkType, "2024-01-01");

/** A resource by its name, in a subscription that the tenant's provider works in. */
export interface ResourcePlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  /** Path of the resource that it extends, below the provider; none for a resource of its own. */
  readonly parent?: string;
}

export function arcResourceId({ namespace, type }: ArcResourceType, place: ResourcePlace): string {
  const { subscriptionId, resourceGroup, name } = place;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${namespace}/${type}/${name}`;
}
