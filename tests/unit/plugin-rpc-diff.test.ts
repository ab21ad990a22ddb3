import { diffResult, objectDiff } from "../../sandbox/plugins/rpc/object-diff.ts";
import { formatPath } from "../../sandbox/plugins/rpc/property-path.ts";
import { Secret, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const paths = (...args: Parameters<typeof objectDiff>) =>
  objectDiff(...args).map(({ path, kind }) => `${kind} ${formatPath(path)}`);

describe("objectDiff", () => {
  it("names the exact place of each change", () => {
    const before = { a: { b: [{ c: 1 }, { c: 2 }] }, gone: "x", tags: { "a.b": "1" } };
    const after = { a: { b: [{ c: 9 }, { c: 2 }, { c: 3 }] }, tags: { "a.b": "2" }, added: true };
    expect(paths(before, after)).toEqual([
      "update a.b[0].c",
      "add a.b[2]",
      "delete gone",
      'update tags["a.b"]',
      "add added",
    ]);
  });

  it("sees an unknown new value as a change", () => {
    expect(paths({ a: "x" }, { a: UNKNOWN })).toEqual(["update a"]);
  });

  it("does not see a value becoming secret as a change", () => {
    expect(paths({ a: { b: "x" } }, { a: new Secret({ b: "x" }) })).toEqual([]);
  });

  it.each([
    ["a whole property", "spec"],
    ["a nested one", "spec.items[0].count"],
    ["one of any list item", "spec.items[*].count"],
    ["one below any key", "spec.*"],
  ])("leaves out what ignoreChanges names: %s", (_, ignored) => {
    const before = { spec: { items: [{ count: 1 }] } };
    expect(paths(before, { spec: { items: [{ count: 2 }] } }, { ignoreChanges: [ignored] })).toEqual([]);
  });

  it("keeps a change that ignoreChanges does not name", () => {
    expect(paths({ a: 1, b: 1 }, { a: 2, b: 2 }, { ignoreChanges: ["a"] })).toEqual(["update b"]);
  });

  it("takes the caller's word for values that are equal in another spelling", () => {
    const equal = (_: unknown, before: unknown, after: unknown) =>
      String(before).toLowerCase() === String(after).toLowerCase() || undefined;
    expect(paths({ a: "X", b: "y" }, { a: "x", b: "z" }, { equal })).toEqual(["update b"]);
  });

  it("explains a path that cannot be read", () => {
    expect(() => objectDiff({}, {}, { ignoreChanges: ["a[b"] })).toThrow(
      '"a[b" is not a property path. Write it like a.b[0].c or tags["a.b"].',
    );
  });
});

describe("diffResult", () => {
  it("says which changes replace the resource", () => {
    const result = diffResult(objectDiff({ a: 1, b: 1 }, { a: 2, c: 1 }), ([name]) => name === "a", true);
    expect(result).toEqual({
      changes: "some",
      replaces: ["a"],
      deleteBeforeReplace: true,
      detailedDiff: {
        a: { kind: "update-replace", inputDiff: true },
        b: { kind: "delete", inputDiff: true },
        c: { kind: "add", inputDiff: true },
      },
    });
  });

  it("never deletes first when nothing is replaced", () => {
    expect(diffResult(objectDiff({ a: 1 }, { a: 2 }), () => false, true).deleteBeforeReplace).toBe(false);
  });
});
