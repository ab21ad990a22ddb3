import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string} logFile standard output and error are appended to it
 * @property {RegExp} [noise] where the part of the output that explains nothing begins; left out of the error text
 * @property {AbortSignal} [signal] ends the command and everything it has started
 */

/** A command that ended with an error: what it was, and the end of what it wrote. */
export class CommandFailed extends Error {
  /**
   * @param {string} command
   * @param {string} reason
   * @param {string} logFile
   * @param {string} tail
   */
  constructor(command, reason, logFile, tail) {
    super(`\`${command}\` ${reason}. Its output is in ${logFile}; the end of it:\n${tail}`);
    this.name = "CommandFailed";
  }
}

// The command gets a process group of its own and a watcher in it that waits on a pipe held by this process. When this
// process dies in any way, kill -9 included, the pipe closes and the watcher ends the group: no compiler is left behind.
const diesWithParent = 'exec 3<&0; (cat <&3 >/dev/null; kill -TERM 0) & exec "$@" </dev/null 3<&-';

/**
 * Runs a command to its end, with its output in a log file. It does not outlive this process.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<void>}
 */
export async function runToLog(command, args, { cwd, env, logFile, noise, signal }) {
  signal?.throwIfAborted();
  const log = await open(logFile, "a");
  const words = [command, ...args].join(" ");
  try {
    await log.write(`$ ${words}\n`);
    const child = spawn("/bin/sh", ["-c", diesWithParent, "sh", command, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ["pipe", log.fd, log.fd],
    });
    const stop = () => endGroup(child.pid, "SIGTERM");
    signal?.addEventListener("abort", stop, { once: true });
    /** @type {string | undefined} */
    const failure = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, killedBy) => {
        if (code === 0) resolve(undefined);
        else resolve(killedBy ? `was ended by ${killedBy}` : `failed with exit code ${code}`);
      });
    });
    signal?.removeEventListener("abort", stop);
    child.stdin?.destroy();
    if (signal?.aborted) {
      // What the command has started may take a moment to notice; its files are about to be removed.
      await new Promise((resolve) => setTimeout(resolve, 200));
      endGroup(child.pid, "SIGKILL");
      signal.throwIfAborted();
    }
    if (failure) throw new CommandFailed(words, failure, logFile, await lastLines(logFile, noise));
  } finally {
    await log.close();
  }
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 */
function endGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}

/**
 * @param {string} file
 * @param {RegExp} [noise]
 * @param {number} [count]
 */
async function lastLines(file, noise, count = 25) {
  const text = await readFile(file, "utf8");
  const end = noise ? text.search(noise) : -1;
  const lines = (end === -1 ? text : text.slice(0, end)).trimEnd().split("\n");
  return lines
    .slice(-count)
    .map((line) => `  | ${line}`)
    .join("\n");
}

/**
 * Runs a quick command and returns what it wrote, standard output before standard error; undefined when it is missing,
 * fails, or takes longer than allowed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeoutMs?: number }} [options]
 * @returns {Promise<string | undefined>}
 */
export function outputOf(command, args, { env = process.env, cwd, timeoutMs = 10_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    // Not spawn's own timeout: that timer outlives a command that could not be started.
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    /** @param {string | undefined} answer */
    const end = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.once("error", () => end(undefined));
    child.once("close", (code) => end(code === 0 ? out + err : undefined));
  });
}
