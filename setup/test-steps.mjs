import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { commandEnvironment, projectRoot } from "./command.mjs";
import { readJestReport } from "./jest-report.mjs";

/** @typedef {{ name: string, command: string, words: string[] }} CheckStep */
/** @typedef {{ name: string, projects: string[], workers: number }} JestStep */
/** @typedef {{ name: string, where?: string, message: string }} Failure */

/**
 * @typedef {object} StepResult
 * @property {"check" | "jest"} kind
 * @property {string} name
 * @property {number} seconds
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {Failure[]} failures
 * @property {string} [output] of a check that failed
 */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Passes a signal on to what is being run.
 * @param {NodeJS.Signals} signal
 */
export function stopSteps(signal) {
  for (const child of running) child.kill(signal);
}

const cores = availableParallelism();
const reporter = join(projectRoot, "setup", "jest-progress.mjs");

/** @type {CheckStep[]} */
export const checkSteps = [
  { name: "lint", command: "biome", words: ["check", "--colors=off"] },
  { name: "types:native", command: "tsc", words: ["-p", "tsconfig.native.json", "--pretty", "false"] },
  { name: "types:program", command: "tsc", words: ["-p", "tsconfig.json", "--noCheck", "false", "--pretty", "false"] },
  { name: "types:tests", command: "tsc", words: ["-p", "tsconfig.tests.json", "--pretty", "false"] },
];

/**
 * An engine test runs an engine, its plugins and an API server with its store: one at a time on two cores.
 * @type {JestStep[]}
 */
export const jestSteps = [
  { name: "unit", projects: ["unit", "property"], workers: cores },
  { name: "sandbox", projects: ["sandbox"], workers: cores },
  { name: "engine", projects: ["engine"], workers: Math.max(1, Math.floor(cores / 2)) },
];

/**
 * Whether a word of the command line means a step: by its name, or by what stands before the colon of several.
 * @param {string} word
 * @param {string} name
 */
export const chosenBy = (word, name) => name === word || name.startsWith(`${word}:`);

/**
 * Runs a lint or type check.
 * @param {CheckStep} step
 * @returns {Promise<StepResult>}
 */
export async function runCheck({ name, command, words }) {
  const started = Date.now();
  const { code, output } = await run(command, words, "pipe");
  const failed = code === 0 ? 0 : 1;
  const hint = `\`npx ${[command, ...words].join(" ")}\` ended with exit code ${code}; its output is above.`;
  return {
    kind: "check",
    name,
    seconds: (Date.now() - started) / 1000,
    passed: 1 - failed,
    failed,
    skipped: 0,
    failures: failed ? [{ name, message: hint }] : [],
    output: failed ? stripVTControlCharacters(output).trimEnd() : undefined,
  };
}

/**
 * Runs some jest projects. A line per test file is shown as they end; counts and failures come from jest's own file.
 * @param {JestStep} step
 * @param {string} reportFile
 * @returns {Promise<StepResult>}
 */
export async function runJest({ name, projects, workers }, reportFile) {
  console.log(`\n${name} tests`);
  const started = Date.now();
  const words = ["--selectProjects", ...projects, `--maxWorkers=${workers}`, `--reporters=${reporter}`];
  const { code } = await run("jest", [...words, "--json", `--outputFile=${reportFile}`], "inherit");
  const report = await readJestReport(reportFile, code, (file) => relative(projectRoot, file));
  return { kind: "jest", name, seconds: (Date.now() - started) / 1000, ...report };
}

/**
 * @param {string} command
 * @param {string[]} words
 * @param {"pipe" | "inherit"} stdio
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, words, stdio) {
  return new Promise((resolve) => {
    // With --outputFile, jest writes to standard output only that it has written the file.
    const streams = stdio === "pipe" ? ["ignore", "pipe", "pipe"] : ["ignore", "ignore", "inherit"];
    const child = spawn(command, words, {
      cwd: projectRoot,
      env: commandEnvironment(),
      stdio: /** @type {import("node:child_process").StdioOptions} */ (streams),
    });
    running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("error", (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.once("exit", () => running.delete(child));
    child.once("close", (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}ended by ${signal}` : output }),
    );
  });
}
