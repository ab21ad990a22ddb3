/** The clouds of Azure, and all that differs between them for this program. Each is an island: Entra ID trusts nothing across. */

export const environments = ["public", "usgovernment", "china"] as const;

export type Environment = (typeof environments)[number];

/** Where one cloud is. */
export interface AzureCloud {
  /** What `az cloud set --name` calls it. */
  readonly cliName: string;
  /** Entra ID, with its trailing slash: AZURE_AUTHORITY_HOST of a pod. */
  readonly authority: string;
  /** Resource Manager without a slash at its end; a token for it has this as its resource too. */
  readonly resourceManager: string;
  /** AZURE_ENVIRONMENT of the workload identity webhook. */
  readonly webhookEnvironment: string;
  readonly portal: string;
  /** End of the host names of Azure's own services that have no suffix of their own, issuers among them. */
  readonly domain: string;
  /** Blobs are at `ACCOUNT.blob.SUFFIX`. */
  readonly storageSuffix: string;
  /** Vaults are at `NAME.SUFFIX`. */
  readonly vaultSuffix: string;
}

/**
 * Authorities and Resource Manager: azcore `cloud` and its `arm/runtime` (Go), @azure/identity `AzureAuthorityHosts`.
 * Names for the webhook, which turns them into the authority: go-autorest `azure.EnvironmentFromName`; anything else makes
 * it refuse to start. Names of the CLI, portals and suffixes: `az cloud list`, Azure Government and Azure China developer
 * guides.
 */
const clouds: Readonly<Record<Environment, AzureCloud>> = {
  public: {
    cliName: "AzureCloud",
    authority: "https://login.microsoftonline.com/",
    resourceManager: "https://management.azure.com",
    webhookEnvironment: "AzurePublicCloud",
    portal: "https://portal.azure.com",
    domain: "azure.com",
    storageSuffix: "core.windows.net",
    vaultSuffix: "vault.azure.net",
  },
  usgovernment: {
    cliName: "AzureUSGovernment",
    authority: "https://login.microsoftonline.us/",
    resourceManager: "https://management.usgovcloudapi.net",
    webhookEnvironment: "AzureUSGovernmentCloud",
    portal: "https://portal.azure.us",
    domain: "azure.us",
    storageSuffix: "core.usgovcloudapi.net",
    vaultSuffix: "vault.usgovcloudapi.net",
  },
  china: {
    cliName: "AzureChinaCloud",
    authority: "https://login.chinacloudapi.cn/",
    resourceManager: "https://management.chinacloudapi.cn",
    webhookEnvironment: "AzureChinaCloud",
    portal: "https://portal.azure.cn",
    domain: "azure.cn",
    storageSuffix: "core.chinacloudapi.cn",
    vaultSuffix: "vault.azure.cn",
  },
};

/** The facts of a cloud. */
export function cloudOf(environment: Environment): AzureCloud {
  return clouds[environment];
}

/**
 * The cloud whose AKS or Arc made an issuer: `https://REGION.oic.prod-aks.azure.us/…` is one of Azure Government.
 * Undefined for an issuer that is not Azure's.
 */
export function environmentOfIssuer(issuer: string): Environment | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const domain = /(?:^|\.)oi(?:d)?c\.prod-(?:aks|arc)\.(azure\.[a-z]+)$/.exec(new URL(issuer).hostname)?.[1];
  return environments.find((environment) => clouds[environment].domain === domain);
}
