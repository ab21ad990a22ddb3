import type { SubscriptionId } from "../../federation/ids";
import type { ClusterConfig } from "../cluster";
import { resourceIdParts } from "../resource-id";

/** Where a cluster stands in Azure. */
export interface ClusterPlace {
  readonly id: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** The place of a cluster that exists, whichever way config gives it: an id, or resource group and name. */
export function existingPlace(
  type: string,
  given: {
    readonly id?: string | undefined;
    readonly resourceGroup?: string | undefined;
    readonly name?: string | undefined;
  },
  subscriptionId: SubscriptionId,
): ClusterPlace {
  const parts = given.id === undefined ? undefined : resourceIdParts(given.id);
  const resourceGroup = parts?.resourceGroup ?? given.resourceGroup;
  const name = parts?.name ?? given.name;
  if (resourceGroup === undefined || name === undefined) throw new Error("the cluster has neither id nor name");
  const scope = `/subscriptions/${parts?.subscriptionId ?? subscriptionId}/resourceGroups/${resourceGroup}`;
  return { id: given.id ?? `${scope}/providers/${type}/${name}`, resourceGroup, name };
}

/** A cluster's name as config gives it, on its own or in an id. */
export function nameOf(cluster: ClusterConfig): string {
  const id = "id" in cluster ? cluster.id : undefined;
  return cluster.name ?? (id === undefined ? cluster.kind : (resourceIdParts(id)?.name ?? id));
}
