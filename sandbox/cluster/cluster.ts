import { rmSync } from "node:fs";
import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { NodeAgent } from "../node/agent.ts";
import { PodNetwork } from "../node/pod-network.ts";
import { nodeName } from "../node/registration.ts";
import type { ClusterSpec, EntraIntegration, ManagedWebhook, RotationStep } from "../tenants/cluster-backend.ts";
import type { ClusterBackendOptions } from "./backend.ts";
import { Component, type ComponentSpec } from "./component.ts";
import {
  type ApiServer,
  type Surroundings,
  serviceSocket,
  startApiServer,
  startControllerManager,
  startStore,
} from "./control-plane.ts";
import { type ClusterCredentials, createCredentials, kubeletClientName } from "./credentials.ts";
import { bindAdminGroups, writeAuthentication } from "./entra-sign-in.ts";
import { httpsGet } from "./https-client.ts";
import { type ClientIdentity, kubeconfigYaml } from "./kubeconfig.ts";
import { ServiceNetwork } from "./service-network.ts";
import { SigningKeys } from "./signing.ts";
import { type RunningWebhook, startWebhook, stopWebhook } from "./webhook.ts";

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
  #components: Component[] = [];
  #signing: SigningKeys | undefined;
  #apiServer: ApiServer | undefined;
  #controllers: Component | undefined;
  #webhook: RunningWebhook | undefined;
  #node: NodeAgent | undefined;
  readonly #network = new PodNetwork();
  #services: ServiceNetwork | undefined;
  #failure: Error | undefined;
  /** Wakes a start that waits for a part of the cluster when another part has died. */
  #onFailure: (error: Error) => void = () => undefined;
  #stopped = false;
  /** Changes of the cluster, one after the other. */
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
      network: this.#network,
      launch: (component, onDeath) => this.#launch(component, onDeath),
      fail: (error) => this.#fail(error),
    };
    this.#around = around;
    const signing = await SigningKeys.create(directory, spec.issuerUrl);
    this.#signing = signing;
    writeAuthentication(directory, spec.environment, spec.entra);
    startStore(around);
    this.#services = new ServiceNetwork({
      socket: serviceSocket(directory),
      network: this.#network,
      admin: () => this.#admin(),
      nodePort: () => this.#node?.logPort,
      log: this.#options.log,
    });
    await this.#services.start();
    this.#apiServer = await startApiServer(around, signing.current);
    this.#controllers = startControllerManager(around, this.#apiServer.url, signing.current);
    await Promise.all([
      this.#startNode(credentials, this.#apiServer),
      this.setManagedWebhook(spec.managedWebhook),
      bindAdminGroups(this.#admin(), spec.entra),
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

  /** The issuer that signs now. */
  get issuerUrl(): string {
    return this.#signing?.issuerUrl ?? this.#options.spec.issuerUrl;
  }

  async podDisruptionBudgets(): Promise<{ namespace: string; name: string }[]> {
    const { items } = await this.#admin().makeApiClient(PolicyV1Api).listPodDisruptionBudgetForAllNamespaces();
    return items.map(({ metadata }) => ({ namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" }));
  }

  /** Puts the managed workload identity webhook into a namespace, or takes it away. */
  setManagedWebhook(wanted: ManagedWebhook | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { around, apiServer } = this.#ready();
      const { kind, tenantId, environment } = this.#options.spec;
      if (this.#webhook !== undefined && this.#webhook.namespace !== wanted?.namespace) {
        const webhook = this.#webhook;
        this.#webhook = undefined;
        await stopWebhook(webhook, this.#admin(), this.#network);
      }
      if (wanted === undefined || this.#webhook !== undefined) return;
      this.#webhook = await startWebhook(around, {
        kind,
        namespace: wanted.namespace,
        tenantId: wanted.tenantId ?? tenantId ?? "",
        environment,
        server: apiServer.url,
        admin: this.#admin(),
      });
    });
  }

  /** Takes tokens of another tenant or for other groups from now on, or of none. The API server reads its file again by itself. */
  setEntra(entra: EntraIntegration | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { around } = this.#ready();
      writeAuthentication(around.directory, this.#options.spec.environment, entra);
      await bindAdminGroups(this.#admin(), entra);
    });
  }

  /** Signs with another key, or stops serving the former one. @throws RotationError */
  rotateSigningKey(step: RotationStep): Promise<void> {
    return this.#inTurn(async () => {
      await this.#signing?.rotate(step);
      await this.#restart();
    });
  }

  setIssuer(issuerUrl: string): Promise<void> {
    return this.#inTurn(async () => {
      if (issuerUrl === this.issuerUrl) return;
      this.#signing?.setIssuer(issuerUrl);
      await this.#restart();
    });
  }

  /** The API server and the controllers, with what they read only when they start; pods know nothing of it. */
  async #restart(): Promise<void> {
    const { around, apiServer } = this.#ready();
    const signing = this.#signing?.current;
    if (signing === undefined) return;
    const former = [this.#controllers, apiServer.component].filter((each) => each !== undefined);
    // Watches would keep the API server from ending for as long as their clients wait.
    await Promise.all(former.map((component) => component.stop(500)));
    this.#components = this.#components.filter((each) => !former.includes(each));
    try {
      this.#apiServer = await startApiServer(around, signing, apiServer.port);
      this.#controllers = startControllerManager(around, apiServer.url, signing);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    await this.#node?.resync();
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => undefined);
    return done;
  }

  /** Ends everything and removes the cluster's folder. What the cluster held is gone. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#node?.stop();
    this.#services?.stop();
    await Promise.all([this.#webhook?.component.stop(500), this.#controllers?.stop(500)]);
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
      apiServer: { url: apiServer.url, port: apiServer.port, authority: credentials.authority },
      network: this.#network,
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
