import type { Credentials } from "./tenant";

/** How a tenant's provider signs in, in azure-native's own words. */
export type ProviderCredentials = Credentials;

export type TenantKey = "tenantA" | "tenantB";

/** Prefix of a tenant's own ARM_* variables: one process deploys to two tenants, so one set of them is not enough. */
export const environmentPrefix = { tenantA: "TENANT_A_", tenantB: "TENANT_B_" } as const;

/**
 * Tokens that live for one CI job (ARM_OIDC_TOKEN, ARM_OIDC_REQUEST_TOKEN) are left out on purpose: azure-native reads
 * them from the environment itself, and as inputs they would make every preview show a changed provider.
 */
const variables = {
  clientId: "ARM_CLIENT_ID",
  clientSecret: "ARM_CLIENT_SECRET",
  clientCertificatePath: "ARM_CLIENT_CERTIFICATE_PATH",
  clientCertificatePassword: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  oidcTokenFilePath: "ARM_OIDC_TOKEN_FILE_PATH",
} as const;

const switches = {
  useOidc: "ARM_USE_OIDC",
  useMsi: "ARM_USE_MSI",
  useDefaultAzureCredential: "ARM_USE_DEFAULT_AZURE_CREDENTIAL",
} as const;

/** Config wins over environment, key by key; what neither gives is left to azure-native's own chain. */
export function credentialsOf(
  tenant: TenantKey,
  configured: Credentials | undefined,
  environment: NodeJS.ProcessEnv,
): ProviderCredentials {
  const prefix = environmentPrefix[tenant];
  const texts = entriesOf(variables, (variable) => environment[prefix + variable] || undefined);
  const flags = entriesOf(switches, (variable) => isOn(environment[prefix + variable]));
  return { ...texts, ...flags, ...configured };
}

function entriesOf<Key extends string, Value>(
  names: Record<Key, string>,
  read: (variable: string) => Value | undefined,
) {
  const entries: Partial<Record<Key, Value>> = {};
  for (const key in names) {
    const value = read(names[key]);
    if (value !== undefined) entries[key] = value;
  }
  return entries;
}

function isOn(text: string | undefined): boolean | undefined {
  if (text === undefined || text === "") return undefined;
  return text === "1" || text.toLowerCase() === "true";
}
