/**
 * Runs a cluster backend in a process of its own, as the sandbox does, and does what its parent asks over IPC: Node.js
 * runs the real files here, without jest's transforms.
 */
import { createClusterBackend } from "../../../sandbox/cluster/backend.ts";
import { imageCommandsOf } from "../../../sandbox/node/images.ts";
import { type ProcessSupervisor, superviseProcesses } from "../../../sandbox/session/processes.ts";
import type { RunningCluster } from "../../../sandbox/tenants/cluster-backend.ts";
import { locateTools } from "../../../sandbox/tools/locate.mjs";
import type { ClusterRequest } from "./cluster-client.ts";

const [stateDir = "", ...images] = process.argv.slice(2);
const supervisor = superviseProcesses();
supervisor.guardDirectory(stateDir);
const pids: Record<string, number> = {};
const processes: ProcessSupervisor = {
  spawn(name, command, args, options) {
    const child = supervisor.spawn(name, command, args, options);
    pids[name] = child.pid ?? 0;
    return child;
  },
  stop: (child, graceMs) => supervisor.stop(child, graceMs),
};
const clusters = new Map<string, RunningCluster>();
const log: string[] = [];
const contexts: string[][] = [];

const tools = await locateTools().catch((error: Error) => {
  process.send?.({ failed: error.message });
  process.exit(1);
});
const backend = createClusterBackend({
  stateDir,
  tools,
  processes,
  nodeEnvironment: { FROM_THE_SANDBOX: "yes" },
  imageCommands: imageCommandsOf(images),
  onKubeconfigChange: (now) => contexts.push([...now.keys()]),
  log: (line) => log.push(line),
  backOff: { baseMs: 300, limitMs: 1200, resetAfterMs: 60_000 },
});

async function answer(request: ClusterRequest): Promise<unknown> {
  if (request.ask === "start") {
    const cluster = await backend.start(request.spec);
    clusters.set(request.spec.name, cluster);
    return cluster.kubeconfig();
  }
  if (request.ask === "facts") return { pids, log, contexts, memory: process.memoryUsage().rss };
  if (request.ask === "version") return backend.kubernetesVersion();
  const cluster = clusters.get(request.cluster);
  if (cluster === undefined) throw new Error(`no cluster ${request.cluster}`);
  if (request.ask === "openid") return cluster.openidConfiguration();
  if (request.ask === "jwks") return cluster.jwks();
  if (request.ask === "managedWebhook") return cluster.setManagedWebhook(request.webhook);
  if (request.ask === "rotate") return cluster.rotateSigningKey(request.step);
  if (request.ask === "setIssuer") return cluster.setIssuer(request.issuerUrl);
  if (request.ask === "setEntra") return cluster.setEntra(request.entra);
  if (request.ask === "budgets") return cluster.podDisruptionBudgets();
  return cluster.stop();
}

process.on("message", async ({ id, request }: { id: number; request: ClusterRequest }) => {
  try {
    process.send?.({ id, value: await answer(request) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.on("disconnect", async () => {
  await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
  await supervisor.close();
  process.exit(0);
});
process.send?.({ tools });
