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

const variableNames = { ...variables, ...switches };

/** Where the variables come from; handed in, so that everything here stays a function of its arguments. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of each way to sign in, in the order in which azure-native looks for them; last comes the Azure CLI. */
const ways = {
  useDefaultAzureCredential: ["useDefaultAzureCredential"],
  clientCertificatePath: ["clientCertificatePath", "clientCertificatePassword"],
  clientSecret: ["clientSecret"],
  useOidc: ["useOidc", "oidcTokenFilePath"],
  useMsi: ["useMsi"],
} as const satisfies Record<string, readonly (keyof Credentials)[]>;

/** A way to sign in, named after the setting that chooses it. */
export type Way = keyof typeof ways;

const wayNames: readonly Way[] = [
  "useDefaultAzureCredential",
  "clientCertificatePath",
  "clientSecret",
  "useOidc",
  "useMsi",
];

/** The ways to sign in that the settings choose; more than one is a mistake. */
export function waysOf(credentials: Credentials): Way[] {
  return wayNames.filter((way) => ways[way].some((key) => isChoice(key) && isSet(credentials[key])));
}

/** A certificate's password chooses nothing without its certificate. */
function isChoice(key: keyof Credentials): boolean {
  return key !== "clientCertificatePassword";
}

function isSet(value: string | boolean | undefined): boolean {
  return value !== undefined && value !== false;
}

/**
 * Config wins over environment: a way to sign in that config chooses is not mixed with another one of the environment,
 * which only fills in what that same way lacks. What neither gives is left to azure-native's own chain.
 */
export function credentialsOf(
  tenant: TenantKey,
  configured: Credentials | undefined,
  environment: Environment,
): ProviderCredentials {
  const found = fromEnvironment(environmentPrefix[tenant], environment);
  const chosen = waysOf(configured ?? {});
  const foreign =
    chosen.length === 0 ? [] : wayNames.filter((way) => !chosen.includes(way)).flatMap((way) => ways[way]);
  const fitting = Object.entries(found).filter(([key]) => !foreign.some((other) => other === key));
  return { ...Object.fromEntries(fitting), ...configured };
}

/** The variables that give a way's settings, with the given prefix, as far as they are set. */
export function variablesOf(way: Way, prefix: string, environment: Environment): string[] {
  const found: Credentials = fromEnvironment(prefix, environment);
  return ways[way].filter((key) => isChoice(key) && isSet(found[key])).map((key) => prefix + variableNames[key]);
}

/**
 * Plain ARM_* variables, which azure-native reads for both tenants, of a way that it would prefer to the chosen one.
 */
export function overridingVariables(chosen: Way, environment: Environment): string[] {
  return wayNames.slice(0, wayNames.indexOf(chosen)).flatMap((way) => variablesOf(way, "", environment));
}

function fromEnvironment(prefix: string, environment: Environment): Credentials {
  return {
    ...entriesOf(variables, (variable) => environment[prefix + variable] || undefined),
    ...entriesOf(switches, (variable) => isOn(environment[prefix + variable])),
  };
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
