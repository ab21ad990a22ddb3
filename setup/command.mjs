import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The environment in which `node` is the Node of node_modules, and locally installed commands are found.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function commandEnvironment(env = process.env) {
  return { ...env, PATH: [join(projectRoot, "node_modules", ".bin"), env.PATH ?? ""].join(delimiter) };
}

/**
 * Runs the command in this process's place: same terminal, signals passed on, and this process ends as the command did.
 * @param {string} command
 * @param {string[]} commandArguments
 */
export function runCommand(command, commandArguments) {
  const child = spawn(command, commandArguments, { stdio: "inherit", env: commandEnvironment() });
  // Ctrl-C reaches the command without us, because the terminal sends it to the whole foreground group (and npm passes
  // it on to us once more). Passing it on would make it two, which many programs take for "at once, without clean-up".
  const terminal = process.stdin.isTTY || process.stdout.isTTY;
  /** @type {Set<NodeJS.Signals>} */
  const passedOn = new Set(terminal ? ["SIGINT"] : []);
  for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (passedOn.has(signal)) return;
      passedOn.add(signal);
      child.kill(signal);
    });
  }
  child.once("error", (error) => {
    console.error(`\`${command}\` could not be started: ${error.message}`);
    process.exit(127);
  });
  child.once("exit", (code, signal) => {
    process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1));
  });
}
