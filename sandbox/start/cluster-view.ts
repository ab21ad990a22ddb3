import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface PodLog {
  namespace: string;
  pod: string;
  lines: string[];
}

/** Looks into the cluster with kubectl, as a person would. */
export class ClusterView {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(environment: Record<string, string>) {
    this.#environment = { ...process.env, ...environment };
  }

  /**
   * Waits until each pod that uses workload identity has written both quota lines.
   *
   * @throws Error with what the pods wrote instead, after `timeoutSeconds`.
   */
  async quotaLogs(timeoutSeconds: number): Promise<PodLog[]> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (;;) {
      const logs = await this.#workloadLogs();
      if (logs.length > 0 && logs.every(hasBothLines)) return logs;
      if (Date.now() > deadline) {
        throw new Error(
          `No pod wrote both quota lines within ${timeoutSeconds} s. Their logs:\n` +
            logs.map((log) => `${log.namespace}/${log.pod}:\n    ${log.lines.slice(-15).join("\n    ")}`).join("\n"),
        );
      }
      await delay(250);
    }
  }

  async #workloadLogs(): Promise<PodLog[]> {
    const pods = await this.#list("pods", ["--selector", "azure.workload.identity/use=true"]);
    return Promise.all(
      pods.map(async ({ namespace, name }) => {
        const { stdout } = await this.#kubectl("logs", "--namespace", namespace, name).catch(() => ({ stdout: "" }));
        return { namespace, pod: name, lines: stdout.split("\n").filter((line) => line !== "") };
      }),
    );
  }

  /** What the cluster holds beside what every new cluster has: namespaces, pods, service accounts. */
  async foreignObjects(): Promise<string[]> {
    const [namespaces, pods, accounts] = await Promise.all(
      ["namespaces", "pods", "serviceaccounts"].map((kind) => this.#list(kind, [])),
    );
    const own = (name: string) => name === "default" || name.startsWith("kube-");
    return [
      ...(namespaces ?? []).filter(({ name }) => !own(name)).map(({ name }) => `namespace ${name}`),
      ...(pods ?? []).map(({ namespace, name }) => `pod ${namespace}/${name}`),
      ...(accounts ?? [])
        .filter(({ namespace, name }) => name !== "default" && !namespace.startsWith("kube-"))
        .map(({ namespace, name }) => `service account ${namespace}/${name}`),
    ];
  }

  async #list(kind: string, options: string[]): Promise<{ namespace: string; name: string }[]> {
    const { stdout } = await this.#kubectl("get", kind, "--all-namespaces", "--output", "json", ...options);
    const list: { items: { metadata: { namespace?: string; name: string } }[] } = JSON.parse(stdout);
    return list.items.map(({ metadata }) => ({ namespace: metadata.namespace ?? "", name: metadata.name }));
  }

  #kubectl(...args: string[]) {
    return run("kubectl", args, { env: this.#environment, maxBuffer: 64 * 1024 * 1024 });
  }
}

function hasBothLines(log: PodLog): boolean {
  return ["limit: {", "usage: {"].every((start) => log.lines.some((line) => line.startsWith(start)));
}
