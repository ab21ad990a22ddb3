import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "../../setup/child.mjs";
import type { ImageCommand } from "../node/images.ts";
import type { BackOff } from "../node/restart-policy.ts";
import type { ProcessSupervisor } from "../session/processes.ts";
import type { ClusterBackend, ClusterSpec, RunningCluster } from "../tenants/cluster-backend.ts";
import type { ToolPaths } from "../tools/locate.mjs";
import { Cluster } from "./cluster.ts";
import { webhookImage } from "./webhook-image.ts";

export interface ClusterBackendOptions {
  /** The sandbox's state directory; clusters live under `clusters/`. */
  stateDir: string;
  tools: ToolPaths;
  processes: ProcessSupervisor;
  /** Given to every container: the proxy and the authority that make the simulated tenants reachable by their true names. */
  nodeEnvironment: Record<string, string>;
  imageCommands: ImageCommand[];
  /** Told the kubeconfigs (YAML) of all running clusters, by context, whenever a cluster comes or goes. */
  onKubeconfigChange?(contexts: Map<string, string>): void;
  /** Where news that nobody asked for go, a part that died for example; standard error unless given. */
  log?(line: string): void;
  /** Waits between the restarts of a failing container; the kubelet's unless given. */
  backOff?: BackOff;
}

/** Starts a real API server with controllers, workload identity webhook and one node for each managed cluster. */
export function createClusterBackend(options: ClusterBackendOptions): ClusterBackend {
  const contexts = new Map<string, string>();
  const running = new Map<string, RunningCluster>();
  let count = 0;
  let version: Promise<string> | undefined;
  let webhook: Promise<ImageCommand> | undefined;

  const announce = () => options.onKubeconfigChange?.(new Map(contexts));

  return {
    running,
    kubernetesVersion() {
      version ??= versionOf(options.tools.kubeApiserver);
      return version;
    },
    async start(spec: ClusterSpec): Promise<RunningCluster> {
      count += 1;
      const directory = join(options.stateDir, "clusters", String(count));
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const context = unusedContext(spec.name, contexts);
      // The name is taken from now on; the kubeconfig comes when the cluster serves.
      contexts.set(context, "");
      const log = options.log ?? ((line: string) => console.error(line));
      webhook ??= webhookImage(options.tools.webhook);
      const cluster = new Cluster({
        ...options,
        imageCommands: [...options.imageCommands, await webhook],
        spec,
        directory,
        context,
        log: (line) => log(`[${context}] ${line}`),
      });
      const stop = async () => {
        contexts.delete(context);
        running.delete(context);
        announce();
        await cluster.stop();
      };
      try {
        await cluster.start();
      } catch (error) {
        contexts.delete(context);
        await cluster.stop();
        throw error;
      }
      contexts.set(context, cluster.kubeconfig());
      announce();
      const started = runningCluster(cluster, spec, context, stop);
      running.set(context, started);
      return started;
    },
  };
}

function runningCluster(
  cluster: Cluster,
  { kind, tenantId }: ClusterSpec,
  context: string,
  stop: () => Promise<void>,
): RunningCluster {
  return {
    kind,
    tenantId,
    context,
    get issuerUrl() {
      return cluster.issuerUrl;
    },
    kubeconfig: () => cluster.kubeconfig(),
    openidConfiguration: () => cluster.openidConfiguration(),
    jwks: () => cluster.jwks(),
    setManagedWebhook: (webhook) => cluster.setManagedWebhook(webhook),
    rotateSigningKey: (step) => cluster.rotateSigningKey(step),
    setIssuer: (issuerUrl) => cluster.setIssuer(issuerUrl),
    setEntra: (entra) => cluster.setEntra(entra),
    podDisruptionBudgets: () => cluster.podDisruptionBudgets(),
    stop,
  };
}

/** The version of a kube-apiserver, by its own word: `Kubernetes v1.37.2`. */
async function versionOf(kubeApiserver: string): Promise<string> {
  const text = await outputOf(kubeApiserver, ["--version"], { timeoutMs: 60_000 });
  const version = /\bv(\d+\.\d+\.\d+)/.exec(text ?? "")?.[1];
  if (version !== undefined) return version;
  throw new Error(
    `kube-apiserver does not tell its version: \`${kubeApiserver} --version\` ${text === undefined ? "fails" : `says ${JSON.stringify(text)}`}. Run it by hand; if it is broken, remove it and run \`npm run setup\`.`,
  );
}

/** The cluster's name; a second cluster of that name gets a number, since contexts share one file. */
function unusedContext(name: string, contexts: Map<string, string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!contexts.has(candidate)) return candidate;
  }
}
