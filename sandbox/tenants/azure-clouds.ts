import type { AzureEnvironment } from "./cluster-backend.ts";

/** What one cloud of Azure answers for, under its own names. */
export interface CloudNames {
  environment: AzureEnvironment;
  /** Its name in /metadata/endpoints and in the CLI. */
  name: string;
  /** Hosts of Entra ID that are simulated; the first is the authority that clients are given. */
  login: readonly [string, ...string[]];
  /** Further names of Entra ID, which its instance discovery lists. */
  aliases: readonly string[];
  /** Host in the issuer of version 2.0 documents. */
  issuerHost: string;
  /** Host in the `iss` of access tokens for Azure's own services (version 1.0). */
  sts: string;
  resourceManager: string;
  /** Audiences of its Resource Manager, without a slash at the end; the first is the older one. */
  audiences: readonly [string, string];
  microsoftGraph: string;
  /** Azure AD Graph, which Entra ID's documents still name. */
  directoryGraph: string;
  portal: string;
  /** `vault.azure.net` and its like. */
  vault: string;
  /** `core.windows.net` and its like. */
  storage: string;
  /** `azure.com` and its like: issuers are at `REGION.oic.prod-aks.DOMAIN`. */
  domain: string;
  /** What follows the region in the name of an API server. */
  apiServers: string;
  registry: string;
  sql: string;
  batch: string;
  gallery: string;
  media: string;
  /** Every name below these belongs to the cloud. */
  owns: readonly string[];
  /** A part of its regions: short name, and as people write it. */
  regions: readonly (readonly [string, string])[];
}

/**
 * Sources: /metadata/endpoints of each cloud (2022-09-01); go-autorest's environments; MSAL's authority metadata (aliases
 * of login hosts); "What are the token issuers for the sovereign clouds" and aks-engine's `--oidc-issuer-url` (sts);
 * learn.microsoft.com/azure/aks/outbound-rules-control-egress (API servers). Issuers of AKS in Azure Government and China
 * are quoted by users, not documented; for Arc the same domains are assumed.
 */
const clouds: Readonly<Record<AzureEnvironment, CloudNames>> = {
  public: {
    environment: "public",
    name: "AzureCloud",
    login: ["login.microsoftonline.com"],
    aliases: ["login.windows.net", "login.microsoft.com", "sts.windows.net"],
    issuerHost: "login.microsoftonline.com",
    sts: "sts.windows.net",
    resourceManager: "management.azure.com",
    audiences: ["https://management.core.windows.net", "https://management.azure.com"],
    microsoftGraph: "graph.microsoft.com",
    directoryGraph: "graph.windows.net",
    portal: "portal.azure.com",
    vault: "vault.azure.net",
    storage: "core.windows.net",
    domain: "azure.com",
    apiServers: "azmk8s.io",
    registry: "azurecr.io",
    sql: "database.windows.net",
    batch: "batch.core.windows.net",
    gallery: "gallery.azure.com",
    media: "rest.media.azure.net",
    owns: ["azure.com", "azure.net", "microsoftonline.com", "windows.net", "microsoft.com"],
    regions: [],
  },
  usgovernment: {
    environment: "usgovernment",
    name: "AzureUSGovernment",
    login: ["login.microsoftonline.us"],
    aliases: ["login.usgovcloudapi.net"],
    issuerHost: "login.microsoftonline.us",
    sts: "sts.windows.net",
    resourceManager: "management.usgovcloudapi.net",
    audiences: ["https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"],
    microsoftGraph: "graph.microsoft.us",
    directoryGraph: "graph.windows.net",
    portal: "portal.azure.us",
    vault: "vault.usgovcloudapi.net",
    storage: "core.usgovcloudapi.net",
    domain: "azure.us",
    apiServers: "cx.aks.containerservice.azure.us",
    registry: "azurecr.us",
    sql: "database.usgovcloudapi.net",
    batch: "batch.core.usgovcloudapi.net",
    gallery: "gallery.usgovcloudapi.net",
    media: "rest.media.usgovcloudapi.net",
    owns: ["azure.us", "usgovcloudapi.net", "microsoftonline.us", "microsoft.us", "azurecr.us"],
    regions: [
      ["usgovvirginia", "USGov Virginia"],
      ["usgovarizona", "USGov Arizona"],
      ["usgovtexas", "USGov Texas"],
    ],
  },
  china: {
    environment: "china",
    name: "AzureChinaCloud",
    login: ["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
    aliases: [],
    issuerHost: "login.partner.microsoftonline.cn",
    sts: "sts.chinacloudapi.cn",
    resourceManager: "management.chinacloudapi.cn",
    audiences: ["https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn"],
    microsoftGraph: "microsoftgraph.chinacloudapi.cn",
    directoryGraph: "graph.chinacloudapi.cn",
    portal: "portal.azure.cn",
    vault: "vault.azure.cn",
    storage: "core.chinacloudapi.cn",
    domain: "azure.cn",
    apiServers: "cx.prod.service.azk8s.cn",
    registry: "azurecr.cn",
    sql: "database.chinacloudapi.cn",
    batch: "batch.chinacloudapi.cn",
    gallery: "gallery.chinacloudapi.cn",
    media: "rest.media.chinacloudapi.cn",
    owns: ["azure.cn", "chinacloudapi.cn", "microsoftonline.cn", "azk8s.cn", "azurecr.cn"],
    regions: [
      ["chinanorth2", "China North 2"],
      ["chinanorth3", "China North 3"],
      ["chinaeast2", "China East 2"],
      ["chinaeast3", "China East 3"],
    ],
  },
};

/** Every cloud that the sandbox has a name for. */
export const allClouds: readonly CloudNames[] = Object.values(clouds);

/** The names of a cloud. */
export function namesOf(environment: AzureEnvironment): CloudNames {
  return clouds[environment];
}

/** The cloud whose Entra ID has this host name. */
export function cloudOfLogin(host: string): CloudNames | undefined {
  return allClouds.find(({ login }) => login.includes(host));
}

/** The cloud whose Resource Manager has this host name. */
export function cloudOfResourceManager(host: string): CloudNames | undefined {
  return allClouds.find(({ resourceManager }) => resourceManager === host);
}

/** Whether Azure itself publishes issuers under this host name: AKS or Arc in a cloud's region. */
export function isManagedIssuerHost(host: string): boolean {
  return allClouds.some(({ domain }) => ["aks", "arc"].some((kind) => host.endsWith(`.oic.prod-${kind}.${domain}`)));
}

/** The host name by which a client reached us, without port. */
export function hostNameOf(hostHeader: string | undefined): string {
  return (hostHeader ?? "").replace(/:\d+$/, "").toLowerCase();
}
