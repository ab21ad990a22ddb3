import { diffResult, objectDiff, type PropertyChange } from "../rpc/object-diff.ts";
import type { PathSegment } from "../rpc/property-path.ts";
import type { DiffResult } from "../rpc/provider.ts";
import type { PropertyMap, PropertyValue } from "../rpc/values.ts";
import { CREATE_BEFORE_DELETE } from "./autonaming.ts";
import type { Fields, ResourceSpec } from "./table/index.ts";

/**
 * Compares old and new inputs as azure-native does: what is part of the id or marked so in the table forces a
 * replacement; a name that was made up lets the replacement come first, a given one does not.
 */
export function inputsDiff(
  spec: ResourceSpec,
  oldInputs: PropertyMap,
  oldState: PropertyMap,
  news: PropertyMap,
  ignoreChanges: readonly string[],
): DiffResult {
  const olds = { ...oldInputs };
  // Imported resources and states of version 2 have the API version only among the outputs.
  if (olds.azureApiVersion === undefined && oldState.azureApiVersion !== undefined) {
    olds.azureApiVersion = oldState.azureApiVersion;
  }
  const changes = objectDiff(olds, news, { ignoreChanges, equal: sameLocation }).filter(isOfTheUser);
  const fields: Fields = { ...spec.top, ...spec.properties };
  const replaces = (path: readonly PathSegment[]) =>
    (typeof path[0] === "string" && path[0] in spec.pathParameters) || forcesReplacement(fields, path);
  const namedByUs = oldInputs[CREATE_BEFORE_DELETE] === true;
  return diffResult(changes, replaces, !namedByUs);
}

/** "East US" and "eastus" are one place; Azure writes either. */
export function normalizedLocation(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}

function sameLocation(path: readonly PathSegment[], before: PropertyValue, after: PropertyValue): boolean | undefined {
  if (path.length !== 1 || path[0] !== "location") return undefined;
  if (typeof before !== "string" || typeof after !== "string") return undefined;
  return normalizedLocation(before) === normalizedLocation(after);
}

function isOfTheUser(change: PropertyChange): boolean {
  return !String(change.path[0]).startsWith("__");
}

/** True when the property at the path, or one that holds it, cannot be changed in place. */
function forcesReplacement(fields: Fields, path: readonly PathSegment[]): boolean {
  const [name, ...rest] = path;
  const field = typeof name === "string" ? fields[name] : undefined;
  if (field === undefined) return false;
  if (field.forceNew === true) return true;
  let shape = field.shape;
  let inner = rest;
  while (shape.kind === "list" && inner.length > 0) {
    shape = shape.items;
    inner = inner.slice(1);
  }
  return shape.kind === "object" && inner.length > 0 && forcesReplacement(shape.fields, inner);
}
