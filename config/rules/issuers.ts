import { azureIssuer, looksTruncated } from "../../federation/azure-issuer";
import type { Environment } from "../../federation/clouds";
import type { CheckedConfig } from "./rule";

/** What is likely wrong with the issuers that config types in. */
export function issuerNotes({ config }: CheckedConfig): string[] {
  const typedIn =
    config.cluster !== undefined && "oidcIssuerUrl" in config.cluster
      ? [config.cluster.oidcIssuerUrl ?? []].flat()
      : [];
  const trusted = config.identities.flatMap(({ trusts }) => (trusts ?? []).flatMap(({ issuer }) => issuer ?? []));
  const environment = (config.tenantB ?? config.tenantA)?.environment;
  return [...new Set([...typedIn, ...trusted])].flatMap((issuer) => [
    ...truncated(issuer),
    ...(environment === undefined ? [] : ofOtherCloud(issuer, environment)),
  ]);
}

/** An AKS issuer without its trailing slash is a valid URL that no token ever matches (AADSTS700211). */
function truncated(issuer: string): string[] {
  if (!looksTruncated(issuer)) return [];
  return [
    `Issuer ${issuer} looks like one of AKS or Arc, and those end in a slash. Compare it with \`az aks show --query oidcIssuerProfile.issuerUrl\`: Entra ID compares it letter by letter.`,
  ];
}

/** No page of Microsoft's shows a trust in a cluster of another cloud; more likely the tenant's cloud was left out. */
function ofOtherCloud(issuer: string, environment: Environment): string[] {
  const own = azureIssuer(issuer)?.environment;
  if (own === undefined || own === environment) return [];
  return [
    `Issuer ${issuer} is of a cluster in Azure's cloud ${own}, and the tenants of this stack are in ${environment}. Is one of both wrong? A tenant's cloud is its key environment.`,
  ];
}
