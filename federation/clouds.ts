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
  /** End of the host names of the issuers of AKS and Arc. */
  readonly domain: string;
}

/**
 * Authorities and Resource Manager: azcore `cloud` and its `arm/runtime` (Go), @azure/identity `AzureAuthorityHosts`.
 * Names for the webhook, which turns them into the authority: go-autorest `azure.EnvironmentFromName`; anything else makes
 * it refuse to start. Names of the CLI and domains: `az cloud list`, Azure Government and Azure China developer guides.
 */
const clouds: Readonly<Record<Environment, AzureCloud>> = {
  public: {
    cliName: "AzureCloud",
    authority: "https://login.microsoftonline.com/",
    resourceManager: "https://management.azure.com",
    webhookEnvironment: "AzurePublicCloud",
    domain: "azure.com",
  },
  usgovernment: {
    cliName: "AzureUSGovernment",
    authority: "https://login.microsoftonline.us/",
    resourceManager: "https://management.usgovcloudapi.net",
    webhookEnvironment: "AzureUSGovernmentCloud",
    domain: "azure.us",
  },
  china: {
    cliName: "AzureChinaCloud",
    authority: "https://login.chinacloudapi.cn/",
    resourceManager: "https://management.chinacloudapi.cn",
    webhookEnvironment: "AzureChinaCloud",
    domain: "azure.cn",
  },
};

/** The facts of a cloud. */
export function cloudOf(environment: Environment): AzureCloud {
  return clouds[environment];
}

/** The cloud that a domain of Azure's own services belongs to: azure.us is Azure Government's. */
export function environmentOfDomain(domain: string): Environment | undefined {
  return environments.find((environment) => clouds[environment].domain === domain);
}
