import { z } from "zod";
import type { ApiRequests } from "./api-requests";

/** Reads a path of the API server; throws a RunError that says which right is missing. */
export type Read = (path: string, what: string) => Promise<unknown>;

const discoverySchema = z.looseObject({ issuer: z.string().min(1) });
const tokenSchema = z.looseObject({ status: z.looseObject({ token: z.string() }) });
const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** A JSON Web Key Set, as the API server serves it. */
export type KeySet = z.output<typeof keySetSchema>;

/**
 * The issuer that the cluster puts into its tokens: that of its discovery document, else of a token for nobody, which
 * lives for the ten minutes that Kubernetes requires at least. Undefined when neither is allowed.
 */
export async function readReportedIssuer(api: ApiRequests): Promise<string | undefined> {
  const discovery = discoverySchema.safeParse((await quietly(api.get("/.well-known/openid-configuration")))?.body);
  if (discovery.success) return discovery.data.issuer;
  const request = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: ["cross-tenant-identity:issuer-check"], expirationSeconds: 600 },
  };
  const answer = await quietly(api.post("/api/v1/namespaces/default/serviceaccounts/default/token", request));
  const token = tokenSchema.safeParse(answer?.body);
  return token.success ? issuerOf(token.data.status.token) : undefined;
}

/** The public keys of the cluster's tokens. An API server serves them to those with system:service-account-issuer-discovery. */
export async function readKeys(read: Read): Promise<KeySet> {
  const keys = await read(
    "/openid/v1/jwks",
    "read the token keys at /openid/v1/jwks (ClusterRole system:service-account-issuer-discovery)",
  );
  return keySetSchema.parse(typeof keys === "string" ? JSON.parse(keys) : keys);
}

function issuerOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return discoverySchema.parse({ issuer: claims.iss }).issuer;
  } catch {
    return undefined;
  }
}

/** A question that may stay without an answer. */
async function quietly<Value>(question: Promise<Value>): Promise<Value | undefined> {
  try {
    return await question;
  } catch {
    return undefined;
  }
}
