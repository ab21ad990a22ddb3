import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { parse } from "yaml";
import type { Client, KubeConfig } from "./client-node";
import { environmentProxy } from "./environment-proxy";
import { failureCode, failureReason } from "./failure";

/** An answer of the API server, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The sign-in program of a kubeconfig (aws, gke-gcloud-auth-plugin, kubelogin …) is not there or refuses. */
export class SignInProgramError extends Error {
  constructor(
    readonly command: string,
    readonly absent: boolean,
    readonly installHint: string | undefined,
    reason: string,
  ) {
    super(reason);
  }
}

// kubectl itself waits without end; a person has to see at some time that nothing comes.
const answerTimeoutMs = 10_000;
// A sign-in program may start an interpreter and ask a cloud first.
const signInTimeoutMs = 45_000;

/** Requests to the API server of one kubeconfig, each bounded in time. */
export class ApiRequests {
  private constructor(
    private readonly kubeConfig: KubeConfig,
    readonly server: string,
  ) {}

  /** @throws SignInProgramError, or an Error when the kubeconfig has no server */
  static async of({ KubeConfig }: Client, kubeconfigYaml: string): Promise<ApiRequests> {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(kubeconfigYaml);
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster?.server) throw new Error("the kubeconfig names no server");
    prepareConnection(cluster);
    prepareSignIn(kubeConfig, kubeconfigYaml);
    const requests = new ApiRequests(kubeConfig, cluster.server);
    await requests.signIn();
    return requests;
  }

  get(path: string): Promise<ApiAnswer> {
    return this.send("GET", path);
  }

  post(path: string, body: object): Promise<ApiAnswer> {
    return this.send("POST", path, JSON.stringify(body));
  }

  /** Runs the sign-in program once; the client keeps its token. */
  private async signIn(): Promise<void> {
    const exec = execOf(this.kubeConfig);
    const attempt = this.kubeConfig.applyToHTTPSOptions({});
    if (exec === undefined) return attempt;
    try {
      await withinTime(attempt, signInTimeoutMs, `it gave no token within ${signInTimeoutMs / 1000} s`);
    } catch (error) {
      const absent = failureCode(error) === "ENOENT";
      throw new SignInProgramError(exec.command, absent, exec.installHint, failureReason(error));
    }
  }

  private async send(method: string, path: string, body?: string): Promise<ApiAnswer> {
    const options: RequestOptions = {};
    await this.kubeConfig.applyToHTTPSOptions(options);
    // A server behind a path (Rancher, some gateways) keeps that path before Kubernetes' own.
    const url = new URL(`${this.server.replace(/\/$/, "")}${path}`);
    const request = url.protocol === "http:" ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const headers = {
        ...options.headers,
        // The keys are application/jwk-set+json, and an API server gives them as nothing else.
        accept: "application/json, application/jwk-set+json",
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      };
      const signal = AbortSignal.timeout(answerTimeoutMs);
      const outgoing = request(url, { ...options, method, headers, signal }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: json(text) }));
      });
      outgoing.on("error", (error) =>
        reject(signal.aborted ? new Error(`no answer within ${answerTimeoutMs / 1000} s`) : error),
      );
      outgoing.end(body);
    });
  }
}

/**
 * What the client leaves out and kubectl does: the contents of a tokenFile, and KUBERNETES_EXEC_INFO, in which a sign-in
 * program looks for the API version and learns that nobody can type (Kubernetes documentation, client-go credential plugins).
 */
function prepareSignIn(kubeConfig: KubeConfig, kubeconfigYaml: string): void {
  const user = kubeConfig.getCurrentUser();
  if (user === null) return;
  const exec = execOf(kubeConfig);
  if (exec !== undefined) {
    const info = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
    const env = [...(exec.env ?? []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
    Object.assign(user, { exec: { ...exec, env } });
  }
  const file = tokenFile(kubeconfigYaml, user.name);
  if (file !== undefined && !user.token) Object.assign(user, { token: readFileSync(file, "utf8").trim() });
}

/** kubectl and the Kubernetes provider take the environment's proxy where the kubeconfig names none; so does this. */
function prepareConnection(cluster: NonNullable<ReturnType<KubeConfig["getCurrentCluster"]>>): void {
  const proxyUrl = cluster.proxyUrl ?? environmentProxy(cluster.server, process.env);
  if (proxyUrl !== undefined) Object.assign(cluster, { proxyUrl });
}

interface Exec {
  readonly command: string;
  readonly apiVersion?: string;
  readonly installHint?: string;
  readonly env?: readonly { name: string; value: string }[];
}

function execOf(kubeConfig: KubeConfig): Exec | undefined {
  const exec: Exec | null | undefined = kubeConfig.getCurrentUser()?.exec;
  return exec ?? undefined;
}

function tokenFile(kubeconfigYaml: string, userName: string): string | undefined {
  const users: { name: string; user?: { tokenFile?: string } }[] = parse(kubeconfigYaml).users ?? [];
  return users.find(({ name }) => name === userName)?.user?.tokenFile;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withinTime<Value>(work: Promise<Value>, milliseconds: number, late: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(late)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
