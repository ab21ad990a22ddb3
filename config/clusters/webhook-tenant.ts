import type { TenantId } from "../../federation/ids";

/** Just what is needed of a stack's config; what could not be read in it is left out. */
interface Tenants {
  readonly tenantA?: { readonly tenantId?: TenantId | undefined } | undefined;
  readonly tenantB?: { readonly tenantId?: TenantId | undefined } | undefined;
}

/**
 * The tenant that the workload identity webhook gives to service accounts which name none: the one that the cluster's
 * `webhook.tenantId` gives, else tenant A's, else tenant B's. Undefined only where a rule refuses the config.
 */
export function webhookTenant({ cluster, tenantA, tenantB }: Tenants & { readonly cluster?: object | undefined }) {
  return typedTenant(cluster) ?? tenantA?.tenantId ?? tenantB?.tenantId;
}

function typedTenant(cluster: object | undefined): TenantId | undefined {
  if (cluster === undefined || !hasWebhook(cluster)) return undefined;
  return cluster.webhook?.tenantId;
}

function hasWebhook(cluster: object): cluster is { webhook?: { tenantId?: TenantId } } {
  return "webhook" in cluster;
}
