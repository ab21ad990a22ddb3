import { randomUUID } from "node:crypto";
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from "express";
import { adminRouter } from "./admin.ts";
import { armRouter } from "./arm/server.ts";
import { cloudOfLogin, cloudOfResourceManager, hostNameOf, isManagedIssuerHost } from "./azure-clouds.ts";
import { blobStorage, storageHost } from "./blob-storage/server.ts";
import { isIssuerHost, issuerAt } from "./cluster-issuers.ts";
import { entraRouter } from "./entra/server.ts";
import type { RequestLog } from "./request-log.ts";
import type { World } from "./tenant.ts";

/** The one application of the TLS server. It chooses by Host header, and by path on its own address. */
export function cloudApplication(world: World, log: RequestLog, adminKeyFile: string): Express {
  const application = express().disable("x-powered-by").disable("etag");
  const entra = entraRouter(world);
  const arm = armRouter(world);
  const own = Router();
  own.use("/sandbox", adminRouter(world, log, adminKeyFile));
  own.use(entra, arm);
  const entraOnly = Router();
  entraOnly.use(entra, refuse("Microsoft Entra ID"));
  application.use(log.middleware, requestIds);
  const issuers = serveIssuers(world);
  const blobs = blobStorage(world);
  application.use((request, response, next) => {
    const host = hostNameOf(request.headers.host);
    if (["127.0.0.1", "localhost"].includes(host)) own(request, response, next);
    else if (cloudOfLogin(host) !== undefined) entraOnly(request, response, next);
    else if (cloudOfResourceManager(host) !== undefined) arm(request, response, next);
    else if (storageHost(host) !== undefined) blobs(request, response, next);
    else if (isIssuerHost(world, host) || isManagedIssuerHost(host)) issuers(request, response, next);
    else refuse(host)(request, response, next);
  });
  const fail: ErrorRequestHandler = (error, _request, response, _next) => {
    const message = error instanceof Error ? error.message : String(error);
    world.log(`cloud: ${message}`);
    response.status(500).json({ error: { code: "InternalServerError", message: `The sandbox failed: ${message}` } });
  };
  application.use(fail);
  return application;
}

/** Every Azure answer carries ids for support; clients log them. */
const requestIds: RequestHandler = (request, response, next) => {
  const correlation = request.get("x-ms-correlation-request-id") ?? randomUUID();
  response.set({ "x-ms-request-id": randomUUID(), "x-ms-correlation-request-id": correlation });
  const client = request.get("x-ms-client-request-id");
  if (client !== undefined) response.set("x-ms-client-request-id", client);
  next();
};

/** An issuer's document and keys, as the cluster's own API server answers them. */
function serveIssuers(world: World): RequestHandler {
  return async (request, response) => {
    const host = hostNameOf(request.headers.host);
    const found = issuerAt(world, host, request.path);
    if (found === undefined) {
      response.status(404).json({ error: `No running cluster publishes https://${host}${request.path}.` });
      return;
    }
    const { cluster, document } = found;
    response.json(document === "keys" ? await cluster.jwks() : await cluster.openidConfiguration());
  };
}

function refuse(what: string): RequestHandler {
  return (request, response) => {
    const message = `The sandbox's ${what} does not know ${request.method} ${request.path}. It answers only what it simulates.`;
    response.status(501).json({ error: { code: "NotImplemented", message } });
  };
}
