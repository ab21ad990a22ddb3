import express, { type NextFunction, type Request, type Response, Router } from "express";
import { allClouds } from "../azure-clouds.ts";
import type { World } from "../tenant.ts";
import { checkAccess, type Need, needs } from "./access.ts";
import { type BlobAccount, blobAccountsOf, newContainer, type StoredContainer } from "./accounts.ts";
import { blobsXml, changeBlob, deleteBlob, getBlob, metadataOf, putBlob } from "./blobs.ts";
import { answerBlobError, BlobError, blobErrors } from "./errors.ts";
import { containersXml, servicePropertiesXml, setServiceProperties } from "./service.ts";
import { serveWebsite } from "./static-website.ts";

/** The account, and which of its endpoints, that a host name means. */
export function storageHost(host: string): { account: string; endpoint: "blob" | "web" } | undefined {
  for (const { storage } of allClouds) {
    if (!host.endsWith(`.${storage}`)) continue;
    const [account = "", ...rest] = host.slice(0, -storage.length - 1).split(".");
    if (rest.join(".") === "blob") return { account, endpoint: "blob" };
    if (rest.length === 2 && rest[1] === "web") return { account, endpoint: "web" };
  }
  return undefined;
}

/** Serves `ACCOUNT.blob.core.windows.net` and the static websites `ACCOUNT.z13.web.core.windows.net` of all accounts. */
export function blobStorage(world: World): Router {
  const router = Router();
  const accounts = blobAccountsOf(world);
  router.use(express.raw({ type: () => true, limit: "256mb" }));
  router.use(async (request: Request, response: Response, _next: NextFunction) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const found = storageHost(host);
    const account = found === undefined ? undefined : accounts.get(found.account);
    // The name of an account that does not exist has no address: the connection fails before any answer.
    if (found === undefined || account === undefined) {
      request.socket.destroy();
      return;
    }
    response.set({ "x-ms-version": request.get("x-ms-version") ?? "2026-02-06", server: "Windows-Azure-Blob/1.0" });
    if (found.endpoint === "web") {
      serveWebsite(request, response, account);
      return;
    }
    try {
      await serve(request, response, account, `https://${host}`);
    } catch (error) {
      if (!(error instanceof BlobError)) throw error;
      answerBlobError(request, response, error);
    }
  });
  return router;
}

async function serve(request: Request, response: Response, account: BlobAccount, endpoint: string): Promise<void> {
  const [, container = "", blob = ""] = /^\/([^/]*)(?:\/(.*))?$/s.exec(decodeURIComponent(request.path)) ?? [];
  if (container === "") await serveService(request, response, account, endpoint);
  else if (blob === "") await serveContainer(request, response, account, endpoint, container);
  else await serveBlob(request, response, account, container, blob);
}

async function serveService(
  request: Request,
  response: Response,
  account: BlobAccount,
  endpoint: string,
): Promise<void> {
  const may = (need: Need) => checkAccess(request, response, account, need, undefined);
  switch (operationOf(request)) {
    case "GET service properties":
      await may(needs.getServiceProperties);
      return sendXml(response, servicePropertiesXml(account));
    case "PUT service properties":
      await may(needs.setServiceProperties);
      setServiceProperties(account, String(request.body));
      response.status(202).end();
      return;
    case "GET account properties":
    case "HEAD account properties":
      await may(needs.getAccountInformation);
      response.set({ "x-ms-sku-name": account.sku, "x-ms-account-kind": account.kind, "x-ms-is-hns-enabled": "false" });
      response.status(200).end();
      return;
    case "GET  list":
      await may(needs.readContainer);
      return sendXml(response, containersXml(account, endpoint, queryOf(request, "prefix")));
    default:
      throw blobErrors.notSimulated(request);
  }
}

async function serveContainer(
  request: Request,
  response: Response,
  account: BlobAccount,
  endpoint: string,
  name: string,
): Promise<void> {
  const may = (need: Need, anonymous = false) => checkAccess(request, response, account, need, name, anonymous);
  const opened = account.allowBlobPublicAccess && account.containers.get(name)?.publicAccess === "container";
  switch (operationOf(request)) {
    case "PUT container ":
      await may(needs.writeContainer);
      response
        .status(201)
        .set(stamps(create(request, account, name)))
        .end();
      return;
    case "GET container ":
    case "HEAD container ": {
      await may(needs.readContainer, opened);
      const { publicAccess, ...container } = containerOf(account, name);
      response.set({ ...stamps(container), "x-ms-lease-status": "unlocked", "x-ms-lease-state": "available" });
      if (publicAccess !== undefined) response.set("x-ms-blob-public-access", publicAccess);
      response.status(200).end();
      return;
    }
    case "DELETE container ":
      await may(needs.deleteContainer);
      containerOf(account, name);
      account.containers.delete(name);
      response.status(202).end();
      return;
    case "GET container list":
      await may(needs.readBlob, opened);
      return sendXml(response, blobsXml(containerOf(account, name), name, endpoint, queryOf(request, "prefix")));
    default:
      throw blobErrors.notSimulated(request);
  }
}

async function serveBlob(
  request: Request,
  response: Response,
  account: BlobAccount,
  containerName: string,
  name: string,
): Promise<void> {
  const may = (need: Need, anonymous = false) =>
    checkAccess(request, response, account, need, containerName, anonymous);
  const opened = account.allowBlobPublicAccess && account.containers.get(containerName)?.publicAccess !== undefined;
  const operation = operationOf(request);
  if (operation === "GET  " || operation === "HEAD  ") {
    await may(needs.readBlob, opened);
    return getBlob(request, response, containerOf(account, containerName), name);
  }
  if (operation === "DELETE  ") {
    await may(needs.deleteBlob);
    return deleteBlob(request, response, containerOf(account, containerName), name);
  }
  const change = /^PUT {2}(properties|metadata|tier)$/.exec(operation)?.[1];
  if (operation !== "PUT  " && change === undefined) throw blobErrors.notSimulated(request);
  await may(needs.writeBlob);
  const container = containerOf(account, containerName);
  if (change === "properties" || change === "metadata" || change === "tier") {
    changeBlob(request, response, container, name, change);
  } else putBlob(request, response, container, name);
}

function create(request: Request, account: BlobAccount, name: string): StoredContainer {
  // Learn, "Naming and referencing containers, blobs, and metadata".
  const ordinary = /^(?!.*--)[a-z0-9]([a-z0-9-]{1,61})[a-z0-9]$/.test(name);
  if (!ordinary && !["$web", "$root"].includes(name)) throw blobErrors.invalidName();
  if (account.containers.has(name)) throw blobErrors.containerExists();
  const access = request.get("x-ms-blob-public-access");
  if (access !== undefined && access !== "blob" && access !== "container") {
    throw blobErrors.invalidHeader("x-ms-blob-public-access");
  }
  if (access !== undefined && !account.allowBlobPublicAccess) throw blobErrors.publicAccessNotPermitted();
  const container = newContainer(access, metadataOf(request));
  account.containers.set(name, container);
  return container;
}

function containerOf(account: BlobAccount, name: string): StoredContainer {
  const container = account.containers.get(name);
  if (container === undefined) throw blobErrors.containerNotFound();
  return container;
}

/** Method and the two query parameters that say which operation a request is. */
function operationOf(request: Request): string {
  return `${request.method} ${queryOf(request, "restype")} ${queryOf(request, "comp")}`;
}

function queryOf(request: Request, name: string): string {
  const value = request.query[name];
  return typeof value === "string" ? value : "";
}

function stamps({ etag, modified }: Pick<StoredContainer, "etag" | "modified">): Record<string, string> {
  return { etag, "last-modified": modified.toUTCString() };
}

function sendXml(response: Response, xml: string): void {
  response.status(200).set("content-type", "application/xml").send(xml);
}
