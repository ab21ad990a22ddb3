import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { isPropertyMap, type PropertyMap, type PropertyValue, Secret, UNKNOWN, Unknown } from "./values.ts";

// The engine marks special values by these constants (pulumi/pulumi sdk/go/common/resource: sig package and plugin/rpc.go).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const REFUSED = new Map([
  [ASSET, "an asset"],
  ["0def7320c3a5731c473e5ecbe6d01bc7", "an archive"],
  ["5cf8f73096256a8f31e491e813e4eb8e", "a resource reference"],
]);
const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
// A sentinel exists per type (string, bool, number, list, asset, archive, object); all of them mean "not known yet".
const UNKNOWN_SENTINELS = new Set([
  UNKNOWN_SENTINEL,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * Reads a message of the engine. Null properties are left out, as Pulumi's own providers do (they mean "not given");
 * nulls in lists stay, for they hold a place.
 * @throws Error naming the property when it holds an asset, archive or resource reference
 */
export function fromStruct(message: Struct | undefined): PropertyMap {
  const properties: PropertyMap = {};
  if (message === undefined) return properties;
  for (const [key, value] of Object.entries(message.toJavaScript())) {
    if (value !== null) properties[key] = decode(value, key);
  }
  return properties;
}

/** Writes properties as a message for the engine, with its markers for unknown and secret values. */
export function toStruct(properties: PropertyMap): Struct {
  const wire: { [key: string]: JavaScriptValue } = {};
  for (const [key, value] of Object.entries(properties)) {
    if (value !== undefined) wire[key] = encode(value);
  }
  return structProto.Struct.fromJavaScript(wire);
}

function decode(value: JavaScriptValue, path: string): PropertyValue {
  if (typeof value === "string") return UNKNOWN_SENTINELS.has(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map((item, index) => decode(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return value;
  const fields: Record<string, JavaScriptValue> = { ...value };
  const signature = fields[SIGNATURE];
  if (typeof signature === "string") return decodeSpecial(signature, fields, path);
  const decoded: PropertyMap = {};
  for (const [key, child] of Object.entries(fields)) {
    if (child !== null) decoded[key] = decode(child, `${path}.${key}`);
  }
  return decoded;
}

function decodeSpecial(signature: string, fields: Record<string, JavaScriptValue>, path: string): PropertyValue {
  const inner = fields.value;
  if (signature === SECRET) return new Secret(inner === undefined ? null : decode(inner, path));
  if (signature === OUTPUT_VALUE) {
    const value = inner === undefined ? UNKNOWN : decode(inner, path);
    return fields.secret === true ? new Secret(value) : value;
  }
  // The one property of all types here that takes an asset is the source of azure-native:storage:Blob. It stays an object
  // with its marker, and so goes back as the asset that it was.
  if (signature === ASSET && path === "source") {
    return Object.fromEntries(
      Object.entries(fields).map(([key, child]) => [key, child === null ? null : decode(child, `${path}.${key}`)]),
    );
  }
  const what = REFUSED.get(signature) ?? `a value of a kind that this provider does not know (signature ${signature})`;
  throw new Error(`Property "${path}" is ${what}, which this provider does not accept. Give a plain value instead.`);
}

function encode(value: PropertyValue): JavaScriptValue {
  if (value instanceof Unknown) return UNKNOWN_SENTINEL;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encode(value.value) };
  if (Array.isArray(value)) return value.map(encode);
  if (!isPropertyMap(value)) return value;
  const wire: { [key: string]: JavaScriptValue } = {};
  for (const [key, child] of Object.entries(value)) {
    if (child !== undefined) wire[key] = encode(child);
  }
  return wire;
}
