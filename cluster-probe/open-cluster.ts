import { RunError } from "@pulumi/pulumi";
import { ApiRequests } from "./api-requests";
import { loadClient } from "./client-node";
import { type FoundNamespace, readNamespace } from "./namespaces";
import { type KeySet, type Read, readKeys, readReportedIssuer } from "./reported-issuer";
import { forbidden, notSignedIn, unreachable } from "./unreachable";
import { type FoundWebhook, readWebhooks } from "./webhooks";

/** What a cluster itself says. Every question is bounded in time and changes nothing in the cluster. */
export interface ClusterProbe {
  /** The issuer of the tokens that the cluster signs; undefined when the caller may not know it. */
  reportedIssuer(): Promise<string | undefined>;
  /** The public keys of these tokens. */
  keys(): Promise<KeySet>;
  workloadIdentityWebhooks(): Promise<FoundWebhook[]>;
  /** Undefined when there is none of this name. */
  namespace(name: string): Promise<FoundNamespace | undefined>;
}

/**
 * Signs in to a cluster's API server.
 * @param where the cluster and the config key that its kubeconfig is from, as an error shall name them
 * @throws RunError when the API server does not answer within 10 s, or refuses the kubeconfig's user
 */
export async function openCluster(kubeconfigYaml: string, where: string): Promise<ClusterProbe> {
  const api = await ApiRequests.of(await loadClient(), kubeconfigYaml).catch((error: unknown) => {
    throw unreachable(where, undefined, error);
  });
  const answer = await api.get("/version").catch((error: unknown) => {
    throw unreachable(where, api.server, error);
  });
  if (answer.status === 401) throw notSignedIn(where, api.server);
  if (answer.status >= 500) {
    throw unreachable(where, api.server, new Error(`it answered ${answer.status}`));
  }
  const reading =
    (...withoutBody: number[]): Read =>
    async (path, what) => {
      const found = await api.get(path).catch((error: unknown) => {
        throw unreachable(where, api.server, error);
      });
      if (found.status === 200) return found.body;
      if (withoutBody.includes(found.status)) return undefined;
      if (found.status === 401) throw notSignedIn(where, api.server);
      if (found.status === 403) throw forbidden(where, what);
      throw new RunError(
        `The API server of ${where} answered ${found.status} to ${path}. Look with: kubectl get --raw ${path}`,
      );
    };
  return {
    reportedIssuer: () => readReportedIssuer(api),
    keys: () => readKeys(reading()),
    workloadIdentityWebhooks: () => readWebhooks(reading(), api),
    namespace: (name) => readNamespace(name, reading(404)),
  };
}
