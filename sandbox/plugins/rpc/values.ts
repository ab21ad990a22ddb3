/** What a property can be: JSON, a value that a preview does not know yet, or a secret. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap | Unknown | Secret;

/** Properties by name. A key whose value is `undefined` counts as absent. */
export interface PropertyMap {
  [key: string]: PropertyValue | undefined;
}

/** A value that becomes known only when the resource it comes from has been made. Use {@link UNKNOWN}. */
export class Unknown {
  /** Tells the class apart from an empty object, structurally too. */
  readonly isUnknown = true;
}

/** The one instance of {@link Unknown}. */
export const UNKNOWN = new Unknown();

/** A value that the engine encrypts in the state and hides on screen. */
export class Secret {
  readonly value: PropertyValue;

  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** True for the unknown itself, also when it is wrapped as a secret. */
export function isUnknown(value: PropertyValue | undefined): boolean {
  return value instanceof Unknown || (value instanceof Secret && isUnknown(value.value));
}

/** True for a plain object, false for lists, secrets, unknowns and scalars. */
export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown) &&
    !(value instanceof Secret)
  );
}

/** True when the value or anything in it is unknown. */
export function containsUnknown(value: PropertyValue | undefined): boolean {
  return some(value, (part) => part instanceof Unknown);
}

/** True when the value or anything in it is secret. */
export function containsSecret(value: PropertyValue | undefined): boolean {
  return some(value, (part) => part instanceof Secret);
}

/** The same value without secret wrappers, at every depth. */
export function unwrapSecrets(value: PropertyMap): PropertyMap;
export function unwrapSecrets(value: PropertyValue): PropertyValue;
export function unwrapSecrets(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return unwrapSecrets(value.value);
  return mapChildren(value, unwrapSecrets);
}

/** The string, or undefined when the value is something else, unknown or absent. Secrets are unwrapped. */
export function stringOf(value: PropertyValue | undefined): string | undefined {
  if (value instanceof Secret) return stringOf(value.value);
  return typeof value === "string" ? value : undefined;
}

/** Applies `change` to the direct children of a list or object; anything else comes back as it is. */
export function mapChildren(value: PropertyValue, change: (child: PropertyValue) => PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(change);
  if (!isPropertyMap(value)) return value;
  const mapped: PropertyMap = {};
  for (const [key, child] of Object.entries(value)) {
    if (child !== undefined) mapped[key] = change(child);
  }
  return mapped;
}

function some(value: PropertyValue | undefined, test: (part: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (Array.isArray(value)) return value.some((child) => some(child, test));
  return isPropertyMap(value) && Object.values(value).some((child) => some(child, test));
}
