import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";

/** @typedef {import("./test-steps.mjs").Failure} Failure */
/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} Suite */
/** @typedef {{ numPassedTests: number, numPendingTests: number, success: boolean, testResults: Suite[] }} Report */

const shownLines = 14;

/**
 * Counts what a jest run's JSON file says. A test file that could not be run counts as one failure, and so does a run
 * that left no file, or that ended with an error although no test failed.
 * @param {string} file
 * @param {number} exitCode
 * @param {(file: string) => string} shorten
 * @returns {Promise<{ passed: number, failed: number, skipped: number, failures: Failure[] }>}
 */
export async function readJestReport(file, exitCode, shorten) {
  /** @type {Report} */
  let report;
  try {
    report = JSON.parse(await readFile(file, "utf8"));
  } catch {
    const message = `jest ended with exit code ${exitCode} and left no report; its output is above.`;
    return { passed: 0, failed: 1, skipped: 0, failures: [{ name: "jest", message }] };
  }
  /** @type {Failure[]} */
  const failures = [];
  for (const suite of report.testResults) {
    const failed = suite.assertionResults.filter((test) => test.status === "failed");
    for (const test of failed) {
      const message = excerpt((test.failureMessages ?? []).join("\n"));
      failures.push({ name: test.fullName, where: shorten(suite.name), message });
    }
    if (suite.status === "failed" && failed.length === 0) {
      failures.push({
        name: "the test file could not be run",
        where: shorten(suite.name),
        message: excerpt(suite.message),
      });
    }
  }
  if (failures.length === 0 && exitCode !== 0) {
    const message = `jest ended with exit code ${exitCode} although no test failed; its output is above.`;
    failures.push({ name: "jest", message });
  }
  const { numPassedTests: passed, numPendingTests: skipped } = report;
  return { passed, failed: failures.length, skipped, failures };
}

/** @param {string} message */
function excerpt(message) {
  const lines = stripVTControlCharacters(message)
    .split("\n")
    .filter((line) => !/^\s+at .*node_modules/.test(line));
  const rest = lines.length > shownLines ? ["…"] : [];
  return [...lines.slice(0, shownLines), ...rest].join("\n").trim();
}
