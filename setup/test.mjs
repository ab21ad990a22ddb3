// npm test: lint, type checks and all tests. `npm test -- unit types` runs only the named steps, where `types` stands for
// all of `types:program`, `types:native` and `types:tests`. The last line is `N passed, N failed`; a lint or type step
// counts as one test.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { clock } from "./progress.mjs";
import { checkSteps, chosenBy, jestSteps, runCheck, runJest, stopSteps } from "./test-steps.mjs";

/** @typedef {import("./test-steps.mjs").StepResult} StepResult */

/** @param {StepResult} result */
function show(result) {
  const mark = result.failed === 0 ? "✓" : "✗";
  const counts =
    result.kind === "jest"
      ? `  ${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ""}`
      : "";
  console.log(`${mark} ${result.name} ${clock(result.seconds)}${counts}`);
}

const wanted = process.argv.slice(2);
const names = [...checkSteps, ...jestSteps].map((step) => step.name);
const unknown = wanted.filter((word) => !names.some((name) => chosenBy(word, name)));
if (unknown.length > 0) {
  console.error(`There is no test step ${unknown.join(", ")}. Steps: ${names.join(", ")}.`);
  process.exit(2);
}
/** @param {{ name: string }} step */
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((word) => chosenBy(word, name));

const started = Date.now();
const reports = await mkdtemp(join(tmpdir(), "test-reports-"));
/** @type {StepResult[]} */
const results = [];
let stopped = false;
for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.once(signal, () => {
    stopped = true;
    stopSteps(signal);
  });
}
try {
  // The checks are separate processes with one thread each: as many at a time as there are cores.
  const waiting = checkSteps.filter(isWanted);
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), waiting.length) }, async () => {
      for (let step = waiting.shift(); step; step = waiting.shift()) {
        const result = await runCheck(step);
        results.push(result);
        show(result);
        if (result.output) console.log(result.output);
      }
    }),
  );
  for (const step of jestSteps.filter(isWanted)) {
    if (stopped) break;
    const result = await runJest(step, join(reports, `${step.name}.json`));
    results.push(result);
    show(result);
  }
} finally {
  await rm(reports, { recursive: true, force: true });
}

const failures = results.flatMap((result) => result.failures.map((failure) => ({ step: result.name, ...failure })));
if (failures.length > 0) {
  console.log(`\nFailures:\n`);
  for (const { step, name, where, message } of failures) {
    console.log(`✗ [${step}] ${name}${where ? `\n  ${where}` : ""}`);
    console.log(
      message
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n"),
      "\n",
    );
  }
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
console.log(`\nTotal time ${clock((Date.now() - started) / 1000)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && !stopped ? 0 : 1;
