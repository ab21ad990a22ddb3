import { systemPoolName } from "../../clusters/aks";
import type { Path, Problem } from "../../problem";
import { type CheckedConfig, isUnread, placeOf, type Rule, repeated } from "../rule";

/** Rules of node pools, of AKS and AKS Arc alike. */

interface Pool {
  readonly name?: string | undefined;
  readonly count?: number | undefined;
  readonly minCount?: number | undefined;
  readonly maxCount?: number | undefined;
}

interface PlacedPool {
  readonly pool: Pool;
  readonly path: Path;
}

function poolsOf(checked: CheckedConfig): PlacedPool[] {
  const { cluster } = checked.config;
  if (cluster === undefined) return [];
  const first = "nodePool" in cluster && cluster.nodePool ? [{ pool: cluster.nodePool, path: ["nodePool"] }] : [];
  const further: readonly Pool[] = ("nodePools" in cluster ? cluster.nodePools : undefined) ?? [];
  return [
    ...first,
    ...further.map((pool) => ({ pool, path: ["nodePools", placeOf(checked, pool)] satisfies Path })),
  ].map(({ pool, path }) => ({ pool, path: ["cluster", ...path] }));
}

/** A pool that scales has both bounds, and starts between them. */
const scaling: Rule = (checked) => poolsOf(checked).flatMap((placed) => scalingProblems(checked, placed));

function scalingProblems(checked: CheckedConfig, { pool, path }: PlacedPool): Problem[] {
  const { minCount, maxCount, count } = pool;
  if (minCount === undefined && maxCount === undefined) return [];
  const missing = (["minCount", "maxCount"] as const).find((key) => pool[key] === undefined);
  if (missing !== undefined && !isUnread(checked, pool, missing)) {
    return [
      {
        path: [...path, missing],
        fault: `is missing, and \`${missing === "minCount" ? "maxCount" : "minCount"}\` needs it`,
        expected: "both, so that the pool scales by itself, or neither",
        example: missing === "minCount" ? 1 : 5,
      },
    ];
  }
  if (minCount !== undefined && maxCount !== undefined && minCount > maxCount) {
    return [
      {
        path: [...path, "minCount"],
        fault: "is more than maxCount",
        value: minCount,
        expected: `${maxCount} or less`,
      },
    ];
  }
  const [least, most] = [minCount ?? 0, maxCount ?? 1000];
  if (count !== undefined && (count < least || count > most)) {
    return [
      {
        path: [...path, "count"],
        fault: "lies outside minCount and maxCount",
        value: count,
        expected: `a whole number from ${least} to ${most}`,
      },
    ];
  }
  return [];
}

const uniqueNames: Rule = (checked) =>
  repeated(poolsOf(checked), ({ pool }) => pool.name).map(({ item: { pool, path } }) => ({
    path: [...path, "name"],
    fault: "is the name of two pools",
    value: pool.name,
    expected: "a name of its own",
  }));

const systemName: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("nodePool" in cluster)) return [];
  return poolsOf(checked)
    .filter(({ pool }) => pool.name === systemPoolName)
    .map(({ pool, path }) => ({
      path: [...path, "name"],
      fault: "is the name of the pool that `cluster.nodePool` describes",
      value: pool.name,
      expected: "another name",
      advice: "describe the system pool in `cluster.nodePool`, or give this one a name of its own",
    }));
};

/** What AKS asks of pools that run system pods (Microsoft Learn, "Manage system node pools in AKS"). */
const aksModes: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "aks") return [];
  return (cluster.nodePools ?? []).flatMap((pool): Problem[] => {
    const path = (key: string) => ["cluster", "nodePools", placeOf(checked, pool), key];
    const problems: Problem[] = [];
    if (pool.mode !== "System") return problems;
    if (pool.spot) {
      problems.push({
        path: path("spot"),
        fault: "belongs to a pool of mode User: Azure may take spot nodes away, and system pods with them",
        value: true,
        advice: "remove it, or set `mode: User`",
      });
    }
    for (const key of ["count", "minCount"] as const) {
      if (pool[key] !== 0) continue;
      problems.push({
        path: path(key),
        fault: "is 0, and system pods need a node",
        value: 0,
        expected: "1 or more",
        advice: "raise it, or set `mode: User`",
      });
    }
    if (pool.maxPods !== undefined && pool.maxPods < 30) {
      problems.push({
        path: path("maxPods"),
        fault: "is less than the 30 that AKS asks of a System pool",
        value: pool.maxPods,
        expected: "30 or more",
      });
    }
    return problems;
  });
};

/** Kubernetes lets nodes be older than the control plane, never newer ("Version Skew Policy"). */
const notNewerThanControlPlane: Rule = (checked) => {
  const { cluster } = checked.config;
  if (cluster === undefined || !("kind" in cluster) || cluster.kind !== "aks") return [];
  const controlPlane = cluster.kubernetesVersion;
  if (controlPlane === undefined) return [];
  return (cluster.nodePools ?? [])
    .filter(({ kubernetesVersion: own }) => own !== undefined && isNewer(own, controlPlane))
    .map((pool) => ({
      path: ["cluster", "nodePools", placeOf(checked, pool), "kubernetesVersion"],
      fault: "is newer than cluster.kubernetesVersion, and nodes are never newer than their control plane",
      value: pool.kubernetesVersion,
      expected: `${controlPlane} or older`,
    }));
};

/** Compares as far as both versions go: 1.35 without a patch is any 1.35. */
export function isNewer(left: string, right: string): boolean {
  const [ours, theirs] = [left.split(".").map(Number), right.split(".").map(Number)];
  for (const [index, step] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return false;
    if (step !== other) return step > other;
  }
  return false;
}

export const poolRules: readonly Rule[] = [scaling, uniqueNames, systemName, aksModes, notNewerThanControlPlane];
