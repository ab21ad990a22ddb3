import { isAtLeast, newest, parseVersion } from "../../setup/version-order.mjs";

describe("a version in a tool's own words", () => {
  it.each([
    ["v3.259.0", [3, 259, 0]],
    ["Kubernetes v1.37.2", [1, 37, 2]],
    ["Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", [1, 32, 4]],
    ["go1.26", [1, 26, 0]],
    ["kine version v0.16.4 (abc)", [0, 16, 4]],
    ['{"buildVersion":"v1.6.0","gitCommit":""}', [1, 6, 0]],
  ])("is found in %j", (text, numbers) => {
    expect(parseVersion(text)?.numbers).toEqual(numbers);
  });

  it("is missing where there is none", () => {
    expect(parseVersion("kine version dev (HEAD)")).toBeUndefined();
  });
});

describe("a tool on PATH is new enough", () => {
  it.each([
    ["3.259.0", "3.259.0", true],
    ["3.259.1", "3.259.0", true],
    ["3.1000.0", "3.259.0", true],
    ["4.0.0", "3.259.0", true],
    ["3.258.9", "3.259.0", false],
    ["2.999.0", "3.259.0", false],
    ["v3.259.0-alpha.1", "3.259.0", false],
    ["v3.260.0-alpha.1", "3.259.0", true],
    ["v1.32.4-dispatcher", "1.32.4", true],
    ["go1.26", "1.26.0", true],
    ["dev", "0.16.4", false],
  ])("%s against %s: %s", (text, minimum, expected) => {
    expect(isAtLeast(text, minimum)).toBe(expected);
  });

  it("the newest of several minimums decides", () => {
    expect(newest(["1.25.11", "1.26.4", "1.26.0"])).toBe("1.26.4");
  });
});
