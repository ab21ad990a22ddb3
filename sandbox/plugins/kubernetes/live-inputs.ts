import { sameValue } from "../rpc/object-diff.ts";
import { isPropertyMap, type PropertyMap, type PropertyValue, unwrapSecrets } from "../rpc/values.ts";
import { markSecrets } from "./checkpoint.ts";
import { counterpart, map, withField } from "./fields.ts";

// Set by the API server, never by a program.
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];
const SERVER_ANNOTATIONS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/** Inputs without the fields that only the API server sets, which a program may carry over from a live object. */
export function withoutServerFields(object: PropertyMap): PropertyMap {
  return SERVER_METADATA.reduce((rest, key) => withField(rest, ["metadata", key], undefined), object);
}

/** The inputs of an object that was never made by this program: all of it but what the API server set (import, get). */
export function importedInputs(live: PropertyMap): PropertyMap {
  const { status: _, ...object } = withoutServerFields(live);
  const cleaned = SERVER_ANNOTATIONS.reduce(
    (rest, name) => withField(rest, ["metadata", "annotations", name], undefined),
    object,
  );
  const annotations = map(cleaned, "metadata", "annotations");
  const empty = Object.keys(annotations).length === 0;
  return markSecrets(empty ? withField(cleaned, ["metadata", "annotations"], undefined) : cleaned, {});
}

/**
 * The inputs that a refresh finds: the former inputs, with the live value wherever that is not what it was when the
 * state was written. So drift shows, while values that the API server only spells in its own way (quantities,
 * defaults, what webhooks add) do not.
 */
export function refreshedInputs(inputs: PropertyMap, before: PropertyMap, live: PropertyMap): PropertyMap {
  const found = refreshed(unwrapSecrets(inputs), before, live);
  return markSecrets(map({ found: found ?? {} }, "found"), inputs);
}

function refreshed(
  input: PropertyValue,
  before: PropertyValue | undefined,
  live: PropertyValue | undefined,
): PropertyValue | undefined {
  if (sameValue(before, live)) return input;
  if (isPropertyMap(input) && isPropertyMap(live)) {
    const found: PropertyMap = {};
    for (const [key, child] of Object.entries(input)) {
      if (child === undefined) continue;
      const value = refreshed(child, map({ before: before ?? {} }, "before")[key], live[key]);
      if (value !== undefined) found[key] = value;
    }
    return found;
  }
  if (Array.isArray(input) && Array.isArray(live) && input.every(isPropertyMap)) {
    const old = Array.isArray(before) ? before : [];
    return input
      .map((item, index) => refreshed(item, counterpart(old, item, index), counterpart(live, item, index)))
      .filter((item): item is PropertyValue => item !== undefined);
  }
  return live;
}
