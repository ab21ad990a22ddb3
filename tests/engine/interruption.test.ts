import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning, type ProcessMark } from "../../sandbox/session/state-dir.ts";
import { bothSides, cluster, identity, tenantB } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";
import { descendantsOf } from "./support/process-tree.ts";

const root = join(__dirname, "..", "..");
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
    // What Pulumi writes in several steps beside a checkpoint would make it unreadable when it is cut short.
    const state = readdirSync(join(engine.sandbox.session.stateDir, "pulumi-state"), { recursive: true });
    expect(state.filter((file) => String(file).endsWith(".attrs"))).toEqual([]);
    await project.up(stack, "--refresh", "--run-program");
    await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
    await project.expectNoChanges(stack);
    await project.destroy(stack);
    expect(await engine.everythingInAzure()).toEqual([]);
  }, 180_000);
});

it("a cluster whose first deployment failed halfway is not lost by a slip either", async () => {
  const nowhere = `/subscriptions/${tenantB.subscriptionId}/resourceGroups/nowhere`;
  const failing = { ...identity, roles: [{ role: "Reader", scope: nowhere }] };
  const project = await engine.project({ halfway: bothSides({ identities: [failing] }) });
  const failed = await project.pulumi("up", "--stack", "halfway", "--yes", "--skip-preview");
  expect(failed.code).not.toBe(0);
  const made = (await engine.everythingInAzure()).filter((id) => id.endsWith("/managedClusters/aks-wi-demo"));
  expect(made).toHaveLength(1);

  project.configure("halfway", bothSides({ cluster: { ...cluster, name: "aks-renamed" } }));
  const renamed = await project.pulumi("up", "--stack", "halfway", "--yes", "--skip-preview");
  expect(renamed.code).not.toBe(0);
  expect(renamed.text).toContain("cluster.replace aks-wi-demo");
  expect(await engine.everythingInAzure()).toEqual(expect.arrayContaining(made));

  project.configure("halfway", bothSides());
  await project.up("halfway");
  await project.expectNoChanges("halfway");
  await project.destroy("halfway");
  expect(await engine.everythingInAzure()).toEqual([]);
}, 240_000);

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "npm start ended by %s while it deploys leaves no process and no file",
  async (signal) => {
    const before = new Set(readdirSync(tmpdir()));
    const start = spawn(process.execPath, ["sandbox/start/main.ts"], { cwd: root, detached: true });
    const exit = new Promise<number | null>((resolve) => start.once("close", resolve));
    await new Promise<void>((resolve) => {
      start.stdout.on("data", (chunk: Buffer) => String(chunk).includes("ResourceGroup") && resolve());
    });
    const started = descendantsOf(start.pid ?? 0).filter(isRunning); // without the ps that told them
    process.kill(-(start.pid ?? 0), signal);
    expect(await exit).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
    expect(started.length).toBeGreaterThan(3);
    expect(await whenGone(started)).toEqual([]);
    const left = readdirSync(tmpdir()).filter(
      (name) => /^(cross-tenant-identity|pulumi)-/.test(name) && !before.has(name),
    );
    expect(left).toEqual([]);
  },
  60_000,
);

it("a sandbox that is killed leaves no process, no port and no file", async () => {
  const other = await Engine.start();
  const { process: daemon, stateDir, proxy, cloud, kubeconfig } = other.sandbox.session;
  const project = await other.project({ both: bothSides() });
  await project.up("both");
  const children = descendantsOf(daemon.pid);
  const addresses = [proxy, cloud, /server: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? ""];
  expect(children.length).toBeGreaterThanOrEqual(6); // guardian, kine, API server, controllers, webhook, workload
  expect(await Promise.all(addresses.map(answers))).toEqual([true, true, true]);

  process.kill(daemon.pid, "SIGKILL");
  expect(await whenGone(children, stateDir)).toEqual([]);
  expect(existsSync(stateDir)).toBe(false);
  expect(await Promise.all(addresses.map(answers))).toEqual([false, false, false]);
}, 120_000);

/** Those of the processes that are still there when nothing more goes, 15 seconds from now at the latest. */
async function whenGone(processes: ProcessMark[], folder = ""): Promise<ProcessMark[]> {
  const deadline = Date.now() + 15_000;
  while ((processes.some(isRunning) || existsSync(folder)) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return processes.filter(isRunning);
}

/** Whether something accepts connections at the address of a URL. */
function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.on("connect", () => socket.end());
  });
}
