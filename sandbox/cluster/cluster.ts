import { rmSync } from "node:fs";
import { NodeAgent } from "../node/agent.ts";
import { PodNetwork } from "../node/pod-network.ts";
import { nodeName } from "../node/registration.ts";
import type { ClusterSpec, EntraIntegration, ManagedWebhook, RotationStep } from "../tenants/cluster-backend.ts";
import { Administrator } from "./administrator.ts";
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
  #administrator: Administrator | undefined;
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
      admin: () => this.#ready().administrator.config(),
      nodePort: () => this.#node?.logPort,
      log: this.#options.log,
    });
    await this.#services.start();
    const apiServer = await startApiServer(around, signing.current);
    const administrator = new Administrator(context, apiServer.url, credentials);
    this.#apiServer = apiServer;
    this.#administrator = administrator;
    this.#controllers = startControllerManager(around, apiServer.url, signing.current);
    await Promise.all([
      this.#startNode(credentials, apiServer, administrator),
      this.setManagedWebhook(spec.managedWebhook),
      bindAdminGroups(administrator.config(), spec.entra),
      this.#controllers.waitUntil(() => administrator.defaultServiceAccountExists()),
    ]);
  }

  /** YAML for the administrator, by token. */
  kubeconfig(): string {
    return this.#ready().administrator.kubeconfig();
  }

  async openidConfiguration(): Promise<unknown> {
    return this.#ready().administrator.read("/.well-known/openid-configuration");
  }

  async jwks(): Promise<unknown> {
    return this.#ready().administrator.read("/openid/v1/jwks");
  }

  /** The issuer that signs now. */
  get issuerUrl(): string {
    return this.#signing?.issuerUrl ?? this.#options.spec.issuerUrl;
  }

  async podDisruptionBudgets(): Promise<{ namespace: string; name: string }[]> {
    return this.#ready().administrator.podDisruptionBudgets();
  }

  /** Puts the managed workload identity webhook into a namespace, or takes it away. */
  setManagedWebhook(wanted: ManagedWebhook | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { around, apiServer, administrator } = this.#ready();
      const { kind, tenantId, environment } = this.#options.spec;
      if (this.#webhook !== undefined && this.#webhook.namespace !== wanted?.namespace) {
        const webhook = this.#webhook;
        this.#webhook = undefined;
        await stopWebhook(webhook, administrator.config(), this.#network);
      }
      if (wanted === undefined || this.#webhook !== undefined) return;
      this.#webhook = await startWebhook(around, {
        kind,
        namespace: wanted.namespace,
        tenantId: wanted.tenantId ?? tenantId ?? "",
        environment,
        server: apiServer.url,
        admin: administrator.config(),
      });
    });
  }

  /** Takes tokens of another tenant or for other groups from now on, or of none. The API server reads its file again by itself. */
  setEntra(entra: EntraIntegration | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { around, administrator } = this.#ready();
      writeAuthentication(around.directory, this.#options.spec.environment, entra);
      await bindAdminGroups(administrator.config(), entra);
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

  async #startNode(credentials: ClusterCredentials, apiServer: ApiServer, administrator: Administrator): Promise<void> {
    const { certificate, key } = credentials.nodeServer;
    const node = new NodeAgent({
      directory: this.#options.directory,
      nodeKubeconfig: administrator.kubeconfigOf("node", credentials.node),
      schedulerKubeconfig: administrator.kubeconfigOf("scheduler", credentials.scheduler),
      kubernetesVersion: await administrator.version(),
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

  /** @throws when a part of the cluster has died, or it is not started or stopped. */
  #ready(): { around: Surroundings; apiServer: ApiServer; administrator: Administrator } {
    if (this.#failure !== undefined) throw this.#failure;
    const [around, apiServer, administrator] = [this.#around, this.#apiServer, this.#administrator];
    if (around === undefined || apiServer === undefined || administrator === undefined || this.#stopped) {
      throw new Error(`The cluster ${this.#options.context} does not run.`);
    }
    return { around, apiServer, administrator };
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
