import type { Request, Response } from "express";
import { ServiceError } from "../service-error.ts";
import { escapeXml } from "./xml.ts";

/**
 * A refusal of the Blob service. Source: learn.microsoft.com/rest/api/
 * storageservices, "Common REST API error codes" and "Blob service error codes".
 */
export class BlobError extends ServiceError {}

const challenge = (tenantId: string, login: string) => ({
  "www-authenticate": `Bearer authorization_uri=https://${login}/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
});

export const blobErrors = {
  noAuthentication: (tenantId: string, login: string) =>
    new BlobError(
      401,
      "NoAuthenticationInformation",
      "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
      challenge(tenantId, login),
    ),
  invalidToken: (problem: string, tenantId: string, login: string) =>
    new BlobError(
      401,
      "InvalidAuthenticationInfo",
      `Server failed to authenticate the request. Please refer to the information in the www-authenticate header. (${problem})`,
      challenge(tenantId, login),
    ),
  authenticationFailed: (detail: string) =>
    new BlobError(
      403,
      "AuthenticationFailed",
      `Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature. ${detail}`,
    ),
  keysNotPermitted: () =>
    new BlobError(
      403,
      "KeyBasedAuthenticationNotPermitted",
      "Key based authentication is not permitted on this storage account.",
    ),
  permissionMismatch: () =>
    new BlobError(
      403,
      "AuthorizationPermissionMismatch",
      "This request is not authorized to perform this operation using this permission.",
    ),
  publicAccessNotPermitted: () =>
    new BlobError(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account."),
  resourceNotFound: () => new BlobError(404, "ResourceNotFound", "The specified resource does not exist."),
  containerNotFound: () => new BlobError(404, "ContainerNotFound", "The specified container does not exist."),
  containerExists: () => new BlobError(409, "ContainerAlreadyExists", "The specified container already exists."),
  blobNotFound: () => new BlobError(404, "BlobNotFound", "The specified blob does not exist."),
  blobExists: () => new BlobError(409, "BlobAlreadyExists", "The specified blob already exists."),
  conditionNotMet: () =>
    new BlobError(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."),
  md5Mismatch: () =>
    new BlobError(
      400,
      "Md5Mismatch",
      "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    ),
  invalidHeader: (name: string) =>
    new BlobError(
      400,
      "InvalidHeaderValue",
      `The value for one of the HTTP headers is not in the correct format. (${name})`,
    ),
  missingHeader: (name: string) =>
    new BlobError(
      400,
      "MissingRequiredHeader",
      `An HTTP header that's mandatory for this request is not specified. (${name})`,
    ),
  invalidName: () =>
    new BlobError(400, "InvalidResourceName", "The specified resource name contains invalid characters."),
  invalidXml: () => new BlobError(400, "InvalidXmlDocument", "XML specified is not syntactically valid."),
  featureNotSupported: (kind: string) =>
    new BlobError(
      409,
      "FeatureNotYetSupportedForThisAccountType",
      `A static website needs an account of kind StorageV2 or BlockBlobStorage, and this one is ${kind}.`,
    ),
  notSimulated: (request: Request) =>
    new BlobError(
      501,
      "NotImplemented",
      `The sandbox's Blob service does not know ${request.method} ${request.originalUrl}. It answers only what it simulates.`,
    ),
};

/** Writes a refusal as the service does: XML, with the code in a header too. */
export function answerBlobError(request: Request, response: Response, error: BlobError): void {
  response.locals.errorCode = error.code;
  const id = String(response.get("x-ms-request-id") ?? "");
  const message = `${error.message}\nRequestId:${id}\nTime:${new Date().toISOString()}`;
  const body = `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${error.code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  response
    .status(error.status)
    .set({ "content-type": "application/xml", "x-ms-error-code": error.code, ...error.headers });
  if (request.method === "HEAD") response.end();
  else response.send(body);
}
