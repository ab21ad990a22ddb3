import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import type { World } from "../tenant.ts";
import { enter } from "./call.ts";
import { serveConnectedClusters } from "./connected-clusters.ts";
import { serveCustomLocations } from "./custom-locations.ts";
import { ArmError, armErrors } from "./errors.ts";
import { serveFederatedCredentials } from "./federated-credentials.ts";
import { serveLogicalNetworks } from "./logical-networks.ts";
import { serveManagedClusters } from "./managed-clusters.ts";
import { serveManagedIdentities } from "./managed-identities.ts";
import { serveProviders } from "./provider-routes.ts";
import { typesOf } from "./providers.ts";
import { serveProvisionedClusters } from "./provisioned-clusters.ts";
import { serveQuota } from "./quota.ts";
import { serveResourceGroups } from "./resource-groups.ts";
import { serveResourceLists } from "./resource-lists.ts";
import { serveRoleAssignments } from "./role-assignments.ts";
import { serveRoleDefinitions } from "./role-definitions.ts";
import { serveStorageAccounts } from "./storage-accounts.ts";
import { serveSubscriptions } from "./subscriptions.ts";

/** Resource Manager of all tenants. It answers every path: what it does not know, it refuses. */
export function armRouter(world: World): Router {
  const router = Router();
  router.use(collapseSlashes);
  router.use(express.json({ limit: "4mb", type: () => true }));
  serveSubscriptions(router, world);
  serveResourceGroups(router, world);
  serveResourceLists(router, world);
  serveProviders(router, world);
  serveManagedClusters(router, world);
  serveConnectedClusters(router, world);
  serveProvisionedClusters(router, world);
  serveCustomLocations(router, world);
  serveLogicalNetworks(router, world);
  serveStorageAccounts(router, world);
  serveManagedIdentities(router, world);
  serveFederatedCredentials(router, world);
  serveQuota(router, world);
  serveRoleDefinitions(router, world);
  serveRoleAssignments(router, world);
  router.use(refuseUnknown(world));
  router.use(answerError(world));
  return router;
}

/** Clients put a scope that begins with "/" behind one of their own; Azure takes "//subscriptions" for "/subscriptions". */
const collapseSlashes: RequestHandler = (request, _response, next) => {
  const [path = "", ...query] = request.url.split("?");
  request.url = [path.replace(/\/{2,}/g, "/"), ...query].join("?");
  next();
};

/** The refusal that says what of a path is unknown: namespace, type, or this method on it. */
function refuseUnknown(world: World): RequestHandler {
  return async (request, response) => {
    const call = await enter(world, request, response);
    const [namespace = "", ...parts] = (/.*\/providers\/(.*)$/i.exec(call.path)?.[1] ?? "").split("/");
    const known = typesOf(namespace);
    const type = parts.filter((_, index) => index % 2 === 0).join("/");
    if (namespace !== "" && known.length === 0) throw armErrors.unknownNamespace(namespace);
    if (type !== "" && !known.some((each) => each.type.toLowerCase() === type.toLowerCase())) {
      throw armErrors.unknownType(
        namespace,
        type,
        call.apiVersion,
        known.map((each) => each.type),
      );
    }
    throw armErrors.notSimulated(request.method, call.path);
  };
}

function answerError(world: World): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const refusal = asArmError(error);
    if (refusal.status === 500)
      world.log(`arm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    response.locals.errorCode = refusal.code;
    response
      .status(refusal.status)
      .set({ "x-ms-failure-cause": "gateway", ...refusal.headers })
      .json(refusal.body());
  };
}

function asArmError(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  if (error instanceof SyntaxError || error instanceof URIError) return armErrors.invalidContent(error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new ArmError(500, "InternalServerError", `The sandbox's Resource Manager failed: ${message}`);
}
