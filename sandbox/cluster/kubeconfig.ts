import { stringify } from "yaml";
import type { KeyedCertificate } from "./authority.ts";

/** How a client shows who it is: a bearer token, one that a file holds and that is renewed there, or a certificate. */
export type ClientIdentity = { token: string } | { tokenFile: string } | KeyedCertificate;

export interface KubeconfigParts {
  /** Name of the cluster and of the context. */
  name: string;
  user: string;
  /** `https://127.0.0.1:PORT` */
  server: string;
  /** PEM of the authority that signed the server's certificate. */
  authority: string;
  identity: ClientIdentity;
}

/** A kubeconfig (YAML) with everything embedded but a token file: it starts no program. */
export function kubeconfigYaml(parts: KubeconfigParts): string {
  const { identity } = parts;
  const user =
    "token" in identity || "tokenFile" in identity
      ? { ...identity }
      : { "client-certificate-data": base64(identity.certificate), "client-key-data": base64(identity.key) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    preferences: {},
    clusters: [
      { name: parts.name, cluster: { server: parts.server, "certificate-authority-data": base64(parts.authority) } },
    ],
    users: [{ name: parts.user, user }],
    contexts: [{ name: parts.name, context: { cluster: parts.name, user: parts.user } }],
    "current-context": parts.name,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
