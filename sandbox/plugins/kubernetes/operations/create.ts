import { setTimeout as sleep } from "node:timers/promises";
import { ResourceInitError } from "../../rpc/provider.ts";
import { containsUnknown, type PropertyMap, UNKNOWN } from "../../rpc/values.ts";
import { isMissingNamespace, isStatus, UnknownKindError, UnreachableError } from "../api-errors.ts";
import { writeCheckpoint } from "../checkpoint.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { fieldManagerName, forcesConflicts } from "../field-ownership.ts";
import { text, withField } from "../fields.ts";
import { describe, nameOf } from "../naming.ts";
import { awaitReady, NotReadyError } from "../readiness/await-ready.ts";
import { formatId } from "../resource-type.ts";
import { wireObject } from "../wire-object.ts";

const RETRY_MS = [500, 1000, 2000, 4000];

/** Makes an object, waits until it is ready, and returns its id and state. A preview is a dry run. */
export async function createObject(
  cluster: ClusterAccess,
  urn: string,
  inputs: PropertyMap,
  preview: boolean,
  timeoutSeconds: number,
): Promise<{ id: string; outputs: PropertyMap }> {
  if (preview && containsUnknown(inputs)) return { id: "", outputs: inputs };
  const object = wireObject(inputs);
  const fieldManager = fieldManagerName(object, "", cluster.settings);
  const memory = { initialApiVersion: text(object, "apiVersion"), fieldManager };
  const write = async () => {
    const placed = await cluster.withNamespace(object);
    const options = { fieldManager, preview, force: forcesConflicts(object, cluster.settings) };
    return cluster.settings.upsertExistingObjects && cluster.settings.serverSideApply
      ? cluster.apply(placed, options)
      : cluster.create(placed, options);
  };

  if (preview) {
    const expected = await write().catch(async (error: unknown) => {
      if (isBeyondPreview(error)) return undefined;
      throw await cluster.explained(error, "create", object);
    });
    return { id: "", outputs: expected === undefined ? inputs : expectedState(expected, inputs, memory) };
  }
  const created = await withRetries(cluster, urn, write).catch(async (error: unknown) => {
    throw await cluster.explained(error, "create", object);
  });
  const id = formatId(nameOf(created));
  const ready = await awaitReady(cluster, created, inputs, timeoutSeconds, urn).catch((error: unknown) => {
    const reasons = error instanceof NotReadyError ? error.reasons : [messageOf(error)];
    const live = error instanceof NotReadyError ? error.object : created;
    const summary = `${describe(created)} was created but did not become ready. ${reasons[0]}`;
    throw new ResourceInitError(id, writeCheckpoint(live, inputs, memory), [summary, ...reasons.slice(1)]);
  });
  return { id, outputs: writeCheckpoint(ready, inputs, memory) };
}

/** The state that a dry run foretells; what the API server makes anew for every object is not known before. */
function expectedState(
  dryRun: PropertyMap,
  inputs: PropertyMap,
  memory: { initialApiVersion: string; fieldManager: string },
) {
  const { status: _, ...object } = dryRun;
  const made = ["uid", "resourceVersion", "creationTimestamp"];
  const foretold = made.reduce((rest, key) => withField(rest, ["metadata", key], UNKNOWN), object);
  return writeCheckpoint(foretold, inputs, memory);
}

/**
 * True for what a dry run cannot know: a namespace, kind, service account or permission that the same deployment makes
 * first; an old object of the same name that is deleted first; a cluster that is not there yet.
 */
function isBeyondPreview(error: unknown): boolean {
  return (
    isMissingNamespace(error) ||
    isStatus(error, 403) ||
    (isStatus(error, 409) && error.reason === "AlreadyExists") ||
    error instanceof UnknownKindError ||
    error instanceof UnreachableError
  );
}

/** Tries again what comes right by itself soon after a namespace or a definition was made. */
async function withRetries(
  cluster: ClusterAccess,
  urn: string,
  write: () => Promise<PropertyMap>,
): Promise<PropertyMap> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      const pause = RETRY_MS[attempt];
      if (pause === undefined || !isTransient(error)) throw error;
      cluster.log("info", `Retry ${attempt + 1}: ${messageOf(error)}`, urn, true);
      await sleep(pause, undefined, { signal: cluster.signal });
    }
  }
}

function isTransient(error: unknown): boolean {
  // A namespace's default service account is made by a controller a moment after the namespace.
  const accountPending = isStatus(error, 403) && /error looking up service account/.test(error.message);
  return isStatus(error, 404) || accountPending || error instanceof UnknownKindError;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
