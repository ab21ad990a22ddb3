import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../../rpc/values.ts";
import { isStatus, UnknownKindError, UnreachableError } from "../api-errors.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { field, text } from "../fields.ts";
import { ANNOTATION, annotation, describe } from "../naming.ts";
import { skipsAwait, timeoutOf } from "../readiness/await-ready.ts";
import type { ObjectKind } from "../resource-type.ts";
import { atId } from "./update.ts";

const POLL_MS = 300;
const POLICIES: Record<string, string> = { foreground: "Foreground", background: "Background", orphan: "Orphan" };

/** Deletes an object and what it owns, and waits until it is gone. An object that is not there is deleted already. */
export async function deleteObject(
  cluster: ClusterAccess,
  { urn, id, kind }: { urn: string; id: string; kind: ObjectKind },
  inputs: PropertyMap,
  timeoutSeconds: number,
): Promise<void> {
  const object = atId({ ...kind }, id);
  const policy = POLICIES[annotation(inputs, ANNOTATION.deletionPropagationPolicy)] ?? "Foreground";
  try {
    await cluster.delete(object, policy);
    if (!skipsAwait(inputs)) await awaitGone(cluster, object, timeoutOf(inputs, timeoutSeconds), urn);
  } catch (error) {
    if (isStatus(error, 404) || error instanceof UnknownKindError) return;
    if (!(error instanceof UnreachableError)) throw await cluster.explained(error, "delete", object);
    if (!cluster.settings.deleteUnreachable) throw error;
    cluster.log(
      "warning",
      `${error.message} ${describe(object)} is taken for deleted, as deleteUnreachable is set.`,
      urn,
    );
  }
}

/** @throws ApiStatusError 404 when it is gone, Error when it is still there after the time */
async function awaitGone(cluster: ClusterAccess, object: PropertyMap, seconds: number, urn: string): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  const first = await cluster.get(object);
  cluster.log("info", `Waiting for ${describe(object)} to be gone`, urn, true);
  for (let live = first; ; live = await cluster.get(object)) {
    // Somebody made a new object of this name meanwhile.
    if (text(live, "metadata", "uid") !== text(first, "metadata", "uid")) return;
    if (Date.now() >= deadline) {
      const finalizers = field(live, "metadata", "finalizers") ?? field(live, "spec", "finalizers") ?? [];
      throw new Error(
        `${describe(object)} is still there ${seconds} s after its deletion was asked for (finalizers: ${JSON.stringify(finalizers)}). Find what holds it with "kubectl describe", or allow more time with customTimeouts.`,
      );
    }
    await sleep(POLL_MS, undefined, { signal: cluster.signal });
  }
}
