import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { bothSides } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start();
}, 30_000);

afterAll(() => engine?.stop(), 30_000);

/** Runs `pulumi up`, sends the signal when its output first matches, and resolves when it is over. */
function upInterrupted(project: Project, stack: string, when: RegExp, signal: NodeJS.Signals): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      "pulumi",
      ["up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive", "--color=never"],
      {
        cwd: project.folder,
        env: { ...process.env, ...engine.environment },
        detached: true,
      },
    );
    let text = "";
    let sent = false;
    const read = (chunk: Buffer) => {
      text += chunk;
      if (!sent && when.test(text) && child.pid !== undefined) {
        sent = true;
        process.kill(-child.pid, signal); // the group, as a terminal's ctrl-C does
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", () => (sent ? resolve(text) : reject(new Error(`Never interrupted:\n${text}`))));
  });
}

describe.each([
  ["ctrl-C while the cluster is made", /ManagedCluster.*creating/, "SIGINT"],
  ["a kill while the identity is made", /UserAssignedIdentity.*creating/, "SIGKILL"],
] as const)("%s", (_name, when, signal) => {
  it("loses nothing: the next up converges, and destroy leaves nothing", async () => {
    const stack = `interrupted-${signal.toLowerCase()}`;
    const project = await engine.project({ [stack]: bothSides() });
    await upInterrupted(project, stack, when, signal);
    if (signal === "SIGKILL") await project.pulumi("cancel", "--stack", stack, "--yes"); // the dead engine's lock
    await project.up(stack, "--refresh", "--run-program");
    await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
    await project.expectNoChanges(stack);
    await project.destroy(stack);
    expect(await engine.everythingInAzure()).toEqual([]);
  }, 180_000);
});

it("a sandbox that is killed leaves no process, no port and no file", async () => {
  const other = await Engine.start();
  const { pid, stateDir } = other.sandbox.session;
  const project = await other.project({ both: bothSides() });
  await project.up("both");
  const children = (await other.run("ps", ["-eo", "pid,args"])).stdout
    .split("\n")
    .filter((line) => line.includes(stateDir) && !line.includes("ps -eo"));
  expect(children.length).toBeGreaterThan(3);
  process.kill(pid, "SIGKILL");
  const deadline = Date.now() + 15_000;
  const remains = async () =>
    (await other.run("ps", ["-eo", "pid,args"])).stdout.split("\n").filter((line) => line.includes(stateDir));
  while (((await remains()).length > 0 || existsSync(stateDir)) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(await remains()).toEqual([]);
  expect(existsSync(stateDir)).toBe(false);
}, 120_000);
