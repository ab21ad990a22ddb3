import { sameId } from "../../../federation/ids";
import { resourceIdParts } from "../../resource-id";
import { type CheckedConfig, isUnread, type Rule } from "../rule";

/** Rules of what exists already: where it is, and that it is tenant A's. */

function existingOf({ config: { cluster } }: CheckedConfig) {
  if (cluster === undefined || !("kind" in cluster)) return undefined;
  return cluster.kind === "existingAks" || cluster.kind === "connected" ? cluster : undefined;
}

const placeOfExisting: Rule = (checked) => {
  const cluster = existingOf(checked);
  if (cluster === undefined) return [];
  const { id, name, resourceGroup } = cluster;
  if (id !== undefined) {
    return (["resourceGroup", "name"] as const).flatMap((key) =>
      cluster[key] === undefined
        ? []
        : [
            {
              path: ["cluster", key],
              fault: "says again what `id` says",
              value: cluster[key],
              advice: "remove it, or `id`",
            },
          ],
    );
  }
  const unread = (["id", "name", "resourceGroup"] as const).some((key) => isUnread(checked, cluster, key));
  if (unread || (name !== undefined && resourceGroup !== undefined)) return [];
  const only = name ?? resourceGroup;
  return [
    {
      path: ["cluster", only === undefined ? "id" : name === undefined ? "name" : "resourceGroup"],
      fault:
        only === undefined
          ? "is missing, and nothing else says which cluster is meant"
          : `is missing, and \`${name === undefined ? "resourceGroup" : "name"}\` needs it`,
      expected: "`id`, or `resourceGroup` and `name`",
      ...(only === undefined
        ? {
            advice:
              cluster.kind === "existingAks"
                ? "take what this prints: az aks list --query '[].id'"
                : "take what this prints: az connectedk8s list --query '[].id'",
          }
        : {}),
    },
  ];
};

/** A cluster of another subscription would be asked for in tenant A's name, and may be another tenant's. */
const inSubscriptionOfA: Rule = (checked) => {
  const id = existingOf(checked)?.id;
  const own = checked.config.tenantA?.subscriptionId;
  const parts = id === undefined ? undefined : resourceIdParts(id);
  if (parts === undefined || own === undefined || sameId(parts.subscriptionId, own)) return [];
  return [
    {
      path: ["cluster", "id"],
      fault: "lies in another subscription than tenantA.subscriptionId",
      value: id,
      expected: `/subscriptions/${own}/…`,
      advice: "correct it, or give the cluster's own tenant and subscription as tenantA",
    },
  ];
};

export const existingRules: readonly Rule[] = [placeOfExisting, inSubscriptionOfA];
