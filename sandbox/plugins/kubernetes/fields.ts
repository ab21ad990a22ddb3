import { isPropertyMap, type PropertyMap, type PropertyValue } from "../rpc/values.ts";

/** What lies at a path of keys and list indices, or undefined. */
export function field(object: PropertyValue | undefined, ...path: (string | number)[]): PropertyValue | undefined {
  let value: PropertyValue | undefined = object;
  for (const step of path) {
    if (typeof step === "number") value = Array.isArray(value) ? value[step] : undefined;
    else value = isPropertyMap(value) ? value[step] : undefined;
  }
  return value;
}

/** The string at a path; "" when there is none. */
export function text(object: PropertyValue | undefined, ...path: (string | number)[]): string {
  const value = field(object, ...path);
  return typeof value === "string" ? value : "";
}

/** The number at a path; 0 when there is none, which is how Kubernetes leaves out zero counters. */
export function count(object: PropertyValue | undefined, ...path: (string | number)[]): number {
  const value = field(object, ...path);
  return typeof value === "number" ? value : 0;
}

/** The objects in the list at a path; other items are left out. */
export function objects(object: PropertyValue | undefined, ...path: (string | number)[]): PropertyMap[] {
  const value = field(object, ...path);
  return Array.isArray(value) ? value.filter(isPropertyMap) : [];
}

/** The object at a path; an empty one when there is none. */
export function map(object: PropertyValue | undefined, ...path: (string | number)[]): PropertyMap {
  const value = field(object, ...path);
  return isPropertyMap(value) ? value : {};
}

/** A copy of the object with the value at a path of keys set, or left out when the value is undefined. */
export function withField(object: PropertyMap, path: readonly string[], value: PropertyValue | undefined): PropertyMap {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  const copy: PropertyMap = { ...object };
  const child = copy[key];
  if (rest.length > 0) {
    if (value === undefined && !isPropertyMap(child)) return object;
    copy[key] = withField(isPropertyMap(child) ? child : {}, rest, value);
  } else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/**
 * The item of `items` that stands for `item`: the one of the same name, as Kubernetes merges lists of containers,
 * volumes and variables by name (an admission webhook may have put others before it); else the one at the same place.
 */
export function counterpart(
  items: readonly PropertyValue[],
  item: PropertyValue | undefined,
  index: number,
): PropertyValue | undefined {
  const name = text(item, "name");
  return name === "" ? items[index] : items.find((candidate) => text(candidate, "name") === name);
}
