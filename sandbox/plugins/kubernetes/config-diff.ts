import { objectDiff, sameValue } from "../rpc/object-diff.ts";
import { formatPath } from "../rpc/property-path.ts";
import { type DiffResult, NO_DIFF, type PropertyDiff } from "../rpc/provider.ts";
import { isUnknown, type PropertyMap, stringOf } from "../rpc/values.ts";
import { activeCluster, kubeconfigText, parseKubeconfig } from "./kubeconfig.ts";

const LOCATES_CLUSTER = ["kubeconfig", "context", "cluster"];

/**
 * Compares a provider's settings. A replaced provider replaces every object made with it, so that must happen only when
 * the cluster is another one: with a clusterIdentifier when that changes, without it when server or authority of the
 * active cluster change, or when the kubeconfig is not known yet (pulumi-kubernetes, DiffConfig).
 */
export async function diffConfig(olds: PropertyMap, news: PropertyMap): Promise<DiffResult> {
  const changed = [...new Set(objectDiff(olds, news).map((change) => String(change.path[0])))];
  if (changed.length === 0) return NO_DIFF;

  const before = stringOf(olds.clusterIdentifier);
  const after = stringOf(news.clusterIdentifier);
  if (before !== undefined && before === after) return result(changed, [], olds, news);
  // Adding or removing the identifier must not replace by itself: that would make it risky to begin with it.
  const replaces = before !== undefined && news.clusterIdentifier !== undefined ? ["clusterIdentifier"] : [];

  const unknown = LOCATES_CLUSTER.filter((key) => isUnknown(news[key]));
  if (unknown.length > 0) return result(changed, [...replaces, ...unknown], olds, news);
  if (await clusterMoved(olds, news)) replaces.push(...LOCATES_CLUSTER.filter((key) => changed.includes(key)));
  return result(changed, replaces, olds, news);
}

async function clusterMoved(olds: PropertyMap, news: PropertyMap): Promise<boolean> {
  const before = await clusterOf(olds);
  const after = await clusterOf(news);
  return before !== undefined && after !== undefined && !sameValue(before, after);
}

/** The active cluster's settings; undefined when the kubeconfig cannot be read, which is no sign of a move. */
async function clusterOf(settings: PropertyMap): Promise<PropertyMap | undefined> {
  try {
    const config = await parseKubeconfig(kubeconfigText(stringOf(settings.kubeconfig)));
    return activeCluster(config, stringOf(settings.context), stringOf(settings.cluster))?.cluster;
  } catch {
    return undefined;
  }
}

function result(changed: string[], replaces: string[], olds: PropertyMap, news: PropertyMap): DiffResult {
  const detailedDiff: Record<string, PropertyDiff> = {};
  for (const key of changed) {
    const kind = olds[key] === undefined ? "add" : news[key] === undefined ? "delete" : "update";
    detailedDiff[formatPath([key])] = { kind: replaces.includes(key) ? `${kind}-replace` : kind, inputDiff: true };
  }
  return { changes: "some", replaces, deleteBeforeReplace: false, detailedDiff };
}
