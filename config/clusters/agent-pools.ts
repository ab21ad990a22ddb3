import { z } from "zod";
import { documented } from "../documentation";
import { pattern, scalarText, wholeNumber } from "../formats";

/** What the node pools of AKS and of AKS Arc have in common. */

/** A VM size; without it, the given one. `expected` says which there are. */
export function vmSize(usual: string, expected: string) {
  return pattern(/^[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+$/, "is not the name of a VM size", {
    means: "VM size of the nodes",
    expected,
    example: usual,
  }).default(usual);
}

export function nodeCount(least: number) {
  return wholeNumber(least, 1000, { means: "number of nodes, or the first number when the pool scales", example: 2 });
}

export function scaling(least: number) {
  return {
    minCount: wholeNumber(least, 1000, {
      means: "fewest nodes; with `maxCount` the pool scales by itself",
      example: 1,
    }).optional(),
    maxCount: wholeNumber(1, 1000, { means: "most nodes", example: 5 }).optional(),
  };
}

/** Kubernetes documentation, "Labels and Selectors": an optional DNS prefix, then 1–63 characters. */
const labelKey = documented(
  z
    .string()
    .regex(
      /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
      "is not the key of a label",
    ),
  { means: "key of a label", expected: "PREFIX/NAME or NAME, as Kubernetes has them" },
);

export const labels = documented(
  z.record(labelKey, documented(scalarText, { means: "its value", expected: "a text" })),
  {
    means: "labels of the nodes",
    expected: "keys and values of labels",
    example: { workload: "batch" },
  },
).optional();

export const taints = documented(
  z.array(
    pattern(/^[^=:\s]+(=[^=:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/, "is not a taint", {
      means: "a taint",
      expected: "KEY=VALUE:EFFECT, with NoSchedule, PreferNoSchedule or NoExecute",
      example: "sku=gpu:NoSchedule",
    }),
  ),
  { means: "taints of the nodes", expected: "a list of KEY=VALUE:EFFECT", example: ["sku=gpu:NoSchedule"] },
).optional();
