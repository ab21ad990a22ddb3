import { z } from "zod";
import type { Read } from "./reported-issuer";

export interface PodDisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  /** How many of its pods may be evicted now; with 0 a node cannot be drained. */
  readonly disruptionsAllowed: number;
}

const listSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
      status: z.looseObject({ disruptionsAllowed: z.number().default(0) }).nullish(),
    }),
  ),
});

/** Every PodDisruptionBudget of the cluster. */
export async function readPodDisruptionBudgets(read: Read): Promise<PodDisruptionBudget[]> {
  const list = listSchema.parse(
    await read("/apis/policy/v1/poddisruptionbudgets", "list PodDisruptionBudgets (policy) in all namespaces"),
  );
  return list.items.map(({ metadata, status }) => ({
    namespace: metadata.namespace,
    name: metadata.name,
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
  }));
}
