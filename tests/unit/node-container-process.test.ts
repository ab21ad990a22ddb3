import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContainerLogs } from "../../sandbox/node/container-log.ts";
import { ContainerProcess, type Launch } from "../../sandbox/node/container-process.ts";

const directory = mkdtempSync(join(tmpdir(), "container-process-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A container of Node.js that runs `script`, with everything that it was told to do. */
function container(prepare: (launch: Launch) => Promise<Launch>, script = "setInterval(() => undefined, 1000)") {
  const spawned: string[] = [];
  const events: string[] = [];
  const launch = { program: process.execPath, args: ["-e", script], environment: {}, workingDirectory: directory };
  const changed = new EventTarget();
  const one = new ContainerProcess({
    name: "app",
    image: "app",
    podLabel: "demo_default(1)",
    restartPolicy: "Always",
    backOff: { baseMs: 600_000, limitMs: 600_000, resetAfterMs: 600_000 },
    processes: {
      spawn(name, program, args, { env, cwd }) {
        spawned.push(name);
        return spawn(program, args, {
          stdio: ["ignore", "pipe", "pipe"],
          ...(env ? { env } : {}),
          ...(cwd ? { cwd } : {}),
        });
      },
      async stop(child) {
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      },
    },
    logs: new ContainerLogs(join(directory, "logs")),
    prepare: () => prepare(launch),
    onChange: () => changed.dispatchEvent(new Event("change")),
    onEvent: (_type, reason) => events.push(reason),
  });
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => changed.addEventListener("change", resolve, { once: true }));
  };
  return { one, spawned, events, until, launch };
}

describe("a container that is stopped", () => {
  it("does not start when what it needs comes only afterwards", async () => {
    let answer: (launch: Launch) => void = () => undefined;
    const { one, spawned, launch } = container(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const ran = one.run();
    await one.stop(0);
    expect(one.state.terminated).toMatchObject({ exitCode: 137, reason: "ContainerStatusUnknown" });
    answer(launch);
    await ran;
    await new Promise(setImmediate);
    expect(spawned).toEqual([]);
    expect(one.running).toBe(false);
  });

  it("does not start when both come at once", async () => {
    const { one, spawned } = container(async (launch) => launch);
    const ran = one.run();
    await Promise.all([ran, one.stop(0)]);
    expect(spawned).toEqual([]);
  });

  it("keeps its end when what it needs fails only afterwards", async () => {
    let refuse: (error: Error) => void = () => undefined;
    const { one, events } = container(
      () =>
        new Promise((_, reject) => {
          refuse = reject;
        }),
    );
    void one.run();
    await one.stop(0);
    refuse(new Error("no such ConfigMap"));
    await new Promise(setImmediate);
    expect(one.state.terminated?.exitCode).toBe(137);
    expect(events).toEqual([]);
  });

  it("does not wait for its next try, and shows its last end", async () => {
    const { one, spawned, until } = container(async (launch) => launch, "process.exit(3)");
    const ran = one.run();
    await until(() => one.state.waiting?.reason === "CrashLoopBackOff");
    await one.stop(0);
    await ran;
    expect(one.state.terminated?.exitCode).toBe(3);
    expect(spawned).toHaveLength(2);
  });

  it("has shown its end once stop resolves", async () => {
    const { one, until } = container(async (launch) => launch);
    void one.run();
    await until(() => one.running);
    await one.stop(0);
    expect(one.state.terminated).toMatchObject({ exitCode: 137, signal: 9 });
  });

  it("is over without a run when it is stopped before", async () => {
    const { one, spawned } = container(async (launch) => launch);
    await one.stop(0);
    await one.run();
    expect(one.state.terminated?.exitCode).toBe(137);
    expect(spawned).toEqual([]);
  });
});
