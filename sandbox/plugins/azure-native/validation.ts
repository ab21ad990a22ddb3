import type { CheckFailure } from "../rpc/provider.ts";
import { containsUnknown, isPropertyMap, type PropertyMap, type PropertyValue, Unknown } from "../rpc/values.ts";
import type { Fields, ResourceSpec, Shape } from "./table/index.ts";

const LOCATION_HINT =
  ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.";

/** Checks plain inputs against the table. Unknown values pass. Texts are those of the real provider where it has one. */
export function validateInputs(spec: ResourceSpec, inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const body: Fields = { ...spec.top, ...spec.properties };
  for (const [name, parameter] of Object.entries(spec.pathParameters)) {
    const value = inputs[name];
    if (value !== undefined) validateValue(name, parameter.shape, value, failures);
    else if (parameter.required === true)
      failures.push({ property: "", reason: `missing required property '${name}'` });
  }
  validateFields("", body, inputs, failures);
  for (const name of Object.keys(inputs)) {
    const known = name in spec.pathParameters || (name in body && body[name]?.readOnly !== true);
    if (!known && name !== "azureApiVersion" && !name.startsWith("__")) failures.push(notInTable(spec.type, name));
  }
  return failures;
}

function validateFields(path: string, fields: Fields, values: PropertyMap, failures: CheckFailure[]): void {
  for (const [name, field] of Object.entries(fields)) {
    const where = path === "" ? name : `${path}.${name}`;
    const value = values[name];
    if (value !== undefined && field.readOnly !== true) validateValue(where, field.shape, value, failures);
    else if (value === undefined && field.required === true) {
      const hint = where === "location" ? LOCATION_HINT : "";
      failures.push({ property: "", reason: `missing required property '${where}'${hint}` });
    }
  }
}

function validateValue(path: string, shape: Shape, value: PropertyValue, failures: CheckFailure[]): void {
  if (value instanceof Unknown || shape.kind === "any") return;
  const wrong = (reason: string) => failures.push({ property: path, reason });
  if (!isOfKind(shape, value)) {
    wrong(`'${path}' should be of type '${kindName(shape)}' but got ${valueName(value)}`);
  } else if (shape.kind === "string" && typeof value === "string") {
    const { minLength, maxLength, pattern } = shape;
    const length = value.length;
    if (minLength !== undefined && length < minLength) {
      wrong(`'${path}' is too short (${length}): at least ${minLength} characters required`);
    }
    if (maxLength !== undefined && length > maxLength) {
      wrong(`'${path}' is too long (${length}): at most ${maxLength} characters allowed`);
    }
    if (pattern !== undefined && !pattern.test(value)) wrong(`'${path}' does not match expression '${pattern.source}'`);
  } else if ((shape.kind === "list" || shape.kind === "stringSet") && Array.isArray(value)) {
    const items: Shape = shape.kind === "list" ? shape.items : { kind: "string" };
    for (const [index, item] of value.entries()) validateValue(`${path}[${index}]`, items, item, failures);
  } else if (isPropertyMap(value)) {
    validateMap(path, shape, value, failures);
  }
}

function validateMap(path: string, shape: Shape, value: PropertyMap, failures: CheckFailure[]): void {
  if (shape.kind === "record") {
    for (const [key, child] of Object.entries(value)) {
      if (child !== undefined) validateValue(`${path}.${key}`, shape.values, child, failures);
    }
  } else if (shape.kind === "object") {
    validateFields(path, shape.fields, value, failures);
    for (const name of Object.keys(value)) {
      if (!(name in shape.fields)) failures.push(notInTable(path, name));
    }
  }
}

function notInTable(owner: string, name: string): CheckFailure {
  const reason =
    `'${name}' is not a property of ${owner} that the sandbox's azure-native knows. Check the spelling, or add it to ` +
    "the entry in sandbox/plugins/azure-native/table/.";
  return { property: name, reason };
}

function isOfKind(shape: Shape, value: PropertyValue): boolean {
  switch (shape.kind) {
    case "string":
    case "boolean":
    case "number":
      return typeof value === shape.kind;
    case "list":
    case "stringSet":
      return Array.isArray(value);
    default:
      return isPropertyMap(value);
  }
}

function kindName(shape: Shape): string {
  if (shape.kind === "list" || shape.kind === "stringSet") return "array";
  return shape.kind === "record" ? "object" : shape.kind;
}

function valueName(value: PropertyValue): string {
  if (Array.isArray(value)) return "an array";
  if (isPropertyMap(value)) return "an object";
  return value === null ? "null" : `a ${typeof value}`;
}

/** True when any of the named path parameters is not known yet, so that there is no id yet. */
export function idIsUnknown(spec: ResourceSpec, inputs: PropertyMap): boolean {
  return Object.keys(spec.pathParameters).some((name) => containsUnknown(inputs[name]));
}
