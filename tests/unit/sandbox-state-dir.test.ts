import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimStateDir, isRunning, markOf, removeStateDir } from "../../sandbox/session/state-dir.ts";

let folder: string;
const gone = { pid: 2 ** 22 + 1, started: "long ago" };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "state-dir-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a state directory", () => {
  it("is never a folder that holds somebody's files", async () => {
    writeFileSync(join(folder, "thesis.txt"), "years of work");
    expect(() => claimStateDir(folder, markOf(process.pid))).toThrow(`${folder} is not empty and no sandbox made it`);
    await removeStateDir(folder);
    expect(existsSync(join(folder, "thesis.txt"))).toBe(true);
  });

  it("is refused to a second sandbox while the first one's process runs", () => {
    claimStateDir(folder, markOf(process.pid));
    expect(() => claimStateDir(folder, markOf(process.pid))).toThrow(`process ${process.pid}`);
  });

  it("is cleared of what a killed sandbox left", () => {
    claimStateDir(folder, gone);
    writeFileSync(join(folder, "sandbox.log"), "old");
    claimStateDir(folder, markOf(process.pid));
    expect(existsSync(join(folder, "sandbox.log"))).toBe(false);
  });

  it("may be made by the claim, and goes when it is removed", async () => {
    const below = join(folder, "new", "one");
    claimStateDir(below, markOf(process.pid));
    await removeStateDir(below);
    expect(existsSync(below)).toBe(false);
  });
});

describe("a process", () => {
  it("runs while it runs", () => {
    expect(isRunning(markOf(process.pid))).toBe(true);
  });

  it("is not mistaken for a later one with its number", () => {
    expect(isRunning({ pid: process.pid, started: "another start" })).toBe(false);
    expect(isRunning(gone)).toBe(false);
  });
});
