import * as fc from "fast-check";
import { objectDiff } from "../../sandbox/plugins/rpc/object-diff.ts";
import { formatPath, parsePath } from "../../sandbox/plugins/rpc/property-path.ts";
import type { PropertyMap, PropertyValue } from "../../sandbox/plugins/rpc/values.ts";

const key = fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== "__proto__" && name !== "*");
const { map } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("differences between property trees", () => {
  it("are none between a tree and its copy", () => {
    fc.assert(fc.property(map, (tree) => expect(objectDiff(tree, structuredClone(tree))).toEqual([])));
  });

  it("vanish when every changed path is ignored", () => {
    fc.assert(
      fc.property(map, map, (before, after) => {
        const ignoreChanges = objectDiff(before, after).map(({ path }) => formatPath(path));
        expect(objectDiff(before, after, { ignoreChanges })).toEqual([]);
      }),
    );
  });

  it("have paths that read back as they were written", () => {
    fc.assert(
      fc.property(key, fc.array(fc.oneof(key, fc.nat(99))), (first, rest) => {
        expect(parsePath(formatPath([first, ...rest]))).toEqual([first, ...rest]);
      }),
    );
  });
});
