import { rmSync } from "node:fs";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { NodeAgent } from "../node/agent.ts";
import { nodeName } from "../node/registration.ts";
import type { ClusterSpec } from "../tenants/cluster-backend.ts";
import type { ClusterBackendOptions } from "./backend.ts";
import { Component, type ComponentSpec } from "./component.ts";
import {
  type ApiServer,
  type Surroundings,
  startApiServer,
  startControllerManager,
  startStore,
} from "./control-plane.ts";
import { type ClusterCredentials, createCredentials, kubeletClientName } from "./credentials.ts";
import { httpsGet } from "./https-client.ts";
import { type ClientIdentity, kubeconfigYaml } from "./kubeconfig.ts";
import { startWebhook, stopWebhook } from "./webhook.ts";

export interface ClusterOptions extends ClusterBackendOptions {
  spec: ClusterSpec;
  /** The cluster's own folder. */
  directory: string;
  /** Name of the cluster and of the context in its kubeconfigs. */
  context: string;
  log(line: string): void;
}

/** One cluster: store, API server, controllers, webhook and node, all on this machine. */
export class Cluster {
  readonly #options: ClusterOptions;
  #around: Surroundings | undefined;
  /** Every program that was started, in that order. */
  readonly #components: Component[] = [];
  #apiServer: ApiServer | undefined;
  #controllers: Component | undefined;
  #webhook: Component | undefined;
  #node: NodeAgent | undefined;
  #failure: Error | undefined;
  /** Wakes a start that waits for a part of the cluster when another part has died. */
  #onFailure: (error: Error) => void = () => undefined;
  #stopped = false;
  /** Changes of workload identity, one after the other. */
  #change: Promise<void> = Promise.resolve();

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Resolves when the API serves, service accounts are made, labelled pods are mutated and the node takes pods. */
  async start(): Promise<void> {
    const failure = new Promise<never>((_, reject) => {
      this.#onFailure = reject;
    });
    await Promise.race([this.#bringUp(), failure]);
  }

  async #bringUp(): Promise<void> {
    const { spec, directory, context } = this.#options;
    const credentials = await createCredentials(directory, context, nodeName);
    const around: Surroundings = {
      name: context,
      directory,
      tools: this.#options.tools,
      credentials,
      launch: (component, onDeath) => this.#launch(component, onDeath),
      fail: (error) => this.#fail(error),
    };
    this.#around = around;
    startStore(around);
    this.#apiServer = await startApiServer(around, spec.issuerUrl);
    this.#controllers = startControllerManager(around, this.#apiServer.url);
    await Promise.all([
      this.#startNode(credentials, this.#apiServer),
      this.setWorkloadIdentity(spec.workloadIdentity),
      this.#controllers.waitUntil(() => this.#defaultServiceAccountExists()),
    ]);
  }

  /** YAML for the administrator, by token. */
  kubeconfig(): string {
    return this.#kubeconfigOf("clusterAdmin", { token: this.#ready().around.credentials.adminToken });
  }

  openidConfiguration(): Promise<unknown> {
    return this.#read("/.well-known/openid-configuration");
  }

  jwks(): Promise<unknown> {
    return this.#read("/openid/v1/jwks");
  }

  /** Starts the workload identity webhook, or takes it away. */
  setWorkloadIdentity(enabled: boolean): Promise<void> {
    const change = this.#change.then(async () => {
      const { around, apiServer } = this.#ready();
      const options = { tenantId: this.#options.spec.tenantId, server: apiServer.url, admin: this.#admin() };
      if (enabled && this.#webhook === undefined) {
        this.#webhook = await startWebhook(around, options);
      } else if (!enabled && this.#webhook !== undefined) {
        const webhook = this.#webhook;
        this.#webhook = undefined;
        await stopWebhook(webhook, options.admin);
      }
    });
    this.#change = change.catch(() => undefined);
    return change;
  }

  /** Ends everything and removes the cluster's folder. What the cluster held is gone. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#node?.stop();
    await Promise.all([this.#webhook?.stop(500), this.#controllers?.stop(500)]);
    // What is left are the API server, which would wait for its watches, and the store, which would wait for the API
    // server. Neither has anything to save.
    for (const component of this.#components.reverse()) await component.stop(0);
    await this.#change;
    rmSync(this.#options.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #launch(spec: ComponentSpec, onDeath: (error: Error) => void = (error) => this.#fail(error)): Component {
    if (this.#stopped) throw new Error(`The cluster ${this.#options.context} is being stopped.`);
    const component = new Component(this.#options.processes, spec, onDeath);
    this.#components.push(component);
    return component;
  }

  async #startNode(credentials: ClusterCredentials, apiServer: ApiServer): Promise<void> {
    const { certificate, key } = credentials.nodeServer;
    const node = new NodeAgent({
      directory: this.#options.directory,
      nodeKubeconfig: this.#kubeconfigOf("node", credentials.node),
      schedulerKubeconfig: this.#kubeconfigOf("scheduler", credentials.scheduler),
      kubernetesVersion: await this.#version(),
      logServer: { certificate, key, authority: credentials.authority, clientName: kubeletClientName },
      processes: this.#options.processes,
      images: this.#options.imageCommands,
      environment: this.#options.nodeEnvironment,
      apiServerPort: apiServer.port,
      ...(this.#options.backOff ? { backOff: this.#options.backOff } : {}),
      log: this.#options.log,
    });
    this.#node = node;
    await node.start();
  }

  async #version(): Promise<string> {
    const answer = await this.#read("/version");
    return typeof answer === "object" && answer !== null && "gitVersion" in answer
      ? String(answer.gitVersion)
      : "v0.0.0";
  }

  async #defaultServiceAccountExists(): Promise<boolean> {
    const core = this.#admin().makeApiClient(CoreV1Api);
    await core.readNamespacedServiceAccount({ namespace: "default", name: "default" });
    // Pods mount the authority from it.
    await core.readNamespacedConfigMap({ namespace: "default", name: "kube-root-ca.crt" });
    return true;
  }

  async #read(path: string): Promise<unknown> {
    const { around, apiServer } = this.#ready();
    const { authority, adminToken } = around.credentials;
    const answer = await httpsGet(`${apiServer.url}${path}`, authority, adminToken);
    if (answer.status !== 200) {
      throw new Error(`The API server of cluster ${around.name} answered ${answer.status} for ${path}: ${answer.body}`);
    }
    return JSON.parse(answer.body);
  }

  #kubeconfigOf(user: string, identity: ClientIdentity): string {
    const { around, apiServer } = this.#ready();
    const { authority } = around.credentials;
    return kubeconfigYaml({
      name: around.name,
      user: `${user}_${around.name}`,
      server: apiServer.url,
      authority,
      identity,
    });
  }

  #admin(): KubeConfig {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromString(this.kubeconfig());
    return kubeconfig;
  }

  /** @throws when a part of the cluster has died, or it is not started or stopped. */
  #ready(): { around: Surroundings; apiServer: ApiServer } {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#around === undefined || this.#apiServer === undefined || this.#stopped) {
      throw new Error(`The cluster ${this.#options.context} does not run.`);
    }
    return { around: this.#around, apiServer: this.#apiServer };
  }

  #fail(error: Error): void {
    if (this.#stopped || this.#failure !== undefined) return;
    this.#failure = new Error(
      `The cluster ${this.#options.context} has failed: ${error.message}\nDelete the cluster and create it again, or start the sandbox anew.`,
    );
    this.#options.log(this.#failure.message);
    this.#onFailure(this.#failure);
  }
}
