import { RunError } from "@pulumi/pulumi";
import { issuerDifference } from "../federation/issuer";
import { type ClusterPlace, issuerFlags } from "./check-issuer";
import type { KeySet } from "./reported-issuer";

/** @throws RunError when no key of the cluster makes signatures that Entra ID accepts, which are those of RS256 */
export function checkSigningKeys(place: ClusterPlace, { keys }: KeySet): void {
  if (keys.some(({ kty, alg }) => kty === "RSA" && (alg === undefined || alg === "RS256"))) return;
  const found = keys.map(({ kty, alg }) => String(alg ?? kty)).join(", ");
  throw new RunError(
    [
      `Cluster ${place.name} signs its tokens with keys that Entra ID does not accept. Nothing was deployed.`,
      `  keys:     ${found === "" ? "none" : found} (/openid/v1/jwks, ${place.kubeconfigFrom})`,
      "  accepts:  RS256",
      "  to do:    give kube-apiserver an RSA key: --service-account-signing-key-file, and its public half in --service-account-key-file",
    ].join("\n"),
  );
}

/** The documents are published and the API server still signs with another issuer. */
export function issuerNotInUse(place: ClusterPlace, published: string, reported: string): string {
  const difference = issuerDifference(published, reported);
  const spelling = difference === "they are different issuers" ? undefined : difference;
  return [
    `The keys of cluster ${place.name} are published, but its API server signs with another issuer. Its workloads wait.`,
    `  published:     ${published}`,
    `  cluster says:  ${reported} (${place.kubeconfigFrom})`,
    ...(spelling === undefined ? [] : [`  ${spelling}, and Entra ID compares every letter.`]),
    "  to do:         start its kube-apiserver with these flags, in this order (docs/self-managed-issuer.md), then run `pulumi up` again:",
    ...issuerFlags(published, reported).map((flag) => `                   ${flag}`),
  ].join("\n");
}
