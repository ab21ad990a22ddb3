import { type PropertyMap, Secret } from "../rpc/values.ts";

/** The provider's settings, read from its inputs and, where they are silent, from azure-native's environment variables. */
export interface ProviderSettings {
  subscriptionId: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  clientCertificatePath: string;
  clientCertificatePassword: string;
  auxiliaryTenantIds: string[];
  useOidc: boolean;
  oidcAudience: string;
  oidcToken: string;
  oidcTokenFilePath: string;
  oidcRequestToken: string;
  oidcRequestUrl: string;
  useMsi: boolean;
  useDefaultAzureCredential: boolean;
  disableInstanceDiscovery: boolean;
  environment: string;
  metadataHost: string;
  location: string;
}

/** Environment variables, as far as they are set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings in azure-native's order: the provider's own inputs win over the environment.
 * @throws Error when auxiliaryTenantIds is not a JSON list of strings
 */
export function readSettings(args: PropertyMap, environment: Environment): ProviderSettings {
  const setting = (name: string, ...variables: string[]): string => {
    const value = args[name] instanceof Secret ? args[name].value : args[name];
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (Array.isArray(value)) return JSON.stringify(value);
    return (
      variables.map((variable) => environment[variable]).find((found) => found !== undefined && found !== "") ?? ""
    );
  };
  return {
    subscriptionId: setting("subscriptionId", "ARM_SUBSCRIPTION_ID"),
    tenantId: setting("tenantId", "ARM_TENANT_ID"),
    clientId: setting("clientId", "ARM_CLIENT_ID"),
    clientSecret: setting("clientSecret", "ARM_CLIENT_SECRET"),
    clientCertificatePath: setting("clientCertificatePath", "ARM_CLIENT_CERTIFICATE_PATH"),
    clientCertificatePassword: setting("clientCertificatePassword", "ARM_CLIENT_CERTIFICATE_PASSWORD"),
    auxiliaryTenantIds: tenantList(setting("auxiliaryTenantIds", "ARM_AUXILIARY_TENANT_IDS")),
    useOidc: setting("useOidc", "ARM_USE_OIDC") === "true",
    oidcAudience: setting("oidcAudience", "ARM_OIDC_AUDIENCE"),
    oidcToken: setting("oidcToken", "ARM_OIDC_TOKEN"),
    oidcTokenFilePath: setting("oidcTokenFilePath", "ARM_OIDC_TOKEN_FILE_PATH"),
    oidcRequestToken: setting("oidcRequestToken", "ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    oidcRequestUrl: setting("oidcRequestUrl", "ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL"),
    useMsi: setting("useMsi", "ARM_USE_MSI") === "true",
    useDefaultAzureCredential: setting("useDefaultAzureCredential", "ARM_USE_DEFAULT_AZURE_CREDENTIAL") === "true",
    disableInstanceDiscovery: setting("disableInstanceDiscovery", "ARM_DISABLE_INSTANCE_DISCOVERY") === "true",
    environment: setting("environment", "ARM_ENVIRONMENT", "AZURE_ENVIRONMENT"),
    metadataHost: setting("metadataHost", "ARM_METADATA_HOSTNAME"),
    location: setting("location"),
  };
}

function tenantList(text: string): string[] {
  if (text === "") return [];
  const problem = `failed to unmarshal '${text}' as Auxiliary Tenants: write a JSON list of tenant ids, like ["…"]`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(problem);
  }
  if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === "string")) throw new Error(problem);
  return parsed;
}
