import type { Problem } from "../problem";
import type { Rule } from "./rule";

/** A pool that scales has both bounds, and starts between them. */
const scalingPool: Rule = ({ config: { cluster } }): Problem[] => {
  if (cluster === undefined || !("kind" in cluster)) return [];
  const { minCount, maxCount, count } = cluster.nodePool;
  const path = (key: string) => ["cluster", "nodePool", key];
  if (minCount === undefined && maxCount === undefined) return [];
  if (minCount === undefined || maxCount === undefined) {
    const [missing, given] = minCount === undefined ? ["minCount", "maxCount"] : ["maxCount", "minCount"];
    return [
      {
        path: path(missing),
        fault: `is missing, and \`${given}\` needs it`,
        expected: "both, so that the pool scales by itself, or neither",
        example: missing === "minCount" ? 1 : 5,
      },
    ];
  }
  if (minCount > maxCount) {
    return [
      { path: path("minCount"), fault: "is more than maxCount", value: minCount, expected: `${maxCount} or less` },
    ];
  }
  if (count < minCount || count > maxCount) {
    return [
      {
        path: path("count"),
        fault: "lies outside minCount and maxCount",
        value: count,
        expected: `a whole number from ${minCount} to ${maxCount}`,
      },
    ];
  }
  return [];
};

export const clusterRules: readonly Rule[] = [scalingPool];
