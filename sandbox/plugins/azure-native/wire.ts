import { isPropertyMap, type PropertyMap, type PropertyValue, UNKNOWN, Unknown } from "../rpc/values.ts";
import type { Field, Fields, Shape } from "./table/index.ts";

/** The two places of a request or an answer that hold properties. */
export interface BodyShape {
  top: Fields;
  properties?: Fields;
}

/** Makes the body of a PUT from plain inputs. Read-only properties are never sent. */
export function requestBody(spec: BodyShape, inputs: PropertyMap): PropertyMap {
  const body = fieldsToWire(spec.top, inputs);
  // The API version is a query parameter; resources:Resource has it among its inputs.
  delete body.apiVersion;
  if (spec.properties !== undefined) {
    const properties = fieldsToWire(spec.properties, inputs);
    // An identity has nothing to say in `properties`; others must have them even when empty.
    const writable = Object.values(spec.properties).some((field) => field.readOnly !== true);
    if (writable) body.properties = properties;
  }
  return body;
}

/** Makes the outputs that the SDK expects from an answer. What the table does not list is left out. */
export function outputsOf(spec: BodyShape, response: PropertyMap): PropertyMap {
  const outputs = fieldsFromWire(spec.top, response);
  const inner = response.properties;
  if (spec.properties !== undefined && isPropertyMap(inner)) {
    Object.assign(outputs, fieldsFromWire(spec.properties, inner));
  }
  return outputs;
}

/** What outputs say about inputs: the same without anything that is read-only. */
export function inputsOf(spec: BodyShape, outputs: PropertyMap): PropertyMap {
  return fieldsToInputs({ ...spec.top, ...spec.properties }, outputs);
}

/** The outputs as far as a preview knows them: inputs as they are, everything else unknown. */
export function previewOutputs(spec: BodyShape, inputs: PropertyMap): PropertyMap {
  return previewFields({ ...spec.top, ...spec.properties }, inputs);
}

function fieldsToWire(fields: Fields, inputs: PropertyMap): PropertyMap {
  return eachField(fields, (name, field) => {
    const value = field.readOnly === true ? undefined : inputs[name];
    return value === undefined ? undefined : [field.wire ?? name, toWire(field.shape, value)];
  });
}

function toWire(shape: Shape, value: PropertyValue): PropertyValue {
  if (shape.kind === "stringSet" && Array.isArray(value)) {
    const set: PropertyMap = {};
    for (const item of value) if (typeof item === "string") set[item] = {};
    return set;
  }
  return descend(shape, value, toWire, fieldsToWire);
}

function fieldsFromWire(fields: Fields, body: PropertyMap): PropertyMap {
  return eachField(fields, (name, field) => {
    const value = body[field.wire ?? name];
    return value === undefined || value === null ? undefined : [name, fromWire(field.shape, value)];
  });
}

function fromWire(shape: Shape, value: PropertyValue): PropertyValue {
  return descend(shape, value, fromWire, fieldsFromWire);
}

function fieldsToInputs(fields: Fields, outputs: PropertyMap): PropertyMap {
  return eachField(fields, (name, field) => {
    const value = field.readOnly === true ? undefined : outputs[name];
    if (value === undefined || value === null) return undefined;
    const input = toInput(field.shape, value);
    return isEmpty(input) ? undefined : [name, input];
  });
}

function toInput(shape: Shape, value: PropertyValue): PropertyValue {
  if (shape.kind === "stringSet" && isPropertyMap(value)) return Object.keys(value).sort();
  return descend(shape, value, toInput, fieldsToInputs);
}

function previewFields(fields: Fields, inputs: PropertyMap): PropertyMap {
  return eachField(fields, (name, field) => {
    const value = inputs[name];
    return [name, value === undefined ? UNKNOWN : preview(field.shape, value)];
  });
}

function preview(shape: Shape, value: PropertyValue): PropertyValue {
  // On the way out the set has become an object whose values Azure fills in.
  if (shape.kind === "stringSet") return UNKNOWN;
  return descend(shape, value, preview, previewFields);
}

/** Applies a change to the parts of a value that its shape describes. */
function descend(
  shape: Shape,
  value: PropertyValue,
  each: (shape: Shape, value: PropertyValue) => PropertyValue,
  fields: (fields: Fields, value: PropertyMap) => PropertyMap,
): PropertyValue {
  if (value instanceof Unknown) return value;
  if (shape.kind === "list" && Array.isArray(value)) return value.map((item) => each(shape.items, item));
  if (!isPropertyMap(value)) return value;
  if (shape.kind === "object") return fields(shape.fields, value);
  if (shape.kind !== "record") return value;
  const { values } = shape;
  return eachEntry(value, (key, child) => [key, each(values, child)]);
}

function eachField(
  fields: Fields,
  make: (name: string, field: Field) => [string, PropertyValue] | undefined,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, field]) => make(name, field))
      .filter((entry) => entry !== undefined),
  );
}

function eachEntry(
  map: PropertyMap,
  make: (key: string, value: PropertyValue) => [string, PropertyValue],
): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    const [name, changed] = make(key, value);
    result[name] = changed;
  }
  return result;
}

function isEmpty(value: PropertyValue): boolean {
  return (Array.isArray(value) && value.length === 0) || (isPropertyMap(value) && Object.keys(value).length === 0);
}
