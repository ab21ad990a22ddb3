import { RunError } from "@pulumi/pulumi";
import { setCommand } from "../config/set-command";
import { issuerDifference } from "../federation/issuer";
import { issuerFlags, type NamedCluster } from "./check-issuer";
import type { KeySet } from "./reported-issuer";

/**
 * Compares the cluster with the one whose keys the stack has published. No issuer tells them apart before the API server is set
 * to it, and tenant B would trust the tokens of whichever cluster a kubeconfig leads to.
 * @param published UID of its namespace kube-system; undefined when the stack has published no keys, or config says that another
 * cluster may take its place
 * @throws RunError
 */
export function checkSameCluster(cluster: NamedCluster, published: string | undefined, found: string): void {
  if (published === undefined || published === found) return;
  throw new RunError(
    [
      `The kubeconfig leads to another cluster than the one whose keys this stack has published for ${cluster.name}. Nothing in Azure or Kubernetes was changed.`,
      `  published:     keys of the cluster whose namespace kube-system has the UID ${published}`,
      `  cluster says:  ${found} (${cluster.kubeconfigFrom})`,
      `  to do:         set cluster.kubeconfig (path, context) to the one of ${cluster.name}. When this cluster is to take its place, or`,
      "                 was made anew, say so for this one deployment:",
      `                 ${setCommand("cluster.replace", cluster.name)}`,
    ].join("\n"),
  );
}

/** @throws RunError when no key of the cluster makes signatures that Entra ID accepts, which are those of RS256 */
export function checkSigningKeys(cluster: NamedCluster, { keys }: KeySet): void {
  if (keys.some(({ kty, alg }) => kty === "RSA" && (alg === undefined || alg === "RS256"))) return;
  const found = keys.map(({ kty, alg }) => String(alg ?? kty)).join(", ");
  throw new RunError(
    [
      `Cluster ${cluster.name} signs its tokens with keys that Entra ID does not accept. Nothing in Azure or Kubernetes was changed.`,
      `  keys:     ${found === "" ? "none" : found} (/openid/v1/jwks, ${cluster.kubeconfigFrom})`,
      "  accepts:  RS256",
      "  to do:    give kube-apiserver an RSA key: --service-account-signing-key-file, and its public half in --service-account-key-file",
    ].join("\n"),
  );
}

/** Whether the API server signs with the published issuer, so that workloads may run. */
export interface IssuerUse {
  readonly inUse: boolean;
  readonly note?: string;
}

/**
 * Tokens of an issuer that nobody trusts are of no use, so workloads wait until the API server signs with the published one.
 * Those that run already stay: the API server may say otherwise only for a while (a control plane of several, of which one was
 * restarted; flags that an upgrade took out), and their tokens work until they expire.
 * @param published undefined while a preview cannot know it: before there is a storage account, no API server can be set to it
 * @param wasInUse whether an earlier deployment saw it in use
 */
export function issuerUse(
  cluster: NamedCluster,
  published: string | undefined,
  reported: string | undefined,
  wasInUse: boolean,
): IssuerUse {
  if (published === undefined) return { inUse: wasInUse };
  if (published === reported) return { inUse: true };
  if (reported === undefined) {
    return {
      inUse: true,
      note: `Cluster ${cluster.name} does not let the kubeconfig's user see its issuer, so nobody compared it with the published one, ${published}.`,
    };
  }
  return { inUse: wasInUse, note: issuerNotInUse(cluster, published, reported, wasInUse) };
}

function issuerNotInUse(cluster: NamedCluster, published: string, reported: string, wasInUse: boolean): string {
  const difference = issuerDifference(published, reported);
  const spelling = difference === "they are different issuers" ? undefined : difference;
  return [
    wasInUse
      ? `The API server of cluster ${cluster.name} no longer signs with the published issuer. Its workloads stay, and get no new token that Entra ID accepts.`
      : `The keys of cluster ${cluster.name} are published, but its API server signs with another issuer. Its workloads wait.`,
    `  published:     ${published}`,
    `  cluster says:  ${reported} (${cluster.kubeconfigFrom})`,
    ...(spelling === undefined ? [] : [`  ${spelling}, and Entra ID compares every letter.`]),
    `  to do:         start its kube-apiserver with these flags, in this order (docs/self-managed-issuer.md)${wasInUse ? "" : ", then run `pulumi up` again"}:`,
    ...issuerFlags(published, reported).map((flag) => `                   ${flag}`),
  ].join("\n");
}
