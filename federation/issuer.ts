import { maxClaimLength } from "./limits";

/** The issuer (`iss` claim) of a cluster's tokens, which tenant B compares byte for byte, trailing slash included. */

declare const brand: unique symbol;
export type IssuerUrl = string & { readonly [brand]: "IssuerUrl" };

/** What is wrong with a text as an issuer URL, or undefined when Entra ID could use it. */
export function issuerFault(text: string): string | undefined {
  if (text === "") return "the issuer is empty";
  if (/\s/.test(text)) return "the issuer has whitespace in it";
  if (!URL.canParse(text)) return "the issuer is not a URL";
  const url = new URL(text);
  if (url.protocol !== "https:") return `the issuer starts with ${url.protocol}// and not with https://`;
  if (text.includes("?") || text.includes("#")) return "the issuer has a query or a fragment";
  if (url.username !== "" || url.password !== "") return "the issuer has a user name in it";
  if (text.length > maxClaimLength) return `the issuer is longer than ${maxClaimLength} characters`;
  return undefined;
}

/** An issuer from its text; throws when Entra ID could not use it. */
export function issuerUrl(text: string): IssuerUrl {
  const fault = issuerFault(text);
  if (fault !== undefined) throw new RangeError(`${fault}: "${text}"`);
  return text as IssuerUrl;
}

/** AKS and Arc issuers end in `/`; copied without it they match no token. */
export function looksTruncated(issuer: string): boolean {
  if (!URL.canParse(issuer) || issuer.endsWith("/")) return false;
  const { hostname } = new URL(issuer);
  return /(^|\.)(oic|oidc)\.prod-(aks|arc)\.azure\.com$/.test(hostname) && !hostname.startsWith("ib.");
}

/** Says in words how two issuers differ; undefined when they are the same byte for byte. */
export function issuerDifference(left: string, right: string): string | undefined {
  if (left === right) return undefined;
  if (left.trim() === right.trim()) return "they differ only in whitespace";
  if (left.replace(/\/+$/, "") === right.replace(/\/+$/, "")) return "they differ only in the trailing slash";
  if (left.toLowerCase() === right.toLowerCase()) return "they differ only in upper and lower case";
  return "they are different issuers";
}
