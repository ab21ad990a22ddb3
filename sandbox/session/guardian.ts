/**
 * The guardian: a small process of its own that outlives the sandbox by a moment. It holds the read end of a pipe whose
 * write end only the sandbox has. When the pipe closes without the word "done" (a crash, a kill -9), it ends every
 * process group that was registered and removes the state directory. It ignores the terminal's signals: ctrl-C reaches
 * the sandbox itself, which ends its children in order.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { removeStateDir } from "./state-dir.ts";

const groups = new Set<number>();
const directories = new Set<string>();
let done = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const [word = "", value = ""] = splitOnce(line);
  if (word === "add") groups.add(Number(value));
  else if (word === "remove") groups.delete(Number(value));
  else if (word === "directory") directories.add(value);
  else if (word === "done") done = true;
}

if (!done) {
  signalAll("SIGTERM");
  await delay(500);
  signalAll("SIGKILL");
  for (const directory of directories) await removeStateDir(directory);
}

function signalAll(signal: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      groups.delete(group); // gone already
    }
  }
}

function splitOnce(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}
