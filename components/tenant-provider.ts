import { getClientConfig } from "@pulumi/azure-native/authorization/getClientConfig";
import { getRoleDefinition } from "@pulumi/azure-native/authorization/getRoleDefinition";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { credentialsOf, environmentPrefix, type TenantKey } from "../config/credentials";
import type { Tenant } from "../config/tenant";
import { adviceFor } from "../federation/advice";
import { type SubscriptionId, sameId, type TenantId } from "../federation/ids";
import { builtInRoles } from "../federation/roles";

/** A tenant that the stack is signed in to. Every Azure resource takes its provider from here. */
export interface ConnectedTenant {
  readonly provider: Provider;
  readonly tenantId: TenantId;
  readonly subscriptionId: SubscriptionId;
  readonly location: string;
  readonly environment: Tenant["environment"];
  readonly tags: Record<string, string>;
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
  return { provider, tenantId, subscriptionId, location, environment, tags: tenant.tags ?? {} };
}

/** Asks who the provider is, and then Resource Manager for a role that every subscription has. */
async function probe(key: TenantKey, tenant: Tenant, provider: Provider): Promise<void> {
  const client = await orExplain(key, tenant, "Cannot sign in to", getClientConfig({ provider }));
  if (!sameId(client.tenantId, tenant.tenantId)) {
    throw new pulumi.RunError(
      [
        `The credentials for ${key} belong to another tenant. Nothing was deployed.`,
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
    const advice = adviceFor(answer, { key, tenantId: tenant.tenantId, variablePrefix: prefix });
    throw new pulumi.RunError(
      [
        `${attempt} ${key}, tenant ${tenant.tenantId}. Nothing was deployed.`,
        `  answer:  ${answer.trim().replaceAll("\n", "\n           ")}`,
        ...(advice === undefined ? [] : [`  cause:   ${advice.cause}`]),
        `  to do:   ${advice?.toDo ?? `check ${key}.tenantId, ${key}.subscriptionId, ${key}.credentials and the ${prefix}ARM_* variables`}`,
      ].join("\n"),
    );
  }
}
