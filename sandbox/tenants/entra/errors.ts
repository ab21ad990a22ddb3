import { randomUUID } from "node:crypto";

const documentation = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
const breakingChanges =
  "https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024";
const certificateDocumentation = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials";

/** A refusal of the token endpoint, in Entra ID's own words. */
export class EntraError extends Error {
  readonly error: string;
  readonly code: number;
  readonly status: number;

  constructor(code: number, error: string, text: string, status = error === "invalid_client" ? 401 : 400) {
    super(text);
    this.code = code;
    this.error = error;
    this.status = status;
  }

  /** The JSON body that Entra ID answers. */
  body(correlationId: string = randomUUID()): Record<string, unknown> {
    const traceId = randomUUID();
    const timestamp = `${new Date().toISOString().slice(0, 19).replace("T", " ")}Z`;
    return {
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
    };
  }
}

/** Source of every text: Microsoft's error code reference, and answers of the service quoted in public issues. */
export const refusals = {
  tenantNotFound: (tenant: string) =>
    new EntraError(
      90002,
      "invalid_request",
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    ),
  otherCloud: () =>
    new EntraError(900382, "invalid_request", "Confidential Client is not supported in Cross Cloud request."),
  applicationNotFound: (clientId: string, tenant: string) =>
    new EntraError(
      700016,
      "unauthorized_client",
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    ),
  wrongSecret: (clientId: string) =>
    new EntraError(
      7000215,
      "invalid_client",
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    ),
  noCredential: () =>
    new EntraError(
      7000216,
      "invalid_client",
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
  missingParameter: (name: string) =>
    new EntraError(900144, "invalid_request", `The request body must contain the following parameter: '${name}'.`),
  unsupportedGrant: (grant: string) =>
    new EntraError(70003, "unsupported_grant_type", `The app requested an unsupported grant type '${grant}'.`),
  rawScope: (scope: string) =>
    new EntraError(
      1002012,
      "invalid_scope",
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    ),
  invalidScope: (scope: string) =>
    new EntraError(
      70011,
      "invalid_scope",
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    ),
  resourceNotFound: (resource: string, tenant: string) =>
    new EntraError(
      500011,
      "invalid_resource",
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    ),
  malformedAssertion: () => new EntraError(50027, "invalid_request", "JWT token is invalid or malformed."),
  assertionOutOfTime: (validFrom: Date, expiry: Date) =>
    new EntraError(
      700024,
      "invalid_client",
      `Client assertion is not within its valid time range. Current time: ${sevenDigits(new Date())}, assertion valid from ${sevenDigits(validFrom)}, expiry time of assertion ${sevenDigits(expiry)}. Review the documentation at ${certificateDocumentation} .`,
    ),
  unknownKey: (keyId: string, issuer: string) =>
    new EntraError(
      7000272,
      "invalid_client",
      `The certificate with identifier ${keyId} used to sign the federated credential could not be found in the metadata of identity provider ${issuer}. Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token.`,
    ),
  invalidSignature: (keyId: string) =>
    new EntraError(
      50013,
      "invalid_client",
      `Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value., Thumbprint of key used by client: '${keyId}'].`,
    ),
  issuerUnreachable: () => new EntraError(90061, "invalid_request", "Request to External OIDC endpoint failed."),
  noTrust: (issuer: string, subject: string, audience: string) =>
    new EntraError(
      70021,
      "invalid_client",
      `No matching federated identity record found for presented assertion. Assertion Issuer: '${issuer}'. Assertion Subject: '${subject}'. Assertion Audience: '${audience}'. ${documentation}`,
    ),
  issuerNotTrusted: (issuer: string) => notTrusted(700211, "issuer", issuer),
  audienceNotTrusted: (audience: string) => notTrusted(700212, "audience", audience),
  subjectNotTrusted: (subject: string) => notTrusted(700213, "subject", subject),
  differsInCase: (claim: "issuer" | "subject", value: string) =>
    new EntraError(
      7002138,
      "invalid_client",
      `No matching federated identity record found for presented assertion ${claim} '${value}'. The ${claim} matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: ${documentation}. See breaking change notification and remediation at: ${breakingChanges}.`,
    ),
};

function notTrusted(code: number, claim: string, value: string): EntraError {
  return new EntraError(
    code,
    "invalid_client",
    `No matching federated identity record found for presented assertion ${claim} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ${documentation}`,
  );
}

/** Entra ID prints .NET times with seven digits after the second. */
function sevenDigits(time: Date): string {
  return time.toISOString().replace("Z", "0000Z");
}
