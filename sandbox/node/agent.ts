import { dirname, join } from "node:path";
import { KubeConfig, type V1Pod } from "@kubernetes/client-node";
import type { ProcessSupervisor } from "../session/processes.ts";
import type { ImageCommand } from "./images.ts";
import { LogServer } from "./log-server.ts";
import { NodeClient } from "./node-client.ts";
import type { PodNetwork } from "./pod-network.ts";
import { PodRunner, type PodSurroundings } from "./pod-runner.ts";
import { PodWatch } from "./pod-watch.ts";
import { nodeLabels, nodeName, Registration } from "./registration.ts";
import { type BackOff, kubeletBackOff } from "./restart-policy.ts";
import { Scheduler } from "./scheduler.ts";

export interface NodeAgentOptions {
  /** Folder for what pods need: volumes, logs, homes. */
  directory: string;
  /** Kubeconfigs (YAML) of the node's own user and of the scheduler's. */
  nodeKubeconfig: string;
  schedulerKubeconfig: string;
  /** `v1.37.2`, the version of the cluster. */
  kubernetesVersion: string;
  logServer: { certificate: string; key: string; authority: string; clientName: string };
  processes: ProcessSupervisor;
  images: readonly ImageCommand[];
  /** Given to every container; asked at each start, so that it may be filled in later. */
  environment: Readonly<Record<string, string>>;
  /** Where the API server is, for programs that look for it in their environment. */
  apiServer: { url: string; port: number; authority: string };
  network: PodNetwork;
  backOff?: BackOff;
  log(line: string): void;
}

/**
 * The one node of a sandbox cluster, in this process: it registers itself, schedules pods to itself, runs their containers
 * as processes of this machine, reports their status and serves their logs.
 */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #registration: Registration;
  readonly #scheduler: Scheduler;
  readonly #logServer: LogServer;
  readonly #watch: PodWatch;
  readonly #pods = new Map<string, PodRunner>();
  readonly #surroundings: PodSurroundings;
  #logPort: number | undefined;
  #stopped = false;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    const kubeconfig = kubeconfigOf(options.nodeKubeconfig);
    const log = (line: string) => {
      if (!this.#stopped) options.log(`node: ${line}`);
    };
    this.#registration = new Registration(kubeconfig, log);
    this.#scheduler = new Scheduler({
      kubeconfig: kubeconfigOf(options.schedulerKubeconfig),
      nodeName,
      nodeLabels: nodeLabels(),
      log,
    });
    this.#logServer = new LogServer({
      ...options.logServer,
      find: (namespace, pod, container) => this.#find(namespace, pod)?.logsOf(container),
    });
    this.#watch = new PodWatch(kubeconfig, `spec.nodeName=${nodeName}`, {
      onPod: (pod) => this.#onPod(pod),
      onGone: (pod) => void this.#forget(pod.metadata?.uid ?? ""),
      log,
    });
    this.#surroundings = {
      nodeName,
      directory: join(options.directory, "pods"),
      client: new NodeClient(kubeconfig),
      processes: options.processes,
      images: options.images,
      backOff: options.backOff ?? kubeletBackOff,
      baseEnvironment: () => this.#baseEnvironment(),
      network: options.network,
      apiServer: options.apiServer,
      log,
    };
  }

  /** Where the node serves logs on 127.0.0.1, once it has started. */
  get logPort(): number | undefined {
    return this.#logPort;
  }

  /** Resolves when the node is registered and takes pods. */
  async start(): Promise<void> {
    const port = await this.#logServer.start();
    this.#logPort = port;
    await this.#registration.start(this.#options.kubernetesVersion, port);
    await Promise.all([this.#watch.start(), this.#scheduler.start()]);
  }

  /**
   * The API server was away and may sign with another key now: tells it again what may not have reached it, and renews
   * every projected token. A kubelet renews them at their time; until then both keys have to be served.
   */
  async resync(): Promise<void> {
    await Promise.all([...this.#pods.values()].map((runner) => runner.resync()));
  }

  /** Ends all pods' processes at once and lets go of the API server. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#registration.stop();
    this.#logServer.stop();
    await Promise.all([this.#scheduler.stop(), this.#watch.stop()]);
    await Promise.all([...this.#pods.values()].map((runner) => runner.stop(500)));
  }

  #onPod(pod: V1Pod): void {
    if (this.#stopped) return;
    const uid = pod.metadata?.uid ?? "";
    const known = this.#pods.get(uid);
    if (known) {
      known.update(pod);
      return;
    }
    // A watch may show the successor of a pod without the end of the pod itself.
    const namesake = this.#find(pod.metadata?.namespace ?? "", pod.metadata?.name ?? "");
    if (namesake) void this.#forget(namesake.uid);
    const runner = new PodRunner(pod, this.#surroundings);
    this.#pods.set(uid, runner);
    if (pod.metadata?.deletionTimestamp) runner.update(pod);
    else runner.run().catch((error: unknown) => this.#surroundings.log(`pod ${pod.metadata?.name}: ${error}`));
  }

  async #forget(uid: string): Promise<void> {
    const runner = this.#pods.get(uid);
    this.#pods.delete(uid);
    await runner?.discard();
  }

  #find(namespace: string, name: string): PodRunner | undefined {
    return [...this.#pods.values()].find(
      ({ pod }) => pod.metadata?.namespace === namespace && pod.metadata.name === name,
    );
  }

  /** What an image would bring along, then what the sandbox gives every container. Programs find this Node.js first. */
  #baseEnvironment(): Record<string, string> {
    return {
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(this.#options.apiServer.port),
      ...this.#options.environment,
    };
  }
}

function kubeconfigOf(yaml: string): KubeConfig {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(yaml);
  return kubeconfig;
}
