import type { Problem } from "../problem";
import { isUnread, type Rule } from "./rule";

/** A pool that scales has both bounds, and starts between them. */
const scalingPool: Rule = (checked): Problem[] => {
  const { cluster } = checked.config;
  const pool = cluster !== undefined && "nodePool" in cluster ? cluster.nodePool : undefined;
  if (pool === undefined) return [];
  const { minCount, maxCount, count } = pool;
  const path = (key: string) => ["cluster", "nodePool", key];
  if (minCount === undefined && maxCount === undefined) return [];
  const missing = (["minCount", "maxCount"] as const).find((key) => pool[key] === undefined);
  if (missing !== undefined && !isUnread(checked, pool, missing)) {
    return [
      {
        path: path(missing),
        fault: `is missing, and \`${missing === "minCount" ? "maxCount" : "minCount"}\` needs it`,
        expected: "both, so that the pool scales by itself, or neither",
        example: missing === "minCount" ? 1 : 5,
      },
    ];
  }
  if (minCount !== undefined && maxCount !== undefined && minCount > maxCount) {
    return [
      { path: path("minCount"), fault: "is more than maxCount", value: minCount, expected: `${maxCount} or less` },
    ];
  }
  const [least, most] = [minCount ?? 1, maxCount ?? 1000];
  if (count !== undefined && (count < least || count > most)) {
    return [
      {
        path: path("count"),
        fault: "lies outside minCount and maxCount",
        value: count,
        expected: `a whole number from ${least} to ${most}`,
      },
    ];
  }
  return [];
};

export const clusterRules: readonly Rule[] = [scalingPool];
