import { randomUUID } from "node:crypto";
import express, { type Router } from "express";
import { type CloudNames, namesOf } from "../azure-clouds.ts";
import type { Tenant, World } from "../tenant.ts";
import { aksServerApplication } from "./aks-sign-in.ts";
import { checkClientSecret } from "./client-secret.ts";
import type { ServicePrincipal } from "./directory.ts";
import { askedCloud, describedTenant, v1Issuer } from "./discovery.ts";
import { refusals } from "./errors.ts";
import { checkFederatedAssertion } from "./federated-assertion.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Resources that a cloud issues tokens for, each with the audience its tokens carry. */
function resourcesOf({ audiences, microsoftGraph, vault }: CloudNames): ReadonlyMap<string, string> {
  const [older, current] = audiences;
  return new Map([
    [current, current],
    [older, `${older}/`],
    [`https://${microsoftGraph}`, `https://${microsoftGraph}`],
    [`https://${vault}`, `https://${vault}`],
    [aksServerApplication, aksServerApplication],
    // One in all clouds: learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory.
    ["https://storage.azure.com", "https://storage.azure.com"],
  ]);
}

/** Serves the token endpoint: the client credentials grant, by secret and by federated assertion. */
export function serveTokens(router: Router, world: World, keys: IssuerKeys): void {
  router.post("/:tenant/oauth2/v2.0/token", express.urlencoded({ extended: false }), async (request, response) => {
    const form = new Map(Object.entries(isForm(request.body) ? request.body : {}));
    const parameter = (name: string): string => {
      const value = form.get(name);
      if (value === undefined || value === "") throw refusals.missingParameter(name);
      return value;
    };
    const grant = parameter("grant_type");
    if (grant !== "client_credentials") throw refusals.unsupportedGrant(grant);
    const tenant = describedTenant(world, request, request.params.tenant);
    if ((askedCloud(request)?.environment ?? tenant.spec.environment) !== tenant.spec.environment) {
      throw refusals.otherCloud();
    }
    const audience = audienceOf(parameter("scope"), tenant);
    const principal = findPrincipal(tenant, parameter("client_id"));
    response.locals.principal = principal.clientId;
    response.locals.tenant = tenant.spec.key;
    await authenticate(principal, form, keys);
    const lifetimeSeconds = world.accessTokens.lifetimeSeconds;
    response.set("cache-control", "no-store").json({
      token_type: "Bearer",
      expires_in: lifetimeSeconds,
      ext_expires_in: lifetimeSeconds,
      access_token: await issueToken(tenant, principal, audience, lifetimeSeconds),
    });
  });
}

async function authenticate(principal: ServicePrincipal, form: Map<string, string>, keys: IssuerKeys): Promise<void> {
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  if (assertion !== undefined && form.get("client_assertion_type") === assertionType) {
    await checkFederatedAssertion(principal, assertion, keys);
  } else if (secret !== undefined && secret !== "") {
    checkClientSecret(principal, secret);
  } else {
    throw refusals.noCredential();
  }
}

/** MSAL asks for `<resource>/.default`; management.core.windows.net is often written with two slashes. */
function audienceOf(scope: string, tenant: Tenant): string {
  const wanted = scope.split(" ").filter((part) => !["openid", "profile", "offline_access", ""].includes(part));
  const [only = ""] = wanted;
  if (wanted.length !== 1) throw refusals.invalidScope(scope);
  if (!only.endsWith("/.default")) {
    throw URL.canParse(only) ? refusals.rawScope(only) : refusals.invalidScope(only);
  }
  const resource = only.slice(0, -"/.default".length);
  const known = resourcesOf(namesOf(tenant.spec.environment));
  const audience = known.get(resource.replace(/\/+$/, "").toLowerCase());
  if (audience === undefined) throw refusals.resourceNotFound(resource, tenant.spec.displayName);
  return audience;
}

function findPrincipal(tenant: Tenant, clientId: string): ServicePrincipal {
  const principal = tenant.directory.byClientId(clientId);
  if (principal === undefined) throw refusals.applicationNotFound(clientId, tenant.spec.displayName);
  return principal;
}

function issueToken(
  tenant: Tenant,
  principal: ServicePrincipal,
  audience: string,
  lifetimeSeconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const issuer = v1Issuer(tenant);
  return tenant.key.sign({
    aud: audience,
    iss: issuer,
    iat: now,
    nbf: now - 300,
    exp: now + lifetimeSeconds,
    appid: principal.clientId,
    appidacr: principal.kind === "Application" && principal.secrets.length > 0 ? "1" : "2",
    idp: issuer,
    idtyp: "app",
    oid: principal.objectId,
    sub: principal.objectId,
    tid: tenant.spec.tenantId,
    uti: randomUUID(),
    ver: "1.0",
    // Of an application, groups are in tokens for AKS only.
    ...(audience === aksServerApplication && principal.groups.length > 0 ? { groups: principal.groups } : {}),
  });
}

function isForm(body: unknown): body is Record<string, string> {
  return typeof body === "object" && body !== null && Object.values(body).every((value) => typeof value === "string");
}
