import * as fc from "fast-check";
import { fromStruct, toStruct } from "../../sandbox/plugins/rpc/struct.ts";
import { type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

// A key of this name sets the prototype of google-protobuf's plain objects; no Azure or Kubernetes property has it.
const key = fc.string({ maxLength: 12 }).filter((name) => name !== "__proto__");

const { value } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.constant(UNKNOWN),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
    tie("value").map((inner) => new Secret(inner)),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("properties on their way to the engine and back", () => {
  it("come back as they were, secrets and unknowns included", () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (properties) => {
        const bytes = toStruct(properties).serializeBinary();
        const { Struct } = jest.requireActual<typeof import("google-protobuf/google/protobuf/struct_pb")>(
          "google-protobuf/google/protobuf/struct_pb",
        );
        expect(fromStruct(Struct.deserializeBinary(bytes))).toEqual(properties);
      }),
    );
  });
});
