import { isIP } from "node:net";
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

/** Why Entra ID could not read an issuer's documents over the Internet, and what helps. */
export interface UnreachableIssuer {
  readonly fault: string;
  readonly advice: string;
}

/**
 * Judges by the host alone whether Entra ID could read discovery document and keys, which it does over the Internet
 * (Microsoft Learn, "Workload identity federation"); undefined when nothing speaks against it. A name may still be one
 * that only a private DNS server knows.
 */
export function unreachableIssuer(issuer: string): UnreachableIssuer | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const host = new URL(issuer).hostname.toLowerCase().replace(/\.$/, "");
  const address = host.replace(/^\[|\]$/g, "");
  const advice =
    "give the issuer that the Internet reads; a cluster without one can have it published: cluster.publishIssuer";
  if (/(^|\.)localhost$/.test(host) || /^127\./.test(address) || address === "::1" || address === "0.0.0.0") {
    return { fault: "is a loopback address, which no other machine can read", advice };
  }
  if (/(^|\.)svc$/.test(host) || /(^|\.)cluster\.local$/.test(host) || host === "kubernetes.default") {
    return {
      fault: "is a name inside the cluster, which nothing outside can read",
      advice:
        "set the API server's flags --service-account-issuer and --service-account-jwks-uri to public addresses, or have its keys published: cluster.publishIssuer",
    };
  }
  if (isPrivateAddress(address)) {
    return { fault: "is an address of a private network, which the Internet cannot read", advice };
  }
  if (isIP(address) !== 0) return undefined;
  if (!host.includes("."))
    return { fault: "has a host name without a domain, which only a private network knows", advice };
  if (/\.(local|internal|lan|home\.arpa)$/.test(host)) {
    return { fault: "has a host name of a private network, which the Internet does not know", advice };
  }
  return undefined;
}

/** RFC 1918, 6598 (carrier-grade NAT), 3927 (link local), 4193 and 4291 (their kind in IPv6). */
function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 6) return /^(f[cd]|fe[89ab])/.test(address);
  if (isIP(address) !== 4) return false;
  const [first = 0, second = 0] = address.split(".").map(Number);
  return (
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254) ||
    (first === 100 && second >= 64 && second < 128)
  );
}

/** Says in words how two issuers differ; undefined when they are the same byte for byte. */
export function issuerDifference(left: string, right: string): string | undefined {
  if (left === right) return undefined;
  if (left.trim() === right.trim()) return "they differ only in whitespace";
  if (left.replace(/\/+$/, "") === right.replace(/\/+$/, "")) return "they differ only in the trailing slash";
  if (left.toLowerCase() === right.toLowerCase()) return "they differ only in upper and lower case";
  return "they are different issuers";
}
