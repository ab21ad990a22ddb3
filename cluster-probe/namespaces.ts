import { z } from "zod";
import type { Read } from "./reported-issuer";

/** A namespace of the cluster. */
export interface FoundNamespace {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Who wrote its fields, by the names that its writers gave themselves. */
  readonly managers: readonly string[];
  /** Whether it was deleted, and its objects are still going. */
  readonly terminating: boolean;
}

const namespaceSchema = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    managedFields: z.array(z.looseObject({ manager: z.string().nullish() })).nullish(),
  }),
  status: z.looseObject({ phase: z.string().nullish() }).nullish(),
});

/** @param readIfThere gives undefined for what is not there, and so does this */
export async function readNamespace(name: string, readIfThere: Read): Promise<FoundNamespace | undefined> {
  const found = await readIfThere(`/api/v1/namespaces/${name}`, `get namespace ${name}`);
  if (found === undefined) return undefined;
  const { metadata, status } = namespaceSchema.parse(found);
  const managers = (metadata.managedFields ?? []).flatMap(({ manager }) => manager ?? []);
  return { uid: metadata.uid, labels: metadata.labels ?? {}, managers, terminating: status?.phase === "Terminating" };
}
