import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import express, { type RequestHandler, Router } from "express";
import { arcAdminRouter } from "./admin-arc.ts";
import { clusterRoutes } from "./admin-clusters.ts";
import { recordAt } from "./arm/call.ts";
import { fullType, knownTypes } from "./arm/resource-types.ts";
import type { RequestLog } from "./request-log.ts";
import type { Tenant, World } from "./tenant.ts";

const delayNames = ["federatedCredentialMs", "roleAssignmentMs", "identityMs"] as const;

/**
 * Looks into the simulated cloud and sets its delays; for hands and tests, on the cloud's own address only.
 * The bearer key lies in `keyFile`.
 */
export function adminRouter(world: World, log: RequestLog, keyFile: string): Router {
  const key = randomBytes(24).toString("base64url");
  writeFileSync(keyFile, key, { mode: 0o600 });
  const router = Router();
  router.use(bearer(key), express.json());
  router.use(arcAdminRouter(world));
  router.get("/propagation", (_request, response) => {
    response.json(world.propagation);
  });
  router.put("/propagation", (request, response) => {
    const wanted: Record<string, unknown> = request.body ?? {};
    const unknown = Object.keys(wanted).filter((name) => !delayNames.some((known) => known === name));
    const wrong = delayNames.filter((name) => name in wanted && !isDelay(wanted[name]));
    if (unknown.length > 0 || wrong.length > 0) {
      response.status(400).json({
        error: `Not a propagation delay: ${[...unknown, ...wrong].join(", ")}. Give any of ${delayNames.join(", ")} in milliseconds, 0 or more.`,
      });
      return;
    }
    for (const name of delayNames) {
      const value = wanted[name];
      if (isDelay(value)) world.propagation[name] = value;
    }
    response.json(world.propagation);
  });
  router.put("/access-tokens", (request, response) => {
    const wanted: unknown = request.body?.lifetimeSeconds;
    if (typeof wanted !== "number" || !Number.isInteger(wanted) || wanted < 1 || wanted > 86_400) {
      response.status(400).json({ error: "Give lifetimeSeconds, a whole number from 1 to 86400." });
      return;
    }
    world.accessTokens.lifetimeSeconds = wanted;
    response.json(world.accessTokens);
  });
  router.get("/requests", (_request, response) => {
    response.json({ requests: log.recent });
  });
  router.get("/inventory", (_request, response) => {
    response.json(Object.fromEntries(world.tenants.map((tenant) => [tenant.spec.key, inventory(tenant)])));
  });
  router.use(clusterRoutes(world, dirname(keyFile)));
  router.use((request, response) => {
    response.status(404).json({
      error: `There is no ${request.method} ${request.path} here. Try /sandbox/propagation, /sandbox/access-tokens, /sandbox/requests, /sandbox/inventory or /sandbox/clusters.`,
    });
  });
  return router;
}

/** What a deployment has left in a tenant. */
function inventory(tenant: Tenant): Record<string, unknown> {
  const credentialType = fullType(knownTypes.federatedCredentials);
  const credentials = tenant.resources.ofType(credentialType);
  return {
    resources: [
      ...[...tenant.groups.values()].map(({ id, name }) => ({ id, name, type: "Microsoft.Resources/resourceGroups" })),
      ...tenant.resources
        .all()
        .filter(({ type }) => type !== credentialType)
        .map(({ id, name, type }) => ({ id, name, type })),
    ],
    roleAssignments: [...tenant.access.assignments.values()]
      .filter(({ ofDeployer }) => !ofDeployer)
      .map(({ id, scope, principalId, roleName }) => ({
        id,
        scope,
        principalId,
        role: tenant.access.roles.get(roleName)?.roleName ?? roleName,
      })),
    federatedCredentials: credentials.map(({ id, name, body }) => ({ id, name, ...recordAt(body, "properties") })),
  };
}

function bearer(key: string): RequestHandler {
  return (request, response, next) => {
    if (request.get("authorization") === `Bearer ${key}`) next();
    else
      response
        .status(401)
        .json({ error: "The sandbox's own address needs the bearer key in the state directory's admin-key file." });
  };
}

function isDelay(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
