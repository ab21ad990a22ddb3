import { isPropertyMap, type PropertyMap, type PropertyValue, Secret, unwrapSecrets } from "../rpc/values.ts";
import { counterpart, map, text } from "./fields.ts";

// Keys that the provider adds to an object's live fields in the state (pulumi-kubernetes, checkpointObject).
const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

const SECRET_FIELDS = ["data", "stringData"];

/** A resource's state: the live object, with what the provider itself has to remember. */
export interface Checkpoint {
  live: PropertyMap;
  inputs: PropertyMap;
  initialApiVersion: string;
  fieldManager: string;
}

/** Takes a state apart. Secrets are unwrapped. */
export function readCheckpoint(state: PropertyMap): Checkpoint {
  const {
    [INPUTS]: inputs,
    [INITIAL_API_VERSION]: version,
    [FIELD_MANAGER]: fieldManager,
    ...live
  } = unwrapSecrets(state);
  return {
    live,
    inputs: map({ inputs: inputs ?? {} }, "inputs"),
    initialApiVersion: text({ version: version ?? "" }, "version"),
    fieldManager: text({ fieldManager: fieldManager ?? "" }, "fieldManager"),
  };
}

/** Builds the state of a live object. What is secret in the inputs is secret in it. */
export function writeCheckpoint(live: PropertyMap, inputs: PropertyMap, memory: Omit<Checkpoint, "live" | "inputs">) {
  const outputs: PropertyMap = markSecrets(withoutManagedFields(live), inputs);
  outputs[INPUTS] = inputs;
  outputs[INITIAL_API_VERSION] = memory.initialApiVersion;
  outputs[FIELD_MANAGER] = memory.fieldManager;
  return outputs;
}

/** The object with what is secret in `source` made secret, and all data of a Secret in any case. */
export function markSecrets(object: PropertyMap, source: PropertyMap): PropertyMap {
  const marked = map({ value: mark(object, source) }, "value");
  if (text(object, "kind") !== "Secret" || text(object, "apiVersion") !== "v1") return marked;
  for (const key of SECRET_FIELDS) {
    const value = marked[key];
    if (value !== undefined && !(value instanceof Secret)) marked[key] = new Secret(unwrapSecrets(value));
  }
  return marked;
}

function mark(value: PropertyValue, source: PropertyValue | undefined): PropertyValue {
  if (source instanceof Secret) return new Secret(unwrapSecrets(value));
  if (Array.isArray(value) && Array.isArray(source)) {
    return value.map((item, index) => mark(item, originalOf(source, item, index)));
  }
  if (!isPropertyMap(value) || !isPropertyMap(source)) return value;
  const marked: PropertyMap = {};
  for (const [key, child] of Object.entries(value)) {
    if (child !== undefined) marked[key] = mark(child, source[key]);
  }
  return marked;
}

/** The source item, with its secret wrappers, that a live item comes from. */
function originalOf(source: readonly PropertyValue[], item: PropertyValue, index: number): PropertyValue | undefined {
  const found = counterpart(source.map(plain), item, index);
  return found === undefined ? undefined : source.find((candidate) => plain(candidate) === found);
}

function plain(value: PropertyValue): PropertyValue {
  return value instanceof Secret ? value.value : value;
}

function withoutManagedFields(live: PropertyMap): PropertyMap {
  const { managedFields: _, ...metadata } = map(live, "metadata");
  return { ...live, metadata };
}
