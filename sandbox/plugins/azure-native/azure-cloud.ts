import type { ProviderSettings } from "./settings.ts";

/** Where a cloud's login and Resource Manager are. */
export interface AzureCloud {
  authorityHost: string;
  /** Without a slash at the end. */
  resourceManager: string;
  /** Audience of tokens for Resource Manager. */
  audience: string;
  /** True where the authority is not one that Entra's instance discovery knows. */
  disableInstanceDiscovery: boolean;
}

// @azure/identity's AzureAuthorityHosts and the Resource Manager endpoints of arm-resources.
const PUBLIC = cloud("https://login.microsoftonline.com", "https://management.azure.com");
const CHINA = cloud("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn");
const US_GOVERNMENT = cloud("https://login.microsoftonline.us", "https://management.usgovcloudapi.net");

/** The names of clouds that azure-native understands. */
const CLOUDS: Readonly<Record<string, AzureCloud>> = {
  "": PUBLIC,
  public: PUBLIC,
  azurecloud: PUBLIC,
  china: CHINA,
  azurechinacloud: CHINA,
  usgov: US_GOVERNMENT,
  usgovernment: US_GOVERNMENT,
  azureusgovernment: US_GOVERNMENT,
  azureusgovernmentcloud: US_GOVERNMENT,
  usgovernmentl4: US_GOVERNMENT,
};

/**
 * The cloud that the settings name: by `metadataHost` (asked over the network), else by `environment`, else the public one.
 * @throws Error when the environment is unknown or the metadata cannot be read
 */
export async function findCloud(settings: ProviderSettings): Promise<AzureCloud> {
  if (settings.metadataHost !== "") return cloudFromMetadata(settings.metadataHost);
  const found = CLOUDS[settings.environment.toLowerCase()];
  if (found === undefined) {
    throw new Error(
      `azure-native: unknown environment "${settings.environment}". Use public, usgovernment or china, or give metadataHost.`,
    );
  }
  return { ...found, disableInstanceDiscovery: settings.disableInstanceDiscovery };
}

async function cloudFromMetadata(host: string): Promise<AzureCloud> {
  const { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } = await import(
    "@azure/core-rest-pipeline"
  );
  const base = host.includes("://") ? host : `https://${host}`;
  const url = `${base.replace(/\/+$/, "")}/metadata/endpoints?api-version=2022-09-01`;
  const problem = (reason: string) => new Error(`failed to get Azure environment metadata from ${url}: ${reason}`);
  const response = await createPipelineFromOptions({})
    .sendRequest(createDefaultHttpClient(), createPipelineRequest({ url }))
    .catch((error: unknown) => {
      throw problem(error instanceof Error ? error.message : String(error));
    });
  if (response.status !== 200) throw problem(`HTTP status ${response.status}`);
  const body: unknown = JSON.parse(response.bodyAsText ?? "null");
  const authority = at(body, "authentication", "loginEndpoint");
  const audience = at(body, "authentication", "audiences", "0");
  const resourceManager = at(body, "resourceManager");
  if (authority === undefined || audience === undefined || resourceManager === undefined) {
    throw problem("the answer has no resourceManager, authentication.loginEndpoint or authentication.audiences");
  }
  return { ...cloud(authority, resourceManager), audience, disableInstanceDiscovery: true };
}

function cloud(authority: string, resourceManager: string): AzureCloud {
  const endpoint = resourceManager.replace(/\/+$/, "");
  return {
    authorityHost: authority.replace(/\/+$/, ""),
    resourceManager: endpoint,
    audience: endpoint,
    disableInstanceDiscovery: false,
  };
}

function at(value: unknown, ...path: string[]): string | undefined {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return typeof current === "string" ? current : undefined;
}
