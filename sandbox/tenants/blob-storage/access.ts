import type { Request, Response } from "express";
import { decodeJwt } from "jose";
import { namesOf } from "../azure-clouds.ts";
import { v1Issuer } from "../entra/discovery.ts";
import type { BlobAccount } from "./accounts.ts";
import { blobErrors } from "./errors.ts";
import { checkSharedKey } from "./shared-key.ts";

const service = "Microsoft.Storage/storageAccounts/blobServices";

/** What a request needs of a caller who signed in; whoever has a key may do all of it. */
export interface Need {
  action: string;
  plane: "control" | "data";
}

/**
 * The permissions of the operations: learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory,
 * "Permissions for calling data operations". Those of the service and its containers are not data actions.
 */
export const needs = {
  getServiceProperties: { action: `${service}/read`, plane: "control" },
  setServiceProperties: { action: `${service}/write`, plane: "control" },
  getAccountInformation: { action: `${service}/getInfo/action`, plane: "control" },
  readContainer: { action: `${service}/containers/read`, plane: "control" },
  writeContainer: { action: `${service}/containers/write`, plane: "control" },
  deleteContainer: { action: `${service}/containers/delete`, plane: "control" },
  readBlob: { action: `${service}/containers/blobs/read`, plane: "data" },
  writeBlob: { action: `${service}/containers/blobs/write`, plane: "data" },
  deleteBlob: { action: `${service}/containers/blobs/delete`, plane: "data" },
} as const satisfies Record<string, Need>;

/**
 * Lets a request pass by the account's key, by a token of the account's tenant with the permission, or, where
 * `anonymous` says so, without either.
 */
export async function checkAccess(
  request: Request,
  response: Response,
  account: BlobAccount,
  need: Need,
  container: string | undefined,
  anonymous = false,
): Promise<void> {
  response.locals.tenant = account.tenant.spec.key;
  const authorization = request.get("authorization");
  if (authorization === undefined) {
    if (anonymous) return;
    throw withoutSignature(request, account, container);
  }
  if (/^SharedKey /i.test(authorization)) {
    checkSharedKey(request, account, authorization);
    response.locals.principal = `key of ${account.name}`;
    return;
  }
  const objectId = await signedIn(request, response, account, authorization);
  const scope = container === undefined ? account.id : `${account.id}/blobServices/default/containers/${container}`;
  if (!account.tenant.access.allows(objectId, need.action, scope, need.plane)) throw blobErrors.permissionMismatch();
}

function withoutSignature(request: Request, account: BlobAccount, container: string | undefined): Error {
  const { tenantId, environment } = account.tenant.spec;
  const reads = request.method === "GET" || request.method === "HEAD";
  if (container === undefined || !reads) return blobErrors.noAuthentication(tenantId, namesOf(environment).login[0]);
  // A private container does not even say that it is there.
  return account.allowBlobPublicAccess ? blobErrors.resourceNotFound() : blobErrors.publicAccessNotPermitted();
}

async function signedIn(
  request: Request,
  response: Response,
  { tenant, name }: BlobAccount,
  authorization: string,
): Promise<string> {
  const cloud = namesOf(tenant.spec.environment);
  const refused = (problem: string) => blobErrors.invalidToken(problem, tenant.spec.tenantId, cloud.login[0]);
  const token = /^bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw blobErrors.authenticationFailed("The scheme is not SharedKey or Bearer.");
  // Token authorization exists since 2017-11-09.
  if ((request.get("x-ms-version") ?? "") < "2017-11-09") throw blobErrors.missingHeader("x-ms-version");
  if (issuerOf(token) !== v1Issuer(tenant)) throw refused("Issuer validation failed. Issuer did not match.");
  const claims = await tenant.key.verify(token).catch(() => {
    throw refused("Signature validation failed, or the token has expired.");
  });
  const audience = String(claims.aud).replace(/\/$/, "");
  if (!["https://storage.azure.com", `https://${name}.blob.${cloud.storage}`].includes(audience)) {
    throw refused("Audience validation failed. Audience did not match.");
  }
  response.locals.principal = String(claims.appid);
  return String(claims.oid);
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
