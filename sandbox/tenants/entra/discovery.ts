import type { Request, Router } from "express";
import { tenantById, type World } from "../tenant.ts";
import { type EntraError, refusals } from "./errors.ts";

const sharedAuthorities = ["common", "organizations", "consumers"];

/** Serves discovery documents, keys, and the list of clouds that MSAL asks for. */
export function serveDiscovery(router: Router, world: World): void {
  router.get("/common/discovery/instance", (request, response) => {
    const base = baseUrl(request);
    response.json({
      tenant_discovery_endpoint: `${base}/common/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: "login.microsoftonline.com",
          preferred_cache: "login.windows.net",
          aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        },
      ],
    });
  });
  router.get("/:tenant{/v2.0}/.well-known/openid-configuration", (request, response) => {
    const tenant = resolveTenant(world, request.params.tenant);
    response.json(openidConfiguration(baseUrl(request), tenant));
  });
  router.get("/:tenant/discovery{/v2.0}/keys", (request, response) => {
    resolveTenant(world, request.params.tenant);
    response.json({
      keys: world.tenants.map((tenant) => ({ ...tenant.key.publicJwk, issuer: v1Issuer(tenant.spec.tenantId) })),
    });
  });
}

/** The issuer of access tokens for Azure's own services (version 1.0 tokens). */
export function v1Issuer(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/** Where the caller reached us: its own Host header, so that Microsoft's names and the plain address both work. */
export function baseUrl(request: Request): string {
  return `https://${request.headers.host ?? "login.microsoftonline.com"}`;
}

function resolveTenant(world: World, name: string): string {
  if (sharedAuthorities.includes(name.toLowerCase())) return name.toLowerCase();
  const tenant = tenantById(world, name);
  if (tenant === undefined) throw unknownTenant(name);
  return tenant.spec.tenantId;
}

function unknownTenant(name: string): EntraError {
  return refusals.tenantNotFound(name);
}

function openidConfiguration(base: string, tenant: string): Record<string, unknown> {
  const shared = sharedAuthorities.includes(tenant);
  return {
    token_endpoint: `${base}/${tenant}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/${tenant}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `https://login.microsoftonline.com/${shared ? "{tenantid}" : tenant}/v2.0`,
    authorization_endpoint: `${base}/${tenant}/oauth2/v2.0/authorize`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "name", "tid", "ver"],
    tenant_region_scope: "NA",
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: "graph.microsoft.com",
  };
}
