import type { Request, Response } from "express";
import type { BlobAccount, StoredBlob } from "./accounts.ts";
import { blobHeaders, setExactly } from "./blobs.ts";
import { websiteContainer } from "./service.ts";

/**
 * Serves `$web` to anybody, whatever the account says about public access (learn.microsoft.com/azure/storage/blobs/
 * storage-blob-static-website): the index document for a folder, the error document with status 404 for what is not there.
 * Names are case-sensitive.
 */
export function serveWebsite(request: Request, response: Response, account: BlobAccount): void {
  response.locals.tenant = account.tenant.spec.key;
  const { enabled, indexDocument, errorDocument404Path } = account.website;
  if (request.method !== "GET" && request.method !== "HEAD") {
    page(response, 405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.");
    return;
  }
  if (!enabled) {
    page(response, 404, "WebsiteNotEnabled", "The requested content does not exist.");
    return;
  }
  const blobs = account.containers.get(websiteContainer)?.blobs;
  const path = decodeURIComponent(request.path).slice(1);
  const folder = path === "" || path.endsWith("/");
  const found = folder
    ? indexDocument && blobs?.get(`${path}${indexDocument}`)
    : (blobs?.get(path) ?? (indexDocument ? blobs?.get(`${path}/${indexDocument}`) : undefined));
  if (found) {
    send(request, response, 200, found);
    return;
  }
  const missing = errorDocument404Path === undefined ? undefined : blobs?.get(errorDocument404Path);
  if (missing !== undefined) send(request, response, 404, missing);
  else page(response, 404, "WebContentNotFound", "The requested content does not exist.");
}

function send(request: Request, response: Response, status: number, blob: StoredBlob): void {
  const { "content-type": type = "", etag = "", "last-modified": modified = "" } = blobHeaders(blob);
  const length = String(blob.content.length);
  setExactly(response.status(status), {
    "content-type": type,
    etag,
    "last-modified": modified,
    "content-length": length,
  });
  if (request.method === "HEAD") response.end();
  else response.end(blob.content);
}

/** The service's own page. */
function page(response: Response, status: number, code: string, text: string): void {
  response.locals.errorCode = code;
  response
    .status(status)
    .set({ "content-type": "text/html", "x-ms-error-code": code })
    .send(
      `<!DOCTYPE html><html><head><title>${code}</title></head><body><h1>${text}</h1><p><ul><li>HttpStatusCode: ${status}</li><li>ErrorCode: ${code}</li></ul></p></body></html>`,
    );
}
