import { randomBytes } from "node:crypto";
import { sameValue } from "../rpc/object-diff.ts";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "../rpc/values.ts";
import { field, map, objects, text } from "./fields.ts";
import { ANNOTATION, annotation } from "./naming.ts";
import type { ProviderSettings } from "./settings.ts";

const CLIENT_SIDE_MANAGER = "pulumi-kubernetes";

/**
 * Name under which an object's fields are owned: the annotation pulumi.com/patchFieldManager, else the one in the
 * state, else a new random one. Without server-side apply it is always the same.
 */
export function fieldManagerName(
  inputs: PropertyMap,
  remembered: string,
  settings: Pick<ProviderSettings, "serverSideApply">,
): string {
  if (!settings.serverSideApply) return CLIENT_SIDE_MANAGER;
  return (
    annotation(inputs, ANNOTATION.patchFieldManager) ||
    remembered ||
    `${CLIENT_SIDE_MANAGER}-${randomBytes(4).toString("hex")}`
  );
}

/** Whether a write takes over fields that others own: by the object's annotation, else by the provider's setting. */
export function forcesConflicts(inputs: PropertyMap, settings: Pick<ProviderSettings, "patchForce">): boolean {
  const wish = annotation(inputs, ANNOTATION.patchForce);
  return wish === "" ? settings.patchForce : wish === "true";
}

/**
 * The object's managedFields with what this program sent by plain create or update counted as applied; undefined when
 * nothing is to do. An object is created by POST, which makes its fields owned by an "Update"; without this step a
 * later apply would never remove a field, for the "Update" still owns it (kubernetes, csaupgrade). Only fields of the
 * inputs are handed over: the same entry also owns what admission webhooks injected and what was defaulted, and an
 * apply would take that out again.
 */
export function adoptedManagedFields(live: PropertyMap, manager: string, sent: PropertyMap): PropertyMap[] | undefined {
  const entries = objects(live, "metadata", "managedFields");
  const isOwn = (entry: PropertyMap, operation: string) =>
    text(entry, "manager") === manager && text(entry, "operation") === operation && text(entry, "subresource") === "";
  const updates = entries.filter((entry) => isOwn(entry, "Update"));
  const parts = updates.map((entry) => ({ entry, ...splitFields(map(entry, "fieldsV1"), sent) }));
  const handed = parts.filter(({ inside }) => Object.keys(inside).length > 0);
  const [first] = handed;
  if (first === undefined) return undefined;

  const applied = entries.find((entry) => isOwn(entry, "Apply"));
  const fieldsV1 = handed.map(({ inside }) => inside).reduce(union, map(applied, "fieldsV1"));
  const kept = parts.flatMap(({ entry, outside }) =>
    Object.keys(outside).length > 0 ? [{ ...entry, fieldsV1: outside }] : [],
  );
  const others = entries.filter((entry) => entry !== applied && !updates.includes(entry));
  return [...others, ...kept, { ...(applied ?? first.entry), operation: "Apply", fieldsV1 }];
}

/**
 * Splits a set of fields into those that a value has and the rest. Keys of the set (kubernetes, structured-merge-diff):
 * `f:name` a field, `k:{…}` the list item with these keys, `v:…` an item of a set, `.` the thing itself.
 */
function splitFields(fields: PropertyMap, value: PropertyValue): { inside: PropertyMap; outside: PropertyMap } {
  const inside: PropertyMap = {};
  const outside: PropertyMap = {};
  for (const [key, child] of Object.entries(fields)) {
    const below = isPropertyMap(child) ? child : {};
    const found = step(value, key);
    if (found === undefined) outside[key] = below;
    else if (Object.keys(below).length === 0) inside[key] = below;
    else {
      const parts = splitFields(below, found);
      if (Object.keys(parts.inside).length > 0) inside[key] = parts.inside;
      if (Object.keys(parts.outside).length > 0) outside[key] = parts.outside;
    }
  }
  return { inside, outside };
}

function step(value: PropertyValue, key: string): PropertyValue | undefined {
  if (key === ".") return value;
  const name = key.slice(2);
  if (key.startsWith("f:")) return field(value, name);
  if (!Array.isArray(value)) return undefined;
  const wanted: PropertyValue = JSON.parse(name);
  if (key.startsWith("v:")) return value.find((item) => sameValue(item, wanted));
  // A key that was left out and defaulted, such as the protocol of a port, matches too.
  return value.find(
    (item) =>
      isPropertyMap(item) &&
      Object.entries(map({ wanted }, "wanted")).every(([k, v]) => item[k] === undefined || item[k] === v),
  );
}

function union(left: PropertyMap, right: PropertyMap): PropertyMap {
  const merged: PropertyMap = { ...left };
  for (const [key, child] of Object.entries(right)) {
    const mine = merged[key];
    merged[key] = isPropertyMap(mine) && isPropertyMap(child) ? union(mine, child) : child;
  }
  return merged;
}
