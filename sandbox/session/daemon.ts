/**
 * The sandbox's own process: simulated tenants, clusters and nodes. It is started by start.ts with its state directory
 * as the one argument, tells readiness and failure by writing to its IPC channel, and ends on SIGTERM, on SIGINT, or,
 * when it was started attached, when that channel closes because its parent is gone.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClusterBackend } from "../cluster/backend.ts";
import { imageCommandsOf } from "../node/images.ts";
import { startCloud } from "../tenants/cloud.ts";
import { locateTools } from "../tools/locate.mjs";
import { networkEnvironment } from "./environment.ts";
import { mergeKubeconfigs } from "./kubeconfig.ts";
import { superviseProcesses } from "./processes.ts";
import { type SandboxSession, writeSession } from "./session.ts";
import type { DaemonMessage, DaemonOptions } from "./start.ts";
import { handOverStateDir, markOf, removeStateDir } from "./state-dir.ts";
import { linkTools, preparePulumi, writeCaBundle } from "./workspace.ts";

const options: DaemonOptions = JSON.parse(process.argv[2] ?? "{}");
const { stateDir, topology } = options;
const closers: (() => Promise<void> | void)[] = [];
let closing: Promise<void> | undefined;
let ready = false;

process.on("SIGTERM", () => void shutDown(0));
process.on("SIGINT", () => void shutDown(0));
process.on("SIGHUP", () => void (options.attached ? shutDown(0) : undefined));
// The channel holds until the caller has seen readiness; from then on only an attached sandbox depends on it.
process.on("disconnect", () => void (options.attached || !ready ? shutDown(0) : undefined));
process.on("uncaughtException", (error) => fail(error));
process.on("unhandledRejection", (reason) => fail(reason));

try {
  const session = await start();
  ready = true;
  tell({ ready: session });
} catch (error) {
  fail(error);
}

async function start(): Promise<SandboxSession> {
  const mark = markOf(process.pid);
  handOverStateDir(stateDir, mark);
  const processes = superviseProcesses();
  processes.guardDirectory(stateDir);
  closers.push(() => removeStateDir(stateDir));
  closers.push(() => processes.close());

  const tools = await locateTools();
  const kubeconfig = join(stateDir, "kubeconfig");
  const writeKubeconfig = (contexts: Map<string, string>) =>
    writeFileSync(kubeconfig, mergeKubeconfigs(contexts), { mode: 0o600 });
  writeKubeconfig(new Map());

  // The clusters' pods reach Azure through the proxy, whose address is known only once the cloud listens.
  const nodeEnvironment: Record<string, string> = {};
  const clusters = createClusterBackend({
    stateDir,
    tools,
    processes,
    nodeEnvironment,
    imageCommands: imageCommandsOf(options.images ?? []),
    onKubeconfigChange: writeKubeconfig,
  });
  const cloud = await startCloud({ topology, stateDir, clusters, log: (line) => console.error(line) });
  closers.push(() => cloud.close());
  const proxy = `http://127.0.0.1:${cloud.proxyPort}`;
  Object.assign(nodeEnvironment, networkEnvironment(proxy, cloud.caFile));

  const session: SandboxSession = {
    version: 1,
    process: mark,
    stateDir,
    startedAt: new Date().toISOString(),
    caFile: cloud.caFile,
    caBundleFile: writeCaBundle(stateDir, cloud.caFile),
    proxy,
    cloud: `https://127.0.0.1:${cloud.port}`,
    adminKeyFile: join(stateDir, "admin-key"),
    tenants: topology.tenants.map((tenant) => ({ ...tenant, deployer: deployerOf(cloud.deployers, tenant.key) })),
    kubeconfig,
    pulumi: preparePulumi(stateDir),
    requestLog: cloud.requestLogFile,
    binDir: linkTools(stateDir, tools),
  };
  writeSession(session);
  return session;
}

function deployerOf(
  deployers: { tenantKey: string; clientId: string; clientSecret: string; objectId: string }[],
  tenantKey: string,
) {
  const found = deployers.find((deployer) => deployer.tenantKey === tenantKey);
  if (found === undefined) throw new Error(`The simulated tenant ${tenantKey} has no deployer.`);
  const { clientId, clientSecret, objectId } = found;
  return { clientId, clientSecret, objectId };
}

/** Ends everything in the reverse order of its start; a second call waits for the first. */
function shutDown(exitCode: number): Promise<void> {
  closing ??= (async () => {
    while (closers.length > 0) {
      try {
        await closers.pop()?.();
      } catch (error) {
        console.error(error);
      }
    }
    process.exit(exitCode);
  })();
  return closing;
}

function fail(reason: unknown): void {
  const message = reason instanceof Error ? reason.message : String(reason);
  console.error(reason);
  tell({ failed: message });
  void shutDown(1);
}

function tell(message: DaemonMessage): void {
  if (process.connected) process.send?.(message);
}
