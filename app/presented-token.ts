import { readFile } from "node:fs/promises";

/** The claims that a federated credential is matched against, and the token's end. Never the token itself. */
export interface PresentedToken {
  iss?: string;
  sub?: string;
  aud?: string;
  /** ISO time. */
  exp?: string;
}

/**
 * Reads from a projected token what Entra ID compares, so that a refusal can be held against the federated credential.
 * Nothing is verified here: that is Entra ID's part.
 *
 * @returns undefined when the file cannot be read or is no JWT; a report of a refusal must not fail for that
 */
export async function describePresentedToken(file: string): Promise<PresentedToken | undefined> {
  try {
    return claimsOf(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @throws when the text is no JWT */
export function claimsOf(jwt: string): PresentedToken {
  const payload = jwt.trim().split(".")[1] ?? "";
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  if (typeof claims !== "object" || claims === null) throw new Error("the token's claims are not a JSON object");
  const { iss, sub, aud, exp }: { iss?: unknown; sub?: unknown; aud?: unknown; exp?: unknown } = claims;
  return {
    iss: text(iss),
    sub: text(sub),
    aud: Array.isArray(aud) ? aud.join(",") : text(aud),
    exp: typeof exp === "number" ? new Date(exp * 1000).toISOString() : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
