import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A process as it can be told from a later one with the same number. */
export interface ProcessMark {
  pid: number;
  /** When it started, in the system's own words. */
  started: string;
}

/** Marks a folder as a sandbox's own, which it may delete; holds the process that made it. */
const markFile = "cross-tenant-identity-sandbox";

export class StateDirError extends Error {}

/**
 * Takes a folder as the state directory of a new sandbox, and clears it of what a sandbox that was killed left there.
 *
 * @throws StateDirError when the folder holds anything that no sandbox put there, or when a sandbox uses it.
 */
export function claimStateDir(stateDir: string, owner: ProcessMark): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const mark = join(stateDir, markFile);
  if (existsSync(mark)) {
    const earlier: ProcessMark = JSON.parse(readFileSync(mark, "utf8"));
    if (isRunning(earlier)) {
      throw new StateDirError(
        `Another command (process ${earlier.pid}) is starting or running a sandbox in ${stateDir}.`,
      );
    }
    rmSync(stateDir, { recursive: true, force: true });
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  } else if (readdirSync(stateDir).length > 0) {
    throw new StateDirError(
      `${stateDir} is not empty and no sandbox made it, so it is left alone. Name a folder that is empty or does not exist.`,
    );
  }
  try {
    writeFileSync(mark, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
  } catch {
    throw new StateDirError(`Another command has just started a sandbox in ${stateDir}.`);
  }
}

/** Hands the folder over to the process that now runs the sandbox. */
export function handOverStateDir(stateDir: string, owner: ProcessMark): void {
  writeFileSync(join(stateDir, markFile), JSON.stringify(owner), { mode: 0o600 });
}

/**
 * Removes a state directory and ends what was started from it: an engine that is killed leaves its language host behind,
 * in a process group of its own. A folder that no sandbox made is left alone.
 */
export async function removeStateDir(stateDir: string): Promise<void> {
  if (!existsSync(join(stateDir, markFile))) return;
  const orphans = startedFrom(stateDir);
  for (const pid of orphans) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  const remove = () => rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
  remove();
  if (orphans.length === 0) return;
  await delay(500); // an engine's plugins end when it is gone, and write their compile cache as they do
  remove();
}

/** The processes whose program lies in the folder, and the Pulumi programs that talk to their host through it. */
function startedFrom(folder: string): number[] {
  try {
    const rows = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
    return rows
      .map((row) => /^\s*(\d+) (.*)$/.exec(row))
      .filter((match) => match?.[2]?.startsWith(`${folder}/`) || match?.[2]?.includes(` --sync ${folder}/`))
      .map((match) => Number(match?.[1]));
  } catch {
    return []; // a machine without ps
  }
}

export function markOf(pid: number): ProcessMark {
  return { pid, started: startOf(pid) ?? "" };
}

/** Whether that very process still runs, and not another one that got its number. */
export function isRunning({ pid, started }: ProcessMark): boolean {
  return isAlive(pid) && startOf(pid) === started;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it exists, and is somebody else's
  }
}

function startOf(pid: number): string | undefined {
  try {
    // Linux: the 22nd field, after the command's name in brackets, counts from the machine's start.
    if (existsSync("/proc/self/stat")) return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19];
    const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env }).trim();
  } catch {
    return undefined; // no such process
  }
}
