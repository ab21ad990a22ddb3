import { isPropertyMap, type PropertyMap, type PropertyValue, unwrapSecrets } from "../rpc/values.ts";
import { map, text } from "./fields.ts";
import { withoutServerFields } from "./live-inputs.ts";

/**
 * The object to send for some inputs: no secret wrappers, no fields that the API server sets, and a Secret's stringData
 * turned into data, since the API server keeps only data and an apply could else never remove a key.
 */
export function wireObject(inputs: PropertyMap): PropertyMap {
  const object = withoutServerFields(unwrapSecrets(inputs));
  if (text(object, "kind") !== "Secret" || text(object, "apiVersion") !== "v1") return object;
  const { stringData, ...rest } = object;
  if (!isPropertyMap(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, encode(value)]);
  return { ...rest, data: { ...map(rest, "data"), ...Object.fromEntries(encoded) } };
}

function encode(value: PropertyValue | undefined): PropertyValue | undefined {
  return typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value;
}

/** A JSON merge patch (RFC 7386) from the old inputs to the new; used where server-side apply is switched off. */
export function mergePatch(before: PropertyMap, after: PropertyMap): PropertyMap {
  const patch: PropertyMap = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[key];
    const wanted = after[key];
    if (wanted === undefined) patch[key] = null;
    else patch[key] = isPropertyMap(old) && isPropertyMap(wanted) ? mergePatch(old, wanted) : wanted;
  }
  return patch;
}
