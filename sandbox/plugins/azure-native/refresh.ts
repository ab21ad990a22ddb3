import { sameValue } from "../rpc/object-diff.ts";
import { isPropertyMap, type PropertyMap, type PropertyValue, Secret } from "../rpc/values.ts";
import { normalizedLocation } from "./diff.ts";

/**
 * Brings inputs up to date with what changed in Azure. Azure's answer holds many defaults that nobody asked for; so only
 * the difference between the previous and the present answer, both in the shape of inputs, goes into the inputs.
 */
export function refreshedInputs(inputs: PropertyMap, before: PropertyMap, after: PropertyMap): PropertyMap {
  const result: PropertyMap = { ...inputs };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[key];
    const now = after[key];
    if (sameValue(old, now) || isSameLocation(key, old, now)) continue;
    if (now === undefined) delete result[key];
    else result[key] = merged(inputs[key], old, now);
  }
  return result;
}

function merged(input: PropertyValue | undefined, old: PropertyValue | undefined, now: PropertyValue): PropertyValue {
  if (input instanceof Secret) return new Secret(merged(input.value, old, now));
  if (isPropertyMap(input) && isPropertyMap(old) && isPropertyMap(now)) return refreshedInputs(input, old, now);
  if (Array.isArray(input) && Array.isArray(old) && Array.isArray(now)) {
    return now.map((item, index) => {
      const wasThere = index < input.length && index < old.length;
      if (!wasThere) return item;
      return sameValue(old[index], item) ? (input[index] ?? item) : merged(input[index], old[index], item);
    });
  }
  return now;
}

function isSameLocation(key: string, old: PropertyValue | undefined, now: PropertyValue | undefined): boolean {
  return (
    key === "location" &&
    typeof old === "string" &&
    typeof now === "string" &&
    normalizedLocation(old) === normalizedLocation(now)
  );
}
