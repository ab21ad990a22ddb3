import { createHmac, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import type { BlobAccount } from "./accounts.ts";
import { blobErrors } from "./errors.ts";

const clockSkewMs = 15 * 60 * 1000;

/** Headers that are part of what is signed, in their order (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key). */
const signedHeaders = [
  ...["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date"],
  ...["if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"],
];

/** The text that a client signs with the account's key. */
export function stringToSign(request: Pick<Request, "method" | "headers" | "originalUrl">, account: string): string {
  const { headers, method } = request;
  const header = (name: string): string => {
    const value = String(headers[name] ?? "");
    if (name === "content-length") return value === "0" ? "" : value;
    // x-ms-date says it instead.
    return name === "date" && headers["x-ms-date"] !== undefined ? "" : value;
  };
  const own = Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort()
    .map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, " ")}\n`);
  return [method, ...signedHeaders.map(header)].join("\n").concat("\n", ...own, canonicalResource(request, account));
}

/** Refuses a request whose signature is not that of one of the account's keys. */
export function checkSharedKey(request: Request, account: BlobAccount, authorization: string): void {
  if (!account.allowSharedKeyAccess) throw blobErrors.keysNotPermitted();
  const [, name = "", signature = ""] = /^SharedKey ([^:]+):(\S+)$/i.exec(authorization) ?? [];
  if (name !== account.name) throw blobErrors.authenticationFailed(`The account of the signature is '${name}'.`);
  const date = new Date(String(request.headers["x-ms-date"] ?? request.headers.date ?? "")).getTime();
  if (!(Math.abs(Date.now() - date) < clockSkewMs)) {
    throw blobErrors.authenticationFailed("Request date header too old or missing.");
  }
  const text = stringToSign(request, account.name);
  const given = Buffer.from(signature, "base64");
  const valid = account.keys.some((key) => {
    const expected = createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest();
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (!valid) {
    throw blobErrors.authenticationFailed(
      `The MAC signature found in the HTTP request is not the same as any computed signature. Server used following string to sign: '${text}'.`,
    );
  }
}

function canonicalResource({ originalUrl }: Pick<Request, "originalUrl">, account: string): string {
  const [path = "/", query = ""] = originalUrl.split("?");
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    const key = name.toLowerCase();
    parameters.set(key, [...(parameters.get(key) ?? []), value]);
  }
  const lines = [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, v]) => `\n${key}:${v.sort().join(",")}`);
  return `/${account}${path}${lines.join("")}`;
}
