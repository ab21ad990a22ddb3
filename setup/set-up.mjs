import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cacheRoot } from "./cache-root.mjs";
import { CommandFailed, outputOf, runToLog } from "./child.mjs";
import { projectRoot } from "./command.mjs";
import { lockFitsManifests, matchesLock, nodeBinary, readStamp, writeStamp } from "./dependencies.mjs";
import { withLock } from "./lock.mjs";
import { createProgress } from "./progress.mjs";
import { isAtLeast } from "./version-order.mjs";

/** @typedef {import("./progress.mjs").Progress} Progress */

const projectNode = "24.0.0";
const installSeconds = 40;

/**
 * Installs the dependencies and the tools, both at the same time when both are needed. Ctrl-C ends all of it.
 * @param {{ dependencies: boolean, tools: boolean, wantTools: boolean, report: boolean }} state what is there already, and
 *   whether to say where the tools are
 * @returns {Promise<number>} exit code
 */
export async function setUp({ dependencies, tools, wantTools, report }) {
  const started = Date.now();
  const progress = createProgress();
  const stop = new AbortController();
  /** @type {NodeJS.Signals | undefined} */
  let stoppedBy;
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    stoppedBy ??= signal;
    stop.abort(new Error(`stopped by ${signal}`));
  };
  const signals = /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, onSignal);

  const work = [];
  if (!dependencies) work.push(installDependencies(projectRoot, progress, stop.signal));
  if (!tools) work.push(installTools(progress, stop.signal));
  // When one part fails, the other still comes to its end: what it builds is not needed twice.
  const results = await Promise.allSettled(work);
  progress.end();
  for (const signal of signals) process.removeListener(signal, onSignal);

  if (stoppedBy) {
    console.error("Set-up stopped. What was finished is kept; the next run goes on from there.");
    return stoppedBy === "SIGINT" ? 130 : 143;
  }
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  for (const failure of failures) {
    console.error(`\nSet-up failed: ${failure instanceof Error ? failure.message : String(failure)}`);
  }
  if (failures.length > 0) return 1;
  if (report && wantTools) await reportTools();
  else if (Date.now() - started > 2_000) console.error("Set-up done.");
  return 0;
}

/**
 * The tools' part of the set-up belongs to the sandbox: it is loaded only by who asks for tools.
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
async function installTools(progress, signal) {
  const { installTools: install } = await import("../sandbox/tools/install.mjs");
  await install({ progress, signal });
}

/** Says where each tool comes from. */
async function reportTools() {
  const { readResolved } = await import("../sandbox/tools/locate.mjs");
  const resolved = await readResolved();
  if (!resolved) return;
  console.log("Everything is set up.");
  for (const [tool, from] of Object.entries(resolved.from)) console.log(`  ${tool.padEnd(11)} ${from}`);
}

/**
 * Makes node_modules what package-lock.json says.
 * @param {string} root
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
async function installDependencies(root, progress, signal) {
  const id = createHash("sha256").update(root).digest("hex").slice(0, 12);
  const folder = join(cacheRoot(), "checkouts");
  await mkdir(folder, { recursive: true });
  await withLock(
    join(folder, `${id}.lock`),
    {
      signal,
      onWait: ({ pid }) =>
        progress.say(`Another set-up (process ${pid}) is installing the dependencies; waiting for it.`),
    },
    async () => {
      if (await readStamp(root)) return;
      if (!(await matchesLock(root))) {
        const logFile = join(folder, `${id}-npm.log`);
        await rm(logFile, { force: true });
        await installPackages(root, logFile, progress, signal);
      }
      await checkNode(root);
      await writeStamp(root);
    },
  );
}

/**
 * npm ci, and where that refuses a lock file that does fit package.json, npm install. npm ci asks the registry for every
 * optional package that the lock file does not list (binaries for other platforms), and fails where a registry does not
 * serve one; npm install passes over those. What it has installed is
 * compared with the lock file afterwards, which it may not change.
 * @param {string} root
 * @param {string} logFile
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
async function installPackages(root, logFile, progress, signal) {
  /** @param {string[]} words */
  const npm = (...words) =>
    progress.step(`npm ${words[0]}`, installSeconds, () =>
      runToLog("npm", [...words, "--include=dev", "--no-audit", "--no-fund", "--loglevel=notice"], {
        cwd: root,
        env: npmEnvironment(process.env),
        logFile,
        // After some errors npm prints the usage of the command.
        noise: /^npm error\s*\n(npm error )?(Clean install a project|Usage:)/m,
        signal,
      }),
    );
  try {
    await npm("ci");
  } catch (error) {
    signal.throwIfAborted();
    const refused =
      error instanceof CommandFailed && (await readFile(logFile, "utf8")).includes("npm error code EUSAGE");
    if (!refused || !(await lockFitsManifests(root))) throw error;
    await npm("install", "--no-save");
    if (!(await matchesLock(root))) throw error;
  }
}

/**
 * npm ci removes node_modules, and with it the Node that may be running this: npm has to be started by the machine's own.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnvironment(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !/^npm_(lifecycle|package|node_execpath|execpath|command)/.test(name) && name !== "NODE",
  );
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(kept), PATH: folders.join(delimiter) };
}

/**
 * The npm package `node` fetches its binary in an install script, so it is missing where scripts are switched off.
 * @param {string} root
 */
async function checkNode(root) {
  const version = await outputOf(join(root, nodeBinary), ["--version"]);
  if (version && isAtLeast(version, projectNode)) return;
  const { version: wanted } = JSON.parse(
    await readFile(join(root, "node_modules/node/package.json"), "utf8").catch(() => "{}"),
  );
  throw new Error(
    `${nodeBinary} ${version ? `is ${version.trim()}, not ${projectNode} or newer` : "does not start"}. It comes with the npm package node${wanted ? `@${wanted}` : ""}, ` +
      "whose install script fetches it. Look whether `npm config get ignore-scripts` is false, remove node_modules and run the same command again.",
  );
}
