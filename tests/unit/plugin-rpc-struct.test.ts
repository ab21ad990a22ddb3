import structProto, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { fromStruct } from "../../sandbox/plugins/rpc/struct.ts";
import {
  containsSecret,
  containsUnknown,
  isUnknown,
  Secret,
  UNKNOWN,
  unwrapSecrets,
} from "../../sandbox/plugins/rpc/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const read = (fields: { [key: string]: JavaScriptValue }) => fromStruct(structProto.Struct.fromJavaScript(fields));

describe("fromStruct", () => {
  it("reads the engine's mark for a value that is not known yet", () => {
    expect(read({ a: { b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } })).toEqual({ a: { b: UNKNOWN } });
  });

  it("reads secrets", () => {
    const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "hush" };
    expect(read({ a: secret })).toEqual({ a: new Secret("hush") });
  });

  it("reads an output value without a value as unknown, and a secret one as secret", () => {
    const output = { [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
    expect(read({ a: output, b: { ...output, value: 1, secret: true } })).toEqual({ a: UNKNOWN, b: new Secret(1) });
  });

  it("leaves null properties out and keeps nulls in lists", () => {
    expect(read({ a: null, b: { c: null }, d: [null, 1] })).toEqual({ b: {}, d: [null, 1] });
  });

  it.each([
    ["an asset", "c44067f5952c0a294b673a41bacd8c17"],
    ["an archive", "0def7320c3a5731c473e5ecbe6d01bc7"],
    ["a resource reference", "5cf8f73096256a8f31e491e813e4eb8e"],
  ])("refuses %s and names the property", (what, signature) => {
    expect(() => read({ spec: { file: { [SIGNATURE]: signature } } })).toThrow(
      `Property "spec.file" is ${what}, which this provider does not accept. Give a plain value instead.`,
    );
  });
});

describe("questions about values", () => {
  it("find an unknown at any depth, also inside a secret", () => {
    expect(containsUnknown({ a: [new Secret({ b: UNKNOWN })] })).toBe(true);
    expect(containsUnknown({ a: [1] })).toBe(false);
    expect(isUnknown(new Secret(UNKNOWN))).toBe(true);
  });

  it("find and remove secrets at any depth", () => {
    const value = { a: [new Secret({ b: new Secret("x") })] };
    expect(containsSecret(value)).toBe(true);
    expect(unwrapSecrets(value)).toEqual({ a: [{ b: "x" }] });
  });
});
