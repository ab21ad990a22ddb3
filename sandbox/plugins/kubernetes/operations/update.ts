import { ResourceInitError } from "../../rpc/provider.ts";
import { containsUnknown, type PropertyMap } from "../../rpc/values.ts";
import { isStatus, UnknownKindError, UnreachableError } from "../api-errors.ts";
import { readCheckpoint, writeCheckpoint } from "../checkpoint.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { adoptedManagedFields, fieldManagerName, forcesConflicts } from "../field-ownership.ts";
import { objects, text, withField } from "../fields.ts";
import { keepIgnored } from "../input-diff.ts";
import { describe } from "../naming.ts";
import { awaitReady, NotReadyError } from "../readiness/await-ready.ts";
import { parseId } from "../resource-type.ts";
import { mergePatch, wireObject } from "../wire-object.ts";

const MAX_ADOPTIONS = 5;

/** What the engine gives for an update. */
export interface UpdateRequest {
  urn: string;
  id: string;
  state: PropertyMap;
  oldInputs: PropertyMap;
  inputs: PropertyMap;
  preview: boolean;
  timeoutSeconds: number;
  ignoreChanges: readonly string[];
}

/** Applies new inputs to an object, waits until it is ready, and returns its state. A preview is a dry run. */
export async function updateObject(cluster: ClusterAccess, request: UpdateRequest): Promise<PropertyMap> {
  const { urn, id, inputs, preview } = request;
  if (preview && containsUnknown(inputs)) return inputs;
  const former = readCheckpoint(request.state);
  const object = atId(keepIgnored(wireObject(inputs), former.live, request.ignoreChanges), id);
  const memory = {
    initialApiVersion: former.initialApiVersion || text(object, "apiVersion"),
    fieldManager: fieldManagerName(object, former.fieldManager, cluster.settings),
  };

  let updated: PropertyMap;
  try {
    updated = await write(cluster, object, request, memory.fieldManager);
  } catch (error) {
    if (preview && isBeyondPreview(error)) return inputs;
    if (isStatus(error, 404)) {
      throw new Error(
        `Cannot update ${describe(object)}: it is no longer in the cluster. Run "pulumi refresh", or "pulumi up --refresh", to make it anew.`,
      );
    }
    throw await cluster.explained(error, "update", object);
  }
  if (preview) {
    const { status: _, ...expected } = updated;
    return writeCheckpoint(expected, inputs, memory);
  }
  const ready = await awaitReady(cluster, updated, inputs, request.timeoutSeconds, urn).catch((error: unknown) => {
    const reasons =
      error instanceof NotReadyError ? error.reasons : [error instanceof Error ? error.message : `${error}`];
    const live = error instanceof NotReadyError ? error.object : updated;
    const summary = `${describe(object)} was updated but did not become ready. ${reasons[0]}`;
    throw new ResourceInitError(id, writeCheckpoint(live, inputs, memory), [summary, ...reasons.slice(1)]);
  });
  return writeCheckpoint(ready, inputs, memory);
}

async function write(cluster: ClusterAccess, object: PropertyMap, request: UpdateRequest, fieldManager: string) {
  const { preview, oldInputs } = request;
  // An apply would make a missing object; an update must not.
  const live = await cluster.get(object);
  if (!cluster.settings.serverSideApply) {
    return cluster.merge(object, mergePatch(wireObject(oldInputs), object), { fieldManager, preview });
  }
  if (!preview) await adoptFields(cluster, live, fieldManager, wireObject(oldInputs));
  const options = { fieldManager, preview, force: forcesConflicts(object, cluster.settings) };
  return cluster.apply(object, options).catch((error: unknown) => {
    // A dry run cannot hand the fields of the creation over to the apply first, so it conflicts with itself.
    if (preview && conflictsOnlyWith(error, fieldManager)) return cluster.apply(object, { ...options, force: true });
    throw error;
  });
}

/** Hands the fields of the creation over to the apply that follows; begins anew when the object changes meanwhile. */
async function adoptFields(cluster: ClusterAccess, first: PropertyMap, fieldManager: string, sent: PropertyMap) {
  let live = first;
  for (let attempt = 1; ; attempt++) {
    const adopted = adoptedManagedFields(live, fieldManager, sent);
    if (adopted === undefined) return;
    try {
      await cluster.setManagedFields(live, adopted);
      return;
    } catch (error) {
      // Controllers write the status of a young object all the time.
      if (!isStatus(error, 409) || attempt === MAX_ADOPTIONS) throw error;
      live = await cluster.get(live);
    }
  }
}

function conflictsOnlyWith(error: unknown, fieldManager: string): boolean {
  if (!isStatus(error, 409)) return false;
  const causes = objects(error.status, "details", "causes");
  return causes.length > 0 && causes.every((cause) => text(cause, "message").includes(`"${fieldManager}"`));
}

/** Name and namespace of a live object are those of its id, whatever the inputs leave out. */
export function atId(object: PropertyMap, id: string): PropertyMap {
  const { namespace, name } = parseId(id);
  return withField(withField(object, ["metadata", "name"], name), ["metadata", "namespace"], namespace || undefined);
}

function isBeyondPreview(error: unknown): boolean {
  return isStatus(error, 403) || error instanceof UnknownKindError || error instanceof UnreachableError;
}
