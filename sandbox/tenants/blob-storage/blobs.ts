import type { Request, Response } from "express";
import { md5Of, newEtag, type StoredBlob, type StoredContainer } from "./accounts.ts";
import { blobErrors } from "./errors.ts";
import { element, xmlHead } from "./xml.ts";

const kept = ["cache-control", "content-encoding", "content-language", "content-disposition"];

/** Put Blob: a block blob in one request. */
export function putBlob(request: Request, response: Response, container: StoredContainer, name: string): void {
  const type = request.get("x-ms-blob-type");
  if (type === undefined) throw blobErrors.missingHeader("x-ms-blob-type");
  if (type !== "BlockBlob") throw blobErrors.notSimulated(request);
  checkName(name);
  const before = container.blobs.get(name);
  checkConditions(request, before);
  const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const md5 = md5Of(content);
  const claimed = request.get("content-md5");
  if (claimed !== undefined && claimed !== md5) throw blobErrors.md5Mismatch();
  const blob: StoredBlob = {
    content,
    contentType: request.get("x-ms-blob-content-type") || request.get("content-type") || "application/octet-stream",
    headers: headersOf(request),
    metadata: metadataOf(request),
    tier: request.get("x-ms-access-tier") ?? "Hot",
    etag: newEtag(),
    created: before?.created ?? new Date(),
    modified: new Date(),
  };
  container.blobs.set(name, blob);
  response
    .status(201)
    .set({ ...stamps(blob), "content-md5": md5, "x-ms-request-server-encrypted": "true" })
    .end();
}

/** Get Blob and Get Blob Properties. */
export function getBlob(request: Request, response: Response, container: StoredContainer, name: string): void {
  const blob = container.blobs.get(name);
  if (blob === undefined) throw blobErrors.blobNotFound();
  setExactly(response, { ...blobHeaders(blob), "accept-ranges": "bytes" });
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.get("x-ms-range") ?? request.get("range") ?? "") ?? [];
  if (request.method === "HEAD") {
    response.status(200).set("content-length", String(blob.content.length)).end();
  } else if (from !== undefined && Number(from) < blob.content.length) {
    const end = to === undefined || to === "" ? blob.content.length - 1 : Math.min(Number(to), blob.content.length - 1);
    const part = blob.content.subarray(Number(from), end + 1);
    response
      .status(206)
      .set({ "content-range": `bytes ${from}-${end}/${blob.content.length}`, "content-length": String(part.length) })
      .end(part);
  } else {
    response.status(200).set("content-length", String(blob.content.length)).end(blob.content);
  }
}

export function deleteBlob(request: Request, response: Response, container: StoredContainer, name: string): void {
  const blob = container.blobs.get(name);
  if (blob === undefined) throw blobErrors.blobNotFound();
  checkConditions(request, blob);
  container.blobs.delete(name);
  response.status(202).set("x-ms-delete-type-permanent", "true").end();
}

/** Set Blob Properties, Set Blob Metadata and Set Blob Tier. */
export function changeBlob(
  request: Request,
  response: Response,
  container: StoredContainer,
  name: string,
  what: "properties" | "metadata" | "tier",
): void {
  const blob = container.blobs.get(name);
  if (blob === undefined) throw blobErrors.blobNotFound();
  if (what === "tier") {
    const tier = request.get("x-ms-access-tier") ?? "";
    if (!["Hot", "Cool", "Cold", "Archive"].includes(tier)) throw blobErrors.invalidHeader("x-ms-access-tier");
    blob.tier = tier;
    response.status(200).end();
    return;
  }
  if (what === "metadata") blob.metadata = metadataOf(request);
  else {
    // What a request leaves out is cleared.
    blob.contentType = request.get("x-ms-blob-content-type") ?? "application/octet-stream";
    blob.headers = headersOf(request);
  }
  blob.etag = newEtag();
  blob.modified = new Date();
  response.status(200).set(stamps(blob)).end();
}

/** List Blobs, without hierarchy. */
export function blobsXml(container: StoredContainer, name: string, endpoint: string, prefix: string): string {
  const blobs = [...container.blobs].filter(([each]) => each.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    xmlHead,
    `<EnumerationResults ServiceEndpoint="${endpoint}/" ContainerName="${name}">`,
    prefix === "" ? "" : element("Prefix", prefix),
    "<Blobs>",
    ...blobs.map(([each, blob]) =>
      [
        `<Blob>${element("Name", each)}<Properties>`,
        element("Creation-Time", blob.created.toUTCString()),
        element("Last-Modified", blob.modified.toUTCString()),
        element("Etag", blob.etag.replaceAll('"', "")),
        element("Content-Length", blob.content.length),
        element("Content-Type", blob.contentType),
        element("Content-MD5", md5Of(blob.content)),
        "<BlobType>BlockBlob</BlobType>",
        element("AccessTier", blob.tier),
        "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties></Blob>",
      ].join(""),
    ),
    "</Blobs><NextMarker /></EnumerationResults>",
  ].join("");
}

/** Headers that tell what a blob is; the static website sends them too. */
export function blobHeaders(blob: StoredBlob): Record<string, string> {
  return {
    ...stamps(blob),
    ...blob.headers,
    ...Object.fromEntries(Object.entries(blob.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
    "content-type": blob.contentType,
    "content-md5": md5Of(blob.content),
    "x-ms-blob-type": "BlockBlob",
    "x-ms-access-tier": blob.tier,
    "x-ms-creation-time": blob.created.toUTCString(),
    "x-ms-lease-status": "unlocked",
    "x-ms-lease-state": "available",
    "x-ms-server-encrypted": "true",
  };
}

/** Express adds a charset to content types; the service answers what it was given. */
export function setExactly(response: Response, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function stamps({ etag, modified }: StoredBlob): Record<string, string> {
  return { etag, "last-modified": modified.toUTCString() };
}

function checkConditions(request: Request, blob: StoredBlob | undefined): void {
  const [match, noneMatch] = [request.get("if-match"), request.get("if-none-match")];
  if (noneMatch === "*" && blob !== undefined) throw blobErrors.blobExists();
  if (match !== undefined && match !== "*" && match !== blob?.etag) throw blobErrors.conditionNotMet();
}

/** Learn, "Naming and referencing containers, blobs, and metadata": 1 to 1,024 characters, any of them. */
function checkName(name: string): void {
  if (name.length < 1 || name.length > 1024) throw blobErrors.invalidName();
}

function headersOf(request: Request): Record<string, string> {
  const entries = kept.flatMap((name) => {
    const value = request.get(`x-ms-blob-${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The metadata headers of a request. */
export function metadataOf(request: Request): Record<string, string> {
  const entries = Object.entries(request.headers)
    .filter(([name]) => name.startsWith("x-ms-meta-"))
    .map(([name, value]): [string, string] => [name.slice("x-ms-meta-".length), String(value)]);
  return Object.fromEntries(entries);
}
