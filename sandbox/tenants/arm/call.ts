import type { Request, Response, Router } from "express";
import { cloudOfResourceManager, hostNameOf, namesOf } from "../azure-clouds.ts";
import { baseUrl } from "../entra/discovery.ts";
import { type Tenant, tenantBySubscription, type World } from "../tenant.ts";
import { type Caller, identifyCaller } from "./authorization.ts";
import { ArmError, armErrors } from "./errors.ts";
import { type KnownType, regionName, regionsOf } from "./resource-types.ts";

/** One request to Resource Manager that has passed every check that is the same for all types. */
export interface ArmCall {
  world: World;
  tenant: Tenant;
  caller: Caller;
  /** Path as the caller wrote it, without query. */
  path: string;
  apiVersion: string;
  /** Scheme and host by which the caller reached us, for addresses in answers. */
  base: string;
  body: unknown;
  /** A part of the path by its name. */
  param(name: string): string;
  /** A query parameter, or "". */
  query(name: string): string;
  /** A header of the request, or "". */
  header(name: string): string;
}

/** What a handler answers. */
export interface ArmAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What must hold before a handler runs. */
export interface Requirement {
  /** Permission that the caller needs over the path's resource. */
  action: string | ((call: ArmCall) => string);
  /** Accepted API versions: of a provider's type, or of Resource Manager itself. */
  versions: readonly string[] | KnownType;
  /** Where the permission is needed when that is not the path itself. */
  scope?(call: ArmCall): string;
}

type Method = "get" | "put" | "patch" | "post" | "delete";

/** Adds one operation of Resource Manager: who may, in which versions, and what it does. */
export function operation(
  router: Router,
  world: World,
  method: Method,
  path: string,
  requirement: Requirement,
  handler: (call: ArmCall) => ArmAnswer | Promise<ArmAnswer>,
): void {
  router[method](path, async (request, response) => {
    const call = await enter(world, request, response);
    checkVersion(call, requirement.versions);
    requirePermission(
      call,
      typeof requirement.action === "string" ? requirement.action : requirement.action(call),
      requirement.scope?.(call) ?? call.path,
    );
    if ("namespace" in requirement.versions) checkRegistration(call.tenant, requirement.versions.namespace);
    if (method === "put") checkRegion(call, requirement.versions);
    const answer = await handler(call);
    // A check for existence (HEAD) has no body on Azure, and says so by its status.
    send(response, request.method === "HEAD" && answer.status === 200 ? { status: 204 } : answer);
  });
}

/** Refuses a caller that no role assignment allows `action` over `scope`. */
export function requirePermission({ tenant, caller }: ArmCall, action: string, scope: string): void {
  if (tenant.access.allows(caller.objectId, action, scope)) return;
  throw armErrors.authorizationFailed(caller.clientId, caller.objectId, action, scope);
}

/** Checks token, tenant, subscription and the presence of an API version. */
export async function enter(world: World, request: Request, response: Response): Promise<ArmCall> {
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(request.path)?.[1];
  const asked = cloudOfResourceManager(hostNameOf(request.headers.host));
  const found = subscriptionId === undefined ? undefined : tenantBySubscription(world, subscriptionId);
  const owner = asked === undefined || found?.spec.environment === asked.environment ? found : undefined;
  const { caller, tenant: home } = await identifyCaller(world, request.get("authorization"), owner, asked);
  response.locals.tenant = (owner ?? home).spec.key;
  response.locals.principal = caller.clientId;
  const apiVersion = queryText(request, "api-version");
  if (apiVersion === "") throw armErrors.missingApiVersion();
  if (subscriptionId !== undefined) {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscriptionId))
      throw armErrors.invalidSubscriptionId(subscriptionId);
    if (owner === undefined) throw armErrors.subscriptionNotFound(subscriptionId);
    if (owner !== home) {
      throw armErrors.wrongTenant(caller.issuer, owner.spec.tenantId, namesOf(owner.spec.environment));
    }
  }
  return {
    world,
    tenant: home,
    caller,
    path: decodeURI(request.path).replace(/(.)\/+$/, "$1"),
    apiVersion,
    base: baseUrl(request),
    body: request.body,
    param: (name) => {
      const value: unknown = Reflect.get(request.params, name);
      return Array.isArray(value) ? value.join("/") : String(value ?? "");
    },
    query: (name) => queryText(request, name),
    header: (name) => request.get(name) ?? "",
  };
}

function checkVersion({ apiVersion, tenant }: ArmCall, accepted: Requirement["versions"]): void {
  const versions = "namespace" in accepted ? accepted.versions : accepted;
  if (versions.some((version) => version.toLowerCase() === apiVersion.toLowerCase())) return;
  if ("namespace" in accepted) {
    throw armErrors.noRegisteredProvider(tenant.spec.location, apiVersion, accepted.type, versions);
  }
  throw armErrors.invalidApiVersion(apiVersion, versions);
}

function checkRegistration(tenant: Tenant, namespace: string): void {
  if (tenant.providers.state(namespace) !== "Registered") throw armErrors.missingRegistration(namespace);
}

/** Refuses a region that the tenant's cloud of Azure does not have. */
function checkRegion({ body, tenant }: ArmCall, versions: Requirement["versions"]): void {
  if (!isRecord(body) || typeof body.location !== "string" || body.location === "") return;
  const known = [...regionsOf(tenant.spec.environment).keys()];
  if (known.includes(String(regionName(body.location)))) return;
  const type = "namespace" in versions ? `${versions.namespace}/${versions.type}` : "resourceGroups";
  throw armErrors.locationUnavailable(body.location, type, known);
}

/** Writes an answer. */
export function send(response: Response, { status, body, headers }: ArmAnswer): void {
  response.status(status).set(headers ?? {});
  if (body === undefined) response.end();
  else response.json(body);
}

/** The request's body as an object; anything else is refused. */
export function objectBody(call: ArmCall): Record<string, unknown> {
  if (!isRecord(call.body)) throw armErrors.invalidContent("The request body must be a JSON object");
  return call.body;
}

/** The tags of a body: texts only, or Azure's refusal. */
export function tagsOf(body: Record<string, unknown>): Record<string, string> | undefined {
  if (body.tags === undefined || body.tags === null) return undefined;
  if (!isRecord(body.tags)) throw armErrors.invalidContent("tags must be an object");
  const entries = Object.entries(body.tags).map(([name, value]): [string, string] => {
    if (typeof value !== "string")
      throw new ArmError(400, "InvalidTagValue", `The value of tag '${name}' must be a text.`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** Whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A property of a JSON object that is itself one; {} when it is missing. */
export function recordAt(value: Record<string, unknown>, property: string): Record<string, unknown> {
  const inner = value[property];
  return isRecord(inner) ? inner : {};
}

function queryText(request: Request, name: string): string {
  const entry = Object.entries(request.query).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return typeof entry?.[1] === "string" ? entry[1] : "";
}
