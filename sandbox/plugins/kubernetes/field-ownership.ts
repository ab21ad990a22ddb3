import { randomBytes } from "node:crypto";
import { isPropertyMap, type PropertyMap } from "../rpc/values.ts";
import { map, objects, text } from "./fields.ts";
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
 * The object's managedFields with the manager's fields of a plain create or update counted as applied, or undefined
 * when nothing is to do. An object is created by POST, which makes its fields owned by an "Update"; without this
 * step a later apply would never remove a field, for the "Update" still owns it (kubernetes, csaupgrade).
 */
export function adoptedManagedFields(live: PropertyMap, manager: string): PropertyMap[] | undefined {
  const entries = objects(live, "metadata", "managedFields");
  const isOwn = (entry: PropertyMap, operation: string) =>
    text(entry, "manager") === manager && text(entry, "operation") === operation && text(entry, "subresource") === "";
  const updates = entries.filter((entry) => isOwn(entry, "Update"));
  const [first] = updates;
  if (first === undefined) return undefined;
  const applied = entries.find((entry) => isOwn(entry, "Apply"));
  const fieldsV1 = [applied, ...updates].map((entry) => map(entry, "fieldsV1")).reduce(union);
  const others = entries.filter((entry) => entry !== applied && !updates.includes(entry));
  return [...others, { ...(applied ?? first), operation: "Apply", fieldsV1 }];
}

function union(left: PropertyMap, right: PropertyMap): PropertyMap {
  const merged: PropertyMap = { ...left };
  for (const [key, child] of Object.entries(right)) {
    const mine = merged[key];
    merged[key] = isPropertyMap(mine) && isPropertyMap(child) ? union(mine, child) : child;
  }
  return merged;
}
