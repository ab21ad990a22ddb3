import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../setup/lock.mjs";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "setup-lock-"));
  file = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const quick = { pollMs: 5 };

/** How many of so many holders were ever inside at the same time. */
async function mostInside(holders: number): Promise<number> {
  let inside = 0;
  let most = 0;
  const one = () =>
    withLock(file, quick, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: holders }, one));
  return most;
}

describe("two set-ups at the same time", () => {
  it("work one after the other, and the second says that it waits", async () => {
    const events: string[] = [];
    let finish = () => {};
    let start = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const first = withLock(file, quick, async () => {
      events.push("first starts");
      start();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      events.push("first ends");
    });
    await started;
    const onWait = ({ pid }: { pid: number }) => {
      events.push(`second waits for ${pid}`);
      finish();
    };
    await Promise.all([first, withLock(file, { ...quick, onWait }, async () => events.push("second starts"))]);
    expect(events).toEqual(["first starts", `second waits for ${process.pid}`, "first ends", "second starts"]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("never overlap, however many there are", async () => {
    expect(await mostInside(12)).toBe(1);
  });

  it("stop waiting when they are told to", async () => {
    const stop = new AbortController();
    await withLock(file, quick, async () => {
      const waiting = withLock(file, { ...quick, signal: stop.signal, onWait: () => stop.abort() }, async () => "ran");
      await expect(waiting).rejects.toThrow("abort");
    });
  });
});

describe("a lock that nobody holds any more", () => {
  const deadPid = () => spawnSync("true").pid;

  it("is taken over when its owner is dead", async () => {
    await writeFile(file, JSON.stringify({ pid: deadPid(), host: hostname(), token: "old" }));
    expect(await withLock(file, quick, async () => "ran")).toBe("ran");
  });

  it("is taken over when its heartbeat has stopped", async () => {
    await writeFile(file, JSON.stringify({ pid: 1, host: "another-machine", token: "old" }));
    const longAgo = new Date(Date.now() - 120_000);
    await utimes(file, longAgo, longAgo);
    expect(await withLock(file, quick, async () => "ran")).toBe("ran");
  });

  it("is taken over by one process only", async () => {
    await writeFile(file, JSON.stringify({ pid: deadPid(), host: hostname(), token: "old" }));
    expect(await mostInside(8)).toBe(1);
  });

  it("is let go when the work fails", async () => {
    const failing = withLock(file, quick, async () => {
      throw new Error("no space left");
    });
    await expect(failing).rejects.toThrow("no space left");
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });
});
