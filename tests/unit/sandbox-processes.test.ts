import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { superviseProcesses } from "../../sandbox/session/processes.ts";
import { claimStateDir, isAlive, markOf } from "../../sandbox/session/state-dir.ts";

const root = join(__dirname, "..", "..");
const forever = ["-e", "setInterval(() => {}, 1000)"];

async function until(condition: () => boolean, seconds = 5): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
}

describe("the process supervisor", () => {
  it("ends its children when it is closed, those that ignore SIGTERM too", async () => {
    const processes = superviseProcesses();
    const polite = processes.spawn("polite", process.execPath, forever, {});
    const stubborn = processes.spawn(
      "stubborn",
      process.execPath,
      ["-e", "process.on('SIGTERM', () => {}); process.stdout.write('up'); setInterval(() => {}, 1000)"],
      { stdio: "pipe" },
    );
    await new Promise((resolve) => stubborn.stdout?.once("data", resolve));
    await processes.stop(stubborn, 100);
    await processes.close();
    expect([polite, stubborn].map(({ pid }) => isAlive(pid ?? 0))).toEqual([false, false]);
  });

  it("leaves neither child nor directory when its process is killed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "guarded-"));
    claimStateDir(directory, markOf(process.pid));
    const script = `
      import { superviseProcesses } from ${JSON.stringify(join(root, "sandbox/session/processes.ts"))};
      const processes = superviseProcesses();
      processes.guardDirectory(${JSON.stringify(directory)});
      const child = processes.spawn("child", process.execPath, ${JSON.stringify(forever)}, {});
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const child = Number(
      await new Promise<string>((resolve) => owner.stdout.once("data", (data) => resolve(String(data)))),
    );
    expect(isAlive(child)).toBe(true);
    owner.kill("SIGKILL");
    expect(await until(() => !isAlive(child))).toBe(true);
    expect(await until(() => !existsSync(directory))).toBe(true);
    rmSync(directory, { recursive: true, force: true });
  });
});
