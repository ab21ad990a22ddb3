import { looksTruncated } from "../../federation/azure-issuer";
import type { CheckedConfig } from "./rule";

/** An AKS issuer without its trailing slash is a valid URL that no token ever matches (AADSTS700211). */
export function issuerNotes({ config }: CheckedConfig): string[] {
  const typedIn =
    config.cluster !== undefined && "oidcIssuerUrl" in config.cluster
      ? [config.cluster.oidcIssuerUrl ?? []].flat()
      : [];
  const trusted = config.identities.flatMap(({ trusts }) => (trusts ?? []).flatMap(({ issuer }) => issuer ?? []));
  return [...new Set([...typedIn, ...trusted])]
    .filter(looksTruncated)
    .map(
      (issuer) =>
        `Issuer ${issuer} looks like one of AKS or Arc, and those end in a slash. Compare it with \`az aks show --query oidcIssuerProfile.issuerUrl\`: Entra ID compares it letter by letter.`,
    );
}
