import { type ErrorRequestHandler, Router } from "express";
import type { World } from "../tenant.ts";
import { serveDiscovery } from "./discovery.ts";
import { EntraError } from "./errors.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { serveTokens } from "./token.ts";

/** Microsoft Entra ID of all tenants. Paths that it does not know fall through. */
export function entraRouter(world: World): Router {
  const router = Router();
  serveDiscovery(router, world);
  serveTokens(router, world, new IssuerKeys(world));
  const answerRefusal: ErrorRequestHandler = (error, request, response, next) => {
    if (!(error instanceof EntraError)) {
      next(error);
      return;
    }
    response.locals.errorCode = `AADSTS${error.code}`;
    response.status(error.status).json(error.body(request.get("client-request-id")));
  };
  router.use(answerRefusal);
  return router;
}
