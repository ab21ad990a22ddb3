import { type Environment, environmentOfDomain } from "./clouds";
import { isGuid } from "./ids";

/** What an issuer that Azure made for a cluster says about itself. */
export interface AzureIssuer {
  readonly service: "aks" | "arc";
  /** The tenant of the cluster; undefined in the form that AKS gave to its first issuers. */
  readonly tenant: string | undefined;
  /** The cloud; undefined where the host does not tell. */
  readonly environment: Environment | undefined;
  /** One of an AKS identity binding, shared by clusters and without a slash at its end. */
  readonly ofBinding: boolean;
}

/**
 * Takes an issuer of AKS or Arc apart; undefined for any other. The forms (Microsoft Learn, "Create an OpenID Connect
 * provider on AKS", "Deploy and configure workload identity on Arc-enabled Kubernetes"):
 *
 *     https://REGION.oic.prod-aks.azure.com/TENANT/UUID/
 *     https://oidc.prod-aks.azure.com/UUID/                       the first ones of AKS
 *     https://ib.oic.prod-aks.azure.com/TENANT/CLIENT             an identity binding
 *     https://REGION.oic.prod-arc.azure.com/TENANT/UUID/
 *     https://oidcdiscovery-….azurefd.net/TENANT/UUID/            the first ones of Arc
 */
export function azureIssuer(issuer: string): AzureIssuer | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const { hostname, pathname } = new URL(issuer);
  const own = /(?:^|\.)(?:oic|oidc)\.prod-(aks|arc)\.(azure\.[a-z]+)$/.exec(hostname);
  const behindFrontDoor = /^oidcdiscovery-.*\.azurefd\.[a-z]+$/.test(hostname);
  if (own === null && !behindFrontDoor) return undefined;
  const [, tenant = "", second = ""] = pathname.split("/");
  return {
    service: own?.[1] === "aks" ? "aks" : "arc",
    tenant: isGuid(tenant) && second !== "" ? tenant : undefined,
    environment: environmentOfDomain(own?.[2] ?? ""),
    ofBinding: hostname.startsWith("ib."),
  };
}

/** AKS and Arc issuers end in `/`; copied without it they match no token. */
export function looksTruncated(issuer: string): boolean {
  const azure = azureIssuer(issuer);
  return azure !== undefined && !azure.ofBinding && !issuer.endsWith("/");
}
