import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig";
import { getRoleDefinition } from "@pulumi/azure-native/authorization/getRoleDefinition";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import {
  credentialsOf,
  type Environment,
  environmentPrefix,
  type ProviderCredentials,
  type TenantKey,
  variablesOf,
  type Way,
  waysOf,
} from "../config/credentials";
import type { Tenant } from "../config/tenant";
import { adviceFor } from "../federation/advice";
import { type SubscriptionId, sameId, type TenantId } from "../federation/ids";
import { builtInRoles } from "../federation/roles";

/** How a tenant's deployer signs in, without any secret: for what signs in beside azure-native. */
export interface SignIn {
  /** Undefined: as the Azure CLI is signed in. */
  readonly way: Way | undefined;
  readonly clientId: string | undefined;
  /** File with a token of the CI system. */
  readonly tokenFile: string | undefined;
}

/** A tenant that the stack is signed in to. Every Azure resource takes its provider from here. */
export interface ConnectedTenant {
  readonly provider: Provider;
  readonly tenantId: TenantId;
  readonly subscriptionId: SubscriptionId;
  readonly location: string;
  readonly environment: Tenant["environment"];
  readonly tags: Record<string, string>;
  readonly signIn: SignIn;
}

/**
 * Makes the provider of one tenant and checks, before any resource, that its credentials reach that tenant.
 * @throws pulumi.RunError that names the tenant, what Azure answered, and what to do.
 */
export async function connectTenant(key: TenantKey, tenant: Tenant): Promise<ConnectedTenant> {
  const { tenantId, subscriptionId, location, environment } = tenant;
  const { clientSecret, clientCertificatePassword, ...credentials } = credentialsOf(
    key,
    tenant.credentials,
    process.env,
  );
  const provider = new Provider(key, {
    tenantId,
    subscriptionId,
    location,
    environment,
    ...credentials,
    ...(clientSecret === undefined ? {} : { clientSecret: pulumi.secret(clientSecret) }),
    ...(clientCertificatePassword === undefined
      ? {}
      : { clientCertificatePassword: pulumi.secret(clientCertificatePassword) }),
  });
  await probe(key, tenant, provider);
  const signIn = signInOf({ ...credentials, ...(clientSecret === undefined ? {} : { clientSecret }) }, process.env);
  return { provider, tenantId, subscriptionId, location, environment, tags: tenant.tags ?? {}, signIn };
}

/** The ways that azure-native finds in plain ARM_* variables, in its order, when config and prefixed variables choose none. */
const plainWays: readonly Way[] = [
  "useDefaultAzureCredential",
  "clientCertificatePath",
  "clientSecret",
  "useOidc",
  "useMsi",
];

function signInOf(credentials: ProviderCredentials, environment: Environment): SignIn {
  const [way] = waysOf(credentials);
  if (way !== undefined) return { way, clientId: credentials.clientId, tokenFile: credentials.oidcTokenFilePath };
  return {
    way: plainWays.find((each) => variablesOf(each, "", environment).length > 0),
    clientId: credentials.clientId ?? environment.ARM_CLIENT_ID,
    tokenFile: environment.ARM_OIDC_TOKEN_FILE_PATH,
  };
}

/** Asks who the provider is, and then Resource Manager for a role that every subscription has. */
async function probe(key: TenantKey, tenant: Tenant, provider: Provider): Promise<void> {
  const client = await orExplain(key, tenant, "Cannot sign in to", getClientConfig({ provider }));
  if (!sameId(client.tenantId, tenant.tenantId)) {
    throw new pulumi.RunError(
      [
        `The credentials for ${key} belong to another tenant. Nothing in Azure or Kubernetes was changed.`,
        `  configured:  ${tenant.tenantId} (${key}.tenantId)`,
        `  signed in:   ${client.tenantId} as client ${client.clientId}`,
        `  to do:       az login --tenant ${tenant.tenantId}, or set ${key}.credentials to a deployer of that tenant`,
      ].join("\n"),
    );
  }
  const scope = `/subscriptions/${tenant.subscriptionId}`;
  const reader = getRoleDefinition({ scope, roleDefinitionId: builtInRoles.Reader ?? "" }, { provider });
  await orExplain(key, tenant, `Cannot read subscription ${tenant.subscriptionId} in`, reader);
}

async function orExplain<Value>(key: TenantKey, tenant: Tenant, attempt: string, call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    const answer = error instanceof Error ? error.message : String(error);
    const prefix = environmentPrefix[key];
    const { tenantId, environment } = tenant;
    const advice = adviceFor(answer, { key, tenantId, environment, variablePrefix: prefix });
    throw new pulumi.RunError(
      [
        `${attempt} ${key}, tenant ${tenant.tenantId}. Nothing in Azure or Kubernetes was changed.`,
        `  answer:  ${answer.trim().replaceAll("\n", "\n           ")}`,
        ...(advice === undefined ? [] : [`  cause:   ${advice.cause}`]),
        `  to do:   ${advice?.toDo ?? `check ${key}.tenantId, ${key}.subscriptionId, ${key}.credentials and the ${prefix}ARM_* variables`}`,
      ].join("\n"),
    );
  }
}
