import { projectRoot, runCommand } from "./command.mjs";
import { readStamp } from "./dependencies.mjs";

/**
 * Sets up what is missing, then becomes the command.
 * @param {string[]} words `[--no-tools] [-- command arguments…]`
 * @returns {Promise<void>}
 */
export async function main(words) {
  const split = words.indexOf("--");
  const own = split === -1 ? words : words.slice(0, split);
  const [command, ...commandArguments] = split === -1 ? [] : words.slice(split + 1);
  const unknown = own.filter((word) => word !== "--no-tools");
  if (unknown.length > 0) {
    console.error(`Unknown option ${unknown.join(" ")}. Use: node setup/run.mjs [--no-tools] [-- command arguments…]`);
    process.exit(2);
  }
  const wantTools = !own.includes("--no-tools");
  const [dependencies, tools] = await Promise.all([readStamp(projectRoot), wantTools ? toolsAreReady() : true]);
  if (!dependencies || !tools || !command) {
    // Loaded only now, because a run that needs nothing should not pay for it.
    const { setUp } = await import("./set-up.mjs");
    const exitCode = await setUp({ dependencies, tools, wantTools, report: !command });
    if (exitCode !== 0) process.exit(exitCode);
  }
  if (command) runCommand(command, commandArguments);
}

/** The tools are the sandbox's: a run that wants none does not load what knows them. */
async function toolsAreReady() {
  const { toolsAreReady: look } = await import("../sandbox/tools/locate.mjs");
  return await look();
}
