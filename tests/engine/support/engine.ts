import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { sandboxEnvironment } from "../../../sandbox/session/environment.ts";
import { type AdminMethod, adminRequest, inventory } from "../../../sandbox/session/inventory.ts";
import { type RunningSandbox, startTemporarySandbox } from "../../../sandbox/session/start.ts";
import { copyProject } from "../../../sandbox/start/project.ts";
import { defaultTopology, type Topology } from "../../../sandbox/topology.ts";
import { type ArmAnswer, armRequest } from "./arm.ts";
import type { StackConfig } from "./configs.ts";

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Both streams, without colour codes. */
  text: string;
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  provider?: string;
  parent?: string;
  protect?: boolean;
  deletedWith?: string;
  dependencies?: string[];
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** A real engine on a sandbox of its own. */
export class Engine {
  readonly sandbox: RunningSandbox;
  readonly environment: Record<string, string>;
  #projects = 0;

  private constructor(sandbox: RunningSandbox) {
    this.sandbox = sandbox;
    this.environment = sandboxEnvironment(sandbox.session);
  }

  static async start(topology: Topology = defaultTopology(), images: string[] = []): Promise<Engine> {
    return new Engine(await startTemporarySandbox(topology, images));
  }

  stop(): Promise<void> {
    return this.sandbox.stop();
  }

  /** A project folder with the given stacks, each made by `pulumi stack init`. */
  async project(stacks: Record<string, StackConfig>): Promise<Project> {
    this.#projects += 1;
    const folder = copyProject(join(this.sandbox.session.stateDir, `project-${this.#projects}`));
    const project = new Project(this, folder);
    for (const [name, config] of Object.entries(stacks)) {
      project.configure(name, config);
      mustSucceed(await project.pulumi("stack", "init", name, "--no-select"));
    }
    return project;
  }

  run(
    command: string,
    args: string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<CommandResult> {
    return new Promise((resolve) => {
      execFile(
        command,
        args,
        {
          cwd: options.cwd,
          env: { ...process.env, ...this.environment, ...options.env },
          maxBuffer: 64 * 1024 * 1024,
        },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, stdout, stderr, text: `${stdout}${stderr}` });
        },
      );
    });
  }

  kubectl(...args: string[]): Promise<CommandResult> {
    return this.run("kubectl", args);
  }

  /** A list of `kind` as JSON. */
  async kubernetesObjects<Item>(kind: string, ...options: string[]): Promise<Item[]> {
    const result = mustSucceed(await this.kubectl("get", kind, "--all-namespaces", "--output", "json", ...options));
    return (JSON.parse(result.stdout) as { items: Item[] }).items;
  }

  /** Everything that both tenants hold beside the sandbox's own deployers. */
  async everythingInAzure(): Promise<string[]> {
    const tenants = await inventory(this.sandbox.session);
    return tenants.flatMap((tenant) =>
      [...tenant.resources, ...tenant.roleAssignments, ...tenant.federatedCredentials].map((resource) => resource.id),
    );
  }

  /** A request to Resource Manager with the deployer's token, past Pulumi. */
  armOf(tenantKey: string, method: string, path: string, apiVersion: string, body?: unknown): Promise<ArmAnswer> {
    return armRequest(this.sandbox.session, tenantKey, method, path, apiVersion, body);
  }

  admin<Answer>(method: AdminMethod, path: string, body?: unknown): Promise<Answer> {
    return adminRequest<Answer>(this.sandbox.session, method, path, body);
  }

  /** The pod's log once `accept` is content with it; fails with the log after `seconds`. */
  async logWhen(
    namespace: string,
    pod: string,
    accept: (log: string) => boolean,
    { seconds = 60, kubeconfig }: { seconds?: number; kubeconfig?: string } = {},
  ): Promise<string> {
    const cluster = kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig];
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const { stdout, text } = await this.kubectl("logs", ...cluster, "--namespace", namespace, pod);
      if (accept(stdout)) return stdout;
      if (Date.now() > deadline) throw new Error(`The log of ${namespace}/${pod} stayed unexpected:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

export class Project {
  readonly folder: string;
  readonly #engine: Engine;

  constructor(engine: Engine, folder: string) {
    this.#engine = engine;
    this.folder = folder;
  }

  /** Writes a stack file; the salt that `pulumi stack init` put there stays. */
  configure(stack: string, config: StackConfig): void {
    mkdirSync(this.folder, { recursive: true });
    const file = join(this.folder, `Pulumi.${stack}.yaml`);
    const salt = /^encryptionsalt: .*$/m.exec(readIfThere(file))?.[0] ?? "";
    const namespaced = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`cross-tenant-identity:${key}`, value]),
    );
    writeFileSync(file, `${salt}\n${stringify({ config: namespaced })}`);
  }

  pulumi(...args: string[]): Promise<CommandResult> {
    return this.pulumiWith({}, ...args);
  }

  pulumiWith(env: Record<string, string>, ...args: string[]): Promise<CommandResult> {
    return this.#engine.run("pulumi", [...args, "--non-interactive", "--color", "never"], { cwd: this.folder, env });
  }

  async up(stack: string, ...options: string[]): Promise<CommandResult> {
    return mustSucceed(await this.pulumi("up", "--stack", stack, "--yes", "--skip-preview", ...options));
  }

  async destroy(stack: string): Promise<CommandResult> {
    return mustSucceed(await this.pulumi("destroy", "--stack", stack, "--yes", "--skip-preview"));
  }

  /** Fails when the preview of the stack is not empty. */
  async expectNoChanges(stack: string): Promise<CommandResult> {
    return mustSucceed(await this.pulumi("preview", "--stack", stack, "--expect-no-changes", "--diff"));
  }

  /** What a preview would do: `create cross-tenant…`, one line a resource, sorted. */
  async plannedSteps(stack: string): Promise<string[]> {
    const result = mustSucceed(await this.pulumi("preview", "--stack", stack, "--json"));
    const plan = JSON.parse(result.stdout) as { steps: { op: string; urn: string }[] };
    return plan.steps
      .filter((step) => step.op !== "same" && step.op !== "read")
      .map((step) => `${step.op} ${typeAndName(step.urn)}`)
      .sort();
  }

  async outputs(stack: string, ...options: string[]): Promise<Record<string, unknown>> {
    const result = mustSucceed(await this.pulumi("stack", "output", "--stack", stack, "--json", ...options));
    return JSON.parse(result.stdout) as Record<string, unknown>;
  }

  /** The stack's kubeconfig output as a file, which is all that a person needs to use `kubectl` on its cluster. */
  async kubeconfigFile(stack: string): Promise<string> {
    const { kubeconfig } = await this.outputs(stack, "--show-secrets");
    const file = join(this.folder, `${stack}.kubeconfig`);
    writeFileSync(file, String(kubeconfig), { mode: 0o600 });
    return file;
  }

  async exported(stack: string): Promise<{ text: string; resources: StateResource[] }> {
    const result = mustSucceed(await this.pulumi("stack", "export", "--stack", stack));
    const state = JSON.parse(result.stdout) as { deployment: { resources?: StateResource[] } };
    return { text: result.stdout, resources: state.deployment.resources ?? [] };
  }
}

/** `kubernetes:core/v1:Pod name` out of a URN. */
export function typeAndName(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

export function mustSucceed(result: CommandResult): CommandResult {
  if (result.code !== 0) throw new Error(`The command failed with ${result.code}:\n${result.text}`);
  return result;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
