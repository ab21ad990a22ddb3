import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterSpec, ManagedWebhook } from "../../../sandbox/tenants/cluster-backend.ts";

/** What the process that holds the clusters can be asked. */
export type ClusterRequest =
  | { ask: "start"; spec: ClusterSpec }
  | { ask: "facts" }
  | { ask: "version" }
  | { ask: "openid" | "jwks" | "stop"; cluster: string }
  | { ask: "managedWebhook"; cluster: string; webhook: ManagedWebhook | undefined }
  | { ask: "setEntra"; cluster: string; entra: ClusterSpec["entra"] }
  | { ask: "rotate"; cluster: string; step: "add" | "retire" }
  | { ask: "setIssuer"; cluster: string; issuerUrl: string }
  | { ask: "budgets"; cluster: string };

export interface HostFacts {
  pids: Record<string, number>;
  log: string[];
  contexts: string[][];
  memory: number;
}

type Answer = { id?: number; value?: unknown; error?: string; failed?: string; tools?: { kubectl: string } };

/** A process that runs clusters, and kubectl to look into them. */
export class ClusterHost {
  readonly stateDir = mkdtempSync(join(tmpdir(), "cluster-test-"));
  #child: ChildProcess | undefined;
  #kubectl = "";
  #count = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  /** @param images `IMAGE=COMMAND` @throws the text of `locateTools` when the tools are missing */
  async start(images: string[]): Promise<void> {
    const child = fork(join(__dirname, "cluster-host.mts"), [this.stateDir, ...images], { execArgv: [] });
    this.#child = child;
    const first = await new Promise<Answer>((resolve, reject) => {
      child.once("message", (message: Answer) => resolve(message));
      child.once("exit", (code) => reject(new Error(`the clusters' process ended with code ${code}`)));
    });
    if (first.failed !== undefined) throw new Error(first.failed);
    this.#kubectl = first.tools?.kubectl ?? "";
    child.on("message", (message: Answer) => this.#waiting.get(message.id ?? 0)?.(message));
  }

  ask(request: ClusterRequest): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ value, error }) => (error === undefined ? resolve(value) : reject(new Error(error))));
      this.#child?.send({ id, request });
    });
  }

  async facts(): Promise<HostFacts> {
    return (await this.ask({ ask: "facts" })) as HostFacts;
  }

  /** Starts a cluster and returns how to call kubectl on it. */
  async cluster(spec: ClusterSpec): Promise<Kubectl> {
    const kubeconfig = join(this.stateDir, `${spec.name}.kubeconfig`);
    writeFileSync(kubeconfig, String(await this.ask({ ask: "start", spec })));
    return new Kubectl(this.#kubectl, kubeconfig);
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child?.connected) {
      const gone = once(child, "exit");
      child.disconnect();
      await gone;
    }
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real kubectl on one cluster. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;

  constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  /** The same program with another kubeconfig. */
  as(kubeconfig: string): Kubectl {
    return new Kubectl(this.#program, kubeconfig);
  }

  /** @param onOutput told all of standard output so far whenever it grows */
  run(args: string[], input?: string, onOutput?: (stdout: string) => void): Promise<Output> {
    return new Promise((resolve) => {
      const env = { PATH: process.env.PATH ?? "", KUBECONFIG: this.#kubeconfig, HOME: tmpdir() };
      const child = execFile(this.#program, args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
      let soFar = "";
      if (onOutput !== undefined) {
        child.stdout?.on("data", (text) => {
          soFar += text;
          onOutput(soFar);
        });
      }
      child.stdin?.end(input);
    });
  }

  /** Like `run`, but a failure is thrown. */
  async out(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async apply(...objects: object[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    const { code, stderr } = await this.run(["apply", "-f", "-"], JSON.stringify(list));
    if (code !== 0) throw new Error(stderr);
  }

  /** An object, as the API server has it. */
  async get(kind: string, name: string) {
    return JSON.parse(await this.out("get", kind, name, "-o", "json"));
  }

  /** Asks until `holds` says yes of the object, and returns it. */
  async until(
    kind: string,
    name: string,
    holds: (object: Awaited<ReturnType<Kubectl["get"]>>) => boolean,
    seconds = 60,
  ) {
    let object: Awaited<ReturnType<Kubectl["get"]>> | undefined;
    await waitFor(
      async () => {
        const { code, stdout } = await this.run(["get", kind, name, "-o", "json"]);
        object = code === 0 ? JSON.parse(stdout) : undefined;
        return object !== undefined && holds(object);
      },
      () => `${kind}/${name} to be as expected; its status is ${JSON.stringify(object?.status)}`,
      seconds,
    );
    return object;
  }
}

/** Asks until `holds` says yes. The seconds only end a wait that would never end; no test measures them. */
export async function waitFor(holds: () => boolean | Promise<boolean>, what: () => string, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
