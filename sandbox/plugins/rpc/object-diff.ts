import { formatPath, isAtOrBelow, type PathSegment, parsePath } from "./property-path.ts";
import type { DiffResult, PropertyDiff } from "./provider.ts";
import { isPropertyMap, type PropertyMap, type PropertyValue, Secret, Unknown } from "./values.ts";

/** One place where two property trees differ. */
export interface PropertyChange {
  path: PathSegment[];
  kind: "add" | "delete" | "update";
}

/** How to compare two property trees. */
export interface ObjectDiffOptions {
  /** Paths whose changes do not count, as in the resource option `ignoreChanges`; `*` matches one segment. */
  ignoreChanges?: readonly string[];
  /** May call two differing values equal (same place in another spelling, letter case …); undefined: no opinion. */
  equal?(path: readonly PathSegment[], before: PropertyValue, after: PropertyValue): boolean | undefined;
}

/**
 * Compares two property trees leaf by leaf. Whether a value is secret does not count; an unknown new value differs from
 * anything. Lists are compared by position.
 */
export function objectDiff(before: PropertyMap, after: PropertyMap, options: ObjectDiffOptions = {}): PropertyChange[] {
  const ignored = (options.ignoreChanges ?? []).map(parsePath);
  const changes: PropertyChange[] = [];
  compareMaps([], before, after, options, changes);
  return changes.filter((change) => !ignored.some((pattern) => isAtOrBelow(change.path, pattern)));
}

/** True when two values are the same, secret wrappers aside. */
export function sameValue(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  return objectDiff({ value: before }, { value: after }).length === 0;
}

/**
 * Builds the answer to the engine's Diff.
 * @param replaces says whether a change at this path cannot be done in place
 */
export function diffResult(
  changes: readonly PropertyChange[],
  replaces: (path: readonly PathSegment[]) => boolean,
  deleteBeforeReplace = false,
): DiffResult {
  const detailedDiff: Record<string, PropertyDiff> = {};
  const replacing: string[] = [];
  for (const { path, kind } of changes) {
    const text = formatPath(path);
    const replace = replaces(path);
    if (replace) replacing.push(text);
    detailedDiff[text] = { kind: replace ? `${kind}-replace` : kind, inputDiff: true };
  }
  return {
    changes: changes.length > 0 ? "some" : "none",
    replaces: replacing,
    deleteBeforeReplace: deleteBeforeReplace && replacing.length > 0,
    detailedDiff,
  };
}

function compareMaps(
  path: PathSegment[],
  before: PropertyMap,
  after: PropertyMap,
  options: ObjectDiffOptions,
  changes: PropertyChange[],
): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare([...path, key], before[key], after[key], options, changes);
  }
}

function compare(
  path: PathSegment[],
  wrappedBefore: PropertyValue | undefined,
  wrappedAfter: PropertyValue | undefined,
  options: ObjectDiffOptions,
  changes: PropertyChange[],
): void {
  const before = unwrap(wrappedBefore);
  const after = unwrap(wrappedAfter);
  if (before === undefined && after === undefined) return;
  if (before === undefined) changes.push({ path, kind: "add" });
  else if (after === undefined) changes.push({ path, kind: "delete" });
  else if (after instanceof Unknown) changes.push({ path, kind: "update" });
  else if (before === after || options.equal?.(path, before, after) === true) return;
  else if (isPropertyMap(before) && isPropertyMap(after)) compareMaps(path, before, after, options, changes);
  else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare([...path, index], before[index], after[index], options, changes);
    }
  } else changes.push({ path, kind: "update" });
}

function unwrap(value: PropertyValue | undefined): PropertyValue | undefined {
  return value instanceof Secret ? unwrap(value.value) : value;
}
