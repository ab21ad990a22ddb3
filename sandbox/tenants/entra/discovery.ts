import type { Request, Router } from "express";
import { type CloudNames, cloudOfLogin, hostNameOf, namesOf } from "../azure-clouds.ts";
import { type Tenant, tenantById, type World } from "../tenant.ts";
import { refusals } from "./errors.ts";

const sharedAuthorities = ["common", "organizations", "consumers"];

/** Serves discovery documents, keys, and the list of clouds that MSAL asks for. */
export function serveDiscovery(router: Router, world: World): void {
  router.get("/common/discovery/instance", (request, response) => {
    const base = baseUrl(request);
    const { login, issuerHost, aliases } = askedCloud(request) ?? namesOf("public");
    response.json({
      tenant_discovery_endpoint: `${base}/common/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: issuerHost,
          preferred_cache: aliases.find((alias) => alias === "login.windows.net") ?? issuerHost,
          aliases: [...login, ...aliases],
        },
      ],
    });
  });
  router.get("/:tenant{/v2.0}/.well-known/openid-configuration", (request, response) => {
    const { tenant } = request.params;
    const shared = sharedAuthorities.find((name) => name === tenant.toLowerCase());
    const version = request.path.includes("/v2.0/") ? "v2.0" : "v1.0";
    if (shared !== undefined) {
      const cloud = askedCloud(request) ?? namesOf("public");
      response.json(openidConfiguration(baseUrl(request), shared, issuerOf(cloud, "{tenantid}", version), cloud));
      return;
    }
    const { tenantId, environment } = describedTenant(world, request, tenant).spec;
    const cloud = namesOf(environment);
    response.json(openidConfiguration(baseUrl(request), tenantId, issuerOf(cloud, tenantId, version), cloud));
  });
  router.get("/:tenant/discovery{/v2.0}/keys", (request, response) => {
    const { tenant } = request.params;
    if (!sharedAuthorities.includes(tenant.toLowerCase())) describedTenant(world, request, tenant);
    const cloud = askedCloud(request);
    response.json({
      keys: world.tenants
        .filter(({ spec }) => cloud === undefined || spec.environment === cloud.environment)
        .map((each) => ({ ...each.key.publicJwk, issuer: v1Issuer(each) })),
    });
  });
}

/** The issuer of access tokens for Azure's own services (version 1.0 tokens). */
export function v1Issuer({ spec }: Tenant): string {
  return `https://${namesOf(spec.environment).sts}/${spec.tenantId}/`;
}

/** The cloud by whose name Entra ID was reached; undefined on the sandbox's own address, where it answers for all. */
export function askedCloud(request: Request): CloudNames | undefined {
  return cloudOfLogin(hostNameOf(request.headers.host));
}

/**
 * The tenant that is asked for, when the cloud that was asked knows it. Azure and Azure Government know of each other's
 * tenants; 21Vianet's cloud in China is apart.
 */
export function describedTenant(world: World, request: Request, name: string): Tenant {
  const tenant = tenantById(world, name);
  const cloud = askedCloud(request)?.environment;
  if (tenant === undefined) throw refusals.tenantNotFound(name);
  const apart = cloud !== tenant.spec.environment && (cloud === "china" || tenant.spec.environment === "china");
  if (cloud !== undefined && apart) throw refusals.tenantNotFound(name);
  return tenant;
}

/** Where the caller reached us: its own Host header, so that Microsoft's names and the plain address both work. */
export function baseUrl(request: Request): string {
  return `https://${request.headers.host ?? "login.microsoftonline.com"}`;
}

/** Each version of the discovery document names the issuer of that version's tokens. */
function issuerOf({ sts, issuerHost }: CloudNames, tenant: string, version: "v1.0" | "v2.0"): string {
  return version === "v1.0" ? `https://${sts}/${tenant}/` : `https://${issuerHost}/${tenant}/v2.0`;
}

function openidConfiguration(base: string, tenant: string, issuer: string, cloud: CloudNames): Record<string, unknown> {
  return {
    token_endpoint: `${base}/${tenant}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/${tenant}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer,
    authorization_endpoint: `${base}/${tenant}/oauth2/v2.0/authorize`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "name", "tid", "ver"],
    tenant_region_scope: { public: "NA", usgovernment: "USGov", china: "CN" }[cloud.environment],
    cloud_instance_name: cloud.issuerHost.replace(/^login\./, ""),
    cloud_graph_host_name: cloud.directoryGraph,
    msgraph_host: cloud.microsoftGraph,
  };
}
