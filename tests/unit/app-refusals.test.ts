import { KNOWN_REFUSALS, SAME_REFUSAL } from "../../app/refusal-table.ts";
import { classify } from "../../app/refusals.ts";

/** As @azure/identity raises it: the text of the sign-in library, with the library's own error inside. */
function signInError(code: string, text = "text of the service.") {
  const message = `invalid_client: Error(s): ${code.slice(6)} - Timestamp: 2026-01-01 00:00:00Z - Description: ${code}: ${text} Trace ID: 11111111-1111-4111-8111-111111111111 Correlation ID: 22222222-2222-4222-8222-222222222222 Timestamp: 2026-01-01 00:00:00Z`;
  const cause = Object.assign(new Error(message), { name: "ServerError", errorCode: "invalid_client" });
  return Object.assign(new Error(message, { cause }), { name: "AuthenticationRequiredError" });
}

/** As the Azure clients raise a refusal of Resource Manager. */
function restError(statusCode: number, code: string, message = "text of the service") {
  return Object.assign(new Error(message), {
    name: "RestError",
    statusCode,
    code,
    details: { error: { code, message } },
  });
}

describe("what a refusal means", () => {
  it.each([
    ["AADSTS70021", true],
    ["AADSTS700211", true],
    ["AADSTS700213", true],
    ["AADSTS50013", true],
    ["AADSTS90061", true],
    ["AADSTS700024", true],
    ["AADSTS7000272", true],
    ["AADSTS50027", false],
    ["AADSTS70011", false],
    ["AADSTS700212", false],
    ["AADSTS7002138", false],
    ["AADSTS700016", false],
    ["AADSTS90002", false],
    ["AADSTS900023", false],
    ["AADSTS500011", false],
    ["AADSTS1002012", false],
    ["AADSTS700222", false],
    ["AADSTS50005", false],
    ["AADSTS53003", false],
    ["AADSTS7000215", false],
  ])("%s heals with time: %s", (code, healsWithTime) => {
    expect(classify(signInError(code))).toMatchObject({ code, healsWithTime, aboutToken: true });
  });

  it.each([
    [403, "AuthorizationFailed", true],
    [403, "LinkedAuthorizationFailed", true],
    [404, "MissingSubscriptionRegistration", true],
    [409, "MissingSubscriptionRegistration", true],
    [409, "SubscriptionNotRegistered", true],
    [401, "ExpiredAuthenticationToken", true],
    [401, "InvalidAuthenticationToken", false],
    [401, "InvalidAuthenticationTokenTenant", false],
    [404, "SubscriptionNotFound", false],
    [404, "ResourceNotFound", false],
    [400, "InvalidLocation", false],
    [418, "Teapot", false],
    [429, "TooManyRequests", true],
    [503, "ServiceUnavailable", true],
    [501, "NotImplemented", false],
    [401, "InvalidAuthenticationTokenAudience", false],
  ])("%i %s heals with time: %s", (status, code, healsWithTime) => {
    expect(classify(restError(status, code))).toMatchObject({ status, code, healsWithTime, aboutToken: false });
  });

  it.each([
    ["a name that does not resolve", { code: "ENOTFOUND" }, "ENOTFOUND", true],
    ["a refused connection", { code: "ECONNREFUSED" }, "ECONNREFUSED", true],
    ["an untrusted certificate", { code: "SELF_SIGNED_CERT_IN_CHAIN" }, "SELF_SIGNED_CERT_IN_CHAIN", false],
    ["a token file that is not there", { code: "ENOENT" }, "ENOENT", false],
    ["no answer at all", { name: "TimeoutError" }, "timeout", true],
    ["no signed-in developer", { name: "AggregateAuthenticationError" }, "no-credential", false],
    [
      "an endpoint that cannot be found out",
      { name: "CredentialUnavailableError", message: "endpoints_resolution_error: …" },
      "network",
      true,
    ],
    ["anything else", {}, "unexpected", false],
  ])("%s is told apart", (_what, fields, code, healsWithTime) => {
    expect(classify(Object.assign(new Error("text"), fields))).toMatchObject({ code, healsWithTime });
  });

  it("survives something thrown that is no error", () => {
    expect(classify(undefined)).toMatchObject({ code: "unexpected" });
    expect(classify("plain text")).toMatchObject({ code: "unexpected", said: "plain text" });
  });

  it("keeps what the service said, on one line and without the ids for support", () => {
    const refusal = classify(signInError("AADSTS700213", "No matching federated\r\nidentity record found."));
    expect(refusal.said).toBe("AADSTS700213: No matching federated identity record found.");
    expect(refusal.correlationId).toBe("22222222-2222-4222-8222-222222222222");
  });

  it("finds the code of a refusal that a chain of credentials has wrapped", () => {
    const chain = Object.assign(new Error("ChainedTokenCredential authentication failed."), {
      name: "AggregateAuthenticationError",
      errors: [new Error("EnvironmentCredential is unavailable"), signInError("AADSTS700016")],
    });
    expect(classify(chain)).toMatchObject({ code: "AADSTS700016" });
  });

  it("retries a fault of Entra ID itself", () => {
    expect(classify(Object.assign(new Error("AADSTS90033: transient"), { statusCode: 503 })).healsWithTime).toBe(true);
  });

  it("has a meaning and a thing to check for every code, and no alias that leads nowhere", () => {
    for (const known of Object.values(KNOWN_REFUSALS)) {
      expect(known.meaning.length).toBeGreaterThan(10);
      expect(known.check.length).toBeGreaterThan(10);
    }
    for (const name of Object.values(SAME_REFUSAL)) expect(KNOWN_REFUSALS).toHaveProperty([name]);
  });
});
