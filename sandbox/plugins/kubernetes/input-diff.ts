import { diffResult, objectDiff, type PropertyChange, sameValue } from "../rpc/object-diff.ts";
import { formatPath, parsePath } from "../rpc/property-path.ts";
import type { DiffResult } from "../rpc/provider.ts";
import { containsUnknown, type PropertyMap, unwrapSecrets } from "../rpc/values.ts";
import { field, withField } from "./fields.ts";
import { immutableFields, needsReplacement } from "./immutable-fields.ts";
import { isAutonamed, nameOf } from "./naming.ts";
import { parseId } from "./resource-type.ts";
import { wireObject } from "./wire-object.ts";

/** What to compare. */
export interface InputDiffRequest {
  id: string;
  oldInputs: PropertyMap;
  /** The live object of the state. */
  live: PropertyMap;
  news: PropertyMap;
  ignoreChanges: readonly string[];
  mutable: { configMapMutable: boolean; secretMutable: boolean };
  /**
   * Applies the new inputs as a dry run; undefined when that cannot be done. Asked only when inputs differ, and only
   * about changes in place.
   */
  dryRun(): Promise<PropertyMap | undefined>;
}

/**
 * Compares the inputs of the last deployment with the new ones, in the form in which they are sent. What the API server
 * or a webhook added to the live object is in neither, so it is no difference; drift is one after a refresh has
 * taken it over into the old inputs. A change that the API server would take for the same (`0.5` and `500m` of a CPU) is none.
 */
export async function diffInputs(request: InputDiffRequest): Promise<DiffResult> {
  const before = comparable(request.oldInputs, request.id);
  const after = comparable(request.news, request.id);
  const immutable = immutableFields(after, request.mutable);
  const replaces = (change: PropertyChange) => needsReplacement(immutable, change, before, after);

  let changes = objectDiff(before, after, { ignoreChanges: request.ignoreChanges });
  if (changes.some((change) => change.kind === "update") && !changes.some(replaces) && !containsUnknown(after)) {
    const applied = await request.dryRun();
    if (applied !== undefined) changes = changes.filter((change) => !sameWhenApplied(change, request.live, applied));
  }
  const replacing = new Set(changes.filter(replaces).map((change) => formatPath(change.path)));
  return diffResult(changes, (path) => replacing.has(formatPath(path)), mustDeleteFirst(before, after));
}

/** True when a new object could not stand beside the old one: same place, and a name that the program chose. */
function mustDeleteFirst(before: PropertyMap, after: PropertyMap): boolean {
  const old = nameOf(before);
  const wanted = nameOf(after);
  return !isAutonamed(after) && wanted.name !== "" && wanted.name === old.name && wanted.namespace === old.namespace;
}

/** Inputs as they are sent; where they leave the namespace out, it is that of the id. */
function comparable(inputs: PropertyMap, id: string): PropertyMap {
  const object = wireObject(inputs);
  const { namespace } = parseId(id);
  if (namespace !== "" && field(object, "metadata", "namespace") !== undefined) return object;
  return withField(object, ["metadata", "namespace"], namespace || undefined);
}

function sameWhenApplied({ path, kind }: PropertyChange, live: PropertyMap, applied: PropertyMap): boolean {
  const value = field(live, ...path);
  return kind === "update" && value !== undefined && sameValue(value, field(applied, ...path));
}

/** The new inputs with the live value at every path of `ignoreChanges`, so that an update leaves these fields alone. */
export function keepIgnored(news: PropertyMap, live: PropertyMap, ignoreChanges: readonly string[]): PropertyMap {
  return ignoreChanges.reduce((kept, ignored) => {
    const path = parsePath(ignored);
    const value = field(live, ...path);
    const inObjects = path.every((step) => typeof step === "string" && step !== "*");
    const given = field(unwrapSecrets(kept), ...path) !== undefined;
    return inObjects && given && value !== undefined ? withField(kept, path.map(String), value) : kept;
  }, news);
}
