import { relative } from "node:path";
import { projectRoot } from "./command.mjs";
import { clock } from "./progress.mjs";

/**
 * @typedef {object} TestFileResult
 * @property {string} testFilePath
 * @property {number} numPassingTests
 * @property {number} numFailingTests
 * @property {{ start: number, end: number }} perfStats
 * @property {unknown} [testExecError]
 */

/** A jest reporter that writes one line per test file; the failures themselves come once, in the summary of npm test. */
export default class JestProgress {
  /**
   * @param {unknown} _test
   * @param {TestFileResult} result
   */
  onTestResult(_test, { testFilePath, numPassingTests, numFailingTests, perfStats, testExecError }) {
    const failed = numFailingTests + (testExecError ? 1 : 0);
    const file = relative(projectRoot, testFilePath);
    const counts = `${numPassingTests} passed${failed > 0 ? `, ${failed} failed` : ""}`;
    console.error(`  ${failed > 0 ? "✗" : "✓"} ${file}  ${counts} ${clock((perfStats.end - perfStats.start) / 1000)}`);
  }
}
