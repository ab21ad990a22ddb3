import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputOf, runToLog } from "../../setup/child.mjs";

let folder = "";
let logFile = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "setup-child-"));
  logFile = join(folder, "build.log");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const shell = (script: string, signal?: AbortSignal) =>
  runToLog("sh", ["-c", script], { cwd: folder, env: process.env, logFile, signal });

describe("a build command", () => {
  it("writes all that it says to the log", async () => {
    await shell("echo compiling; echo linking >&2");
    expect(await readFile(logFile, "utf8")).toMatch(/compiling\nlinking\n$/);
  });

  it("that fails is reported with its exit code, the log file and the end of the log", async () => {
    const failing = shell("echo undefined: mlog.Trace; exit 3");
    await expect(failing).rejects.toThrow("failed with exit code 3");
    await expect(failing).rejects.toThrow(logFile);
    await expect(failing).rejects.toThrow("| undefined: mlog.Trace");
  });

  it("ends with everything that it has started when it is stopped", async () => {
    const stop = new AbortController();
    const running = shell("sleep 60 & echo $!; wait", stop.signal);
    let pid = "";
    while (!pid) pid = /^(\d+)$/m.exec(await readFile(logFile, "utf8").catch(() => ""))?.[1] ?? "";
    stop.abort(new Error("stopped by SIGINT"));
    await expect(running).rejects.toThrow("stopped by SIGINT");
    // A dead process whose new parent has not looked yet is listed as Z.
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" });
    expect(stdout.trim()).toMatch(/^(Z.*)?$/);
  });
});

describe("a question to a tool", () => {
  it("is answered with what it writes", async () => {
    expect(await outputOf("sh", ["-c", "echo v1.2.3"])).toBe("v1.2.3\n");
  });

  it.each([
    ["is missing", "no-such-tool-anywhere", []],
    ["fails", "sh", ["-c", "exit 1"]],
  ])("has no answer when the tool %s", async (_why, command, words) => {
    expect(await outputOf(command, words)).toBeUndefined();
  });
});
