import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readJestReport } from "../../setup/jest-report.mjs";

let file = "";
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), "setup-report-")), "unit.json");
});
afterEach(() => rm(join(file, ".."), { recursive: true, force: true }));

const passed = { status: "passed", fullName: "a role is found by its name" };
const failed = {
  status: "failed",
  fullName: "a role is found by its id",
  failureMessages: ["expected 1\n  at x (/p/node_modules/y.js)"],
};
const write = (suites: object[], passing: number, skipped = 0) =>
  writeFile(file, JSON.stringify({ numPassedTests: passing, numPendingTests: skipped, testResults: suites }));
const suite = (assertionResults: object[], more: object = {}) => ({
  name: "/p/tests/unit/roles.test.ts",
  status: assertionResults.includes(failed) ? "failed" : "passed",
  message: "",
  assertionResults,
  ...more,
});

describe("the count of a jest run", () => {
  it("is what the report says", async () => {
    await write([suite([passed, failed])], 1, 2);
    const report = await readJestReport(file, 1, basename);
    expect(report).toMatchObject({ passed: 1, failed: 1, skipped: 2 });
    const failure = { name: "a role is found by its id", where: "roles.test.ts", message: "expected 1" };
    expect(report.failures).toEqual([failure]);
  });

  it("has one failure for a test file that could not be run", async () => {
    await write([suite([], { status: "failed", message: "Cannot find module './roles'" })], 0);
    const report = await readJestReport(file, 1, basename);
    expect(report.failed).toBe(1);
    expect(report.failures[0]?.message).toContain("Cannot find module");
  });

  it.each([0, 1, 134])("has one failure when jest ended with %s and left no report", async (exitCode) => {
    expect(await readJestReport(file, exitCode, basename)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("has one failure when jest ended with an error although every test passed", async () => {
    await write([suite([passed])], 1);
    expect(await readJestReport(file, 1, basename)).toMatchObject({ passed: 1, failed: 1 });
  });
});
