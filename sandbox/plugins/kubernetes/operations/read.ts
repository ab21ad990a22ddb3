import { ResourceInitError } from "../../rpc/provider.ts";
import type { PropertyMap } from "../../rpc/values.ts";
import { isStatus, UnknownKindError, UnreachableError } from "../api-errors.ts";
import { readCheckpoint, writeCheckpoint } from "../checkpoint.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { fieldManagerName } from "../field-ownership.ts";
import { importedInputs, refreshedInputs } from "../live-inputs.ts";
import { nameOf } from "../naming.ts";
import { readinessOf, skipsAwait } from "../readiness/await-ready.ts";
import { formatId, type ObjectKind } from "../resource-type.ts";
import { atId } from "./update.ts";

/** What a read returns; an id of "" says that the object is gone. */
export interface ReadAnswer {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

const GONE: ReadAnswer = { id: "", inputs: {}, outputs: {} };

/** Reads an object for a refresh, or, when inputs and state are empty, for an import. */
export async function readObject(
  cluster: ClusterAccess,
  { urn, id, kind }: { urn: string; id: string; kind: ObjectKind },
  inputs: PropertyMap,
  state: PropertyMap,
): Promise<ReadAnswer> {
  const isImport = Object.keys(inputs).length === 0;
  let live: PropertyMap;
  try {
    // An id without a namespace means "default" for a kind that has namespaces.
    live = await cluster.get(atId({ ...kind }, id));
  } catch (error) {
    if (isStatus(error, 404) || error instanceof UnknownKindError) return GONE;
    if (error instanceof UnreachableError) return unreachable(cluster, error, { urn, id, inputs, outputs: state });
    throw await cluster.explained(error, "read", atId({ ...kind }, id));
  }
  const former = readCheckpoint(state);
  const found = isImport ? importedInputs(live) : refreshedInputs(inputs, former.live, live);
  const outputs = writeCheckpoint(live, found, {
    initialApiVersion: former.initialApiVersion || kind.apiVersion,
    fieldManager: fieldManagerName(found, former.fieldManager, cluster.settings),
  });
  const liveId = isImport ? formatId(nameOf(live)) : id;
  const readiness = isImport || skipsAwait(found) ? undefined : readinessOf(live);
  if (readiness !== undefined && readiness.state !== "ready") {
    throw new ResourceInitError(liveId, outputs, [readiness.progress, ...readiness.trouble], found);
  }
  return { id: liveId, inputs: found, outputs };
}

function unreachable(cluster: ClusterAccess, error: UnreachableError, known: ReadAnswer & { urn: string }): ReadAnswer {
  if (cluster.settings.deleteUnreachable) {
    cluster.log("warning", `${error.message} It is taken for deleted, as deleteUnreachable is set.`, known.urn);
    return GONE;
  }
  if (cluster.settings.skipUpdateUnreachable) {
    cluster.log("warning", `${error.message} The state is kept, as skipUpdateUnreachable is set.`, known.urn);
    return { id: known.id, inputs: known.inputs, outputs: known.outputs };
  }
  throw error;
}
