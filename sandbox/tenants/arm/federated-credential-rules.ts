import type { FederatedTrust } from "../entra/directory.ts";
import { ArmError } from "./errors.ts";

/** Hard limit per identity. Source: Entra, workload identity federation considerations. */
export const maximumPerIdentity = 20;
const maximumLength = 600;

/** Refuses a name that Azure refuses: 3–120 letters, digits, `-`, `_`, the first a letter or digit. */
export function checkCredentialName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(name)) return;
  throw new ArmError(
    400,
    "BadRequest",
    `Federated Identity Credential name '${name}' is invalid. It must be alphanumeric, dash, underscore, no more than 3-120 symbols. First symbol is alphanumeric.`,
  );
}

/** What the body of a federated credential trusts, or the refusal that Azure gives. */
export function credentialOf(properties: Record<string, unknown>): FederatedTrust {
  const { issuer, subject, audiences } = properties;
  if (issuer === undefined && subject === undefined && audiences === undefined) {
    throw new ArmError(400, "BadRequest", "Federated Identity Credential has empty properties.");
  }
  if (!isText(issuer) || !isText(subject) || audiences === undefined || audiences === null) {
    throw new ArmError(
      400,
      "BadRequest",
      "Federated Identity Credential must specify 'issuer', 'subject' and 'audience'.",
    );
  }
  const [audience, ...more] = Array.isArray(audiences) ? audiences : [];
  if (!isText(audience) || more.length > 0) {
    throw new ArmError(
      400,
      "InvalidFederatedIdentityCredentialsAudienceLength",
      "The federated identity credential must have exactly 1 audience.",
    );
  }
  for (const [name, value] of Object.entries({ issuer, subject, audience })) {
    if (value.length > maximumLength) {
      throw new ArmError(
        400,
        "BadRequest",
        `The '${name}' of a Federated Identity Credential must not be longer than ${maximumLength} characters.`,
      );
    }
  }
  if (issuer.trim() !== issuer || !URL.canParse(issuer)) {
    throw new ArmError(
      400,
      "BadRequest",
      `The issuer '${issuer}' of the Federated Identity Credential must be a URL without leading or trailing whitespace.`,
    );
  }
  return { issuer, subject, audience };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
