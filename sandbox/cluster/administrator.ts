import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import type { ClusterCredentials } from "./credentials.ts";
import { httpsGet } from "./https-client.ts";
import { type ClientIdentity, kubeconfigYaml } from "./kubeconfig.ts";

/** A cluster's API as its administrator sees it. */
export class Administrator {
  readonly #cluster: string;
  readonly #server: string;
  readonly #credentials: ClusterCredentials;

  /** @param server `https://127.0.0.1:PORT`, for as long as the cluster lives */
  constructor(cluster: string, server: string, credentials: ClusterCredentials) {
    this.#cluster = cluster;
    this.#server = server;
    this.#credentials = credentials;
  }

  /** YAML for the administrator, by token. */
  kubeconfig(): string {
    return this.kubeconfigOf("clusterAdmin", { token: this.#credentials.adminToken });
  }

  /** YAML for another user of the cluster. */
  kubeconfigOf(user: string, identity: ClientIdentity): string {
    return kubeconfigYaml({
      name: this.#cluster,
      user: `${user}_${this.#cluster}`,
      server: this.#server,
      authority: this.#credentials.authority,
      identity,
    });
  }

  config(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromString(this.kubeconfig());
    return config;
  }

  /** @throws when the API server answers anything but 200 */
  async read(path: string): Promise<unknown> {
    const { authority, adminToken } = this.#credentials;
    const answer = await httpsGet(`${this.#server}${path}`, authority, adminToken);
    if (answer.status !== 200) {
      throw new Error(
        `The API server of cluster ${this.#cluster} answered ${answer.status} for ${path}: ${answer.body}`,
      );
    }
    return JSON.parse(answer.body);
  }

  /** The API server's version, such as `v1.37.2`. */
  async version(): Promise<string> {
    const answer = await this.read("/version");
    return typeof answer === "object" && answer !== null && "gitVersion" in answer
      ? String(answer.gitVersion)
      : "v0.0.0";
  }

  async podDisruptionBudgets(): Promise<{ namespace: string; name: string }[]> {
    const { items } = await this.config().makeApiClient(PolicyV1Api).listPodDisruptionBudgetForAllNamespaces();
    return items.map(({ metadata }) => ({ namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" }));
  }

  /** True once pods can be made. @throws while they cannot */
  async defaultServiceAccountExists(): Promise<boolean> {
    const core = this.config().makeApiClient(CoreV1Api);
    await core.readNamespacedServiceAccount({ namespace: "default", name: "default" });
    // Pods mount the authority from it.
    await core.readNamespacedConfigMap({ namespace: "default", name: "kube-root-ca.crt" });
    return true;
  }
}
