import { createHash } from "node:crypto";
import { parseSubject } from "./subject";

const maxLength = 120;
const hashLength = 10;

/**
 * Name of the federated credential for one issuer and subject: readable, stable, and different for every pair, because
 * Azure lets a pair exist once per identity and lets no name be changed.
 */
export function credentialName(issuer: string, subject: string): string {
  // JSON keeps the border between the two, so that no other pair has the same text.
  const hash = createHash("sha256")
    .update(JSON.stringify([issuer, subject]))
    .digest("hex")
    .slice(0, hashLength);
  const account = parseSubject(subject);
  const readable = (account ? `${account.namespace}-${account.name}` : subject)
    .replace(/[^a-zA-Z0-9_-]+/g, "-")
    .replace(/^[^a-zA-Z0-9]+/, "")
    .slice(0, maxLength - hashLength - 1);
  return readable === "" ? hash : `${readable}-${hash}`;
}
