import { ArmError, aadstsLine, describeFailure } from "../../sandbox/plugins/azure-native/arm-error.ts";
import { findCloud } from "../../sandbox/plugins/azure-native/azure-cloud.ts";
import { credentialKind } from "../../sandbox/plugins/azure-native/credential.ts";
import { retryWhile } from "../../sandbox/plugins/azure-native/retry.ts";
import { readSettings } from "../../sandbox/plugins/azure-native/settings.ts";
import { Secret } from "../../sandbox/plugins/rpc/values.ts";

const tenantId = "11111111-2222-4333-8444-555555555555";
const base = { subscriptionId: "s", tenantId, clientId: "c" };
const settings = (args: object = base, environment: Record<string, string> = {}) =>
  readSettings({ ...args }, environment);

describe("settings", () => {
  it("of the provider win over the environment", () => {
    const environment = { ARM_CLIENT_ID: "env", ARM_CLIENT_SECRET: "env-secret" };
    expect(settings({ clientId: new Secret("mine") }, environment)).toMatchObject({
      clientId: "mine",
      clientSecret: "env-secret",
    });
  });

  it("are JSON where the SDK writes them so", () => {
    expect(settings({ useOidc: "true", useMsi: true, auxiliaryTenantIds: '["a","b"]' })).toMatchObject({
      useOidc: true,
      useMsi: true,
      auxiliaryTenantIds: ["a", "b"],
    });
  });

  it("explain auxiliary tenants that are no list", () => {
    expect(() => settings({ auxiliaryTenantIds: "a" })).toThrow(
      "failed to unmarshal 'a' as Auxiliary Tenants: write a JSON list of tenant ids",
    );
  });
});

describe("the way to sign in", () => {
  const everything = { clientCertificatePath: "f", clientSecret: "s", useOidc: "true", oidcToken: "t", useMsi: "true" };

  it.each([
    ["default", { ...everything, useDefaultAzureCredential: "true" }],
    ["clientCertificate", everything],
    ["clientSecret", { ...everything, clientCertificatePath: "" }],
    ["oidc", { ...everything, clientCertificatePath: "", clientSecret: "" }],
    ["msi", { useMsi: "true" }],
    ["cli", {}],
  ] as const)("is %s in the real provider's order", (kind, args) => {
    expect(credentialKind(settings({ ...base, ...args }))).toBe(kind);
  });

  it.each([
    [
      { clientSecret: "x", clientId: "" },
      "A Client ID must be configured when authenticating as a Service Principal using a Client Secret.",
    ],
    [
      { clientSecret: "x", tenantId: "" },
      "A Tenant ID must be configured when authenticating as a Service Principal using a Client Secret.",
    ],
    [
      { clientCertificatePath: "x", clientId: "" },
      "A Client ID must be configured when authenticating as a Service Principal using a Client Certificate.",
    ],
    [{ useOidc: "true", clientId: "" }, "A Client ID must be configured when authenticating with OIDC."],
    [{ useOidc: "true" }, "A OIDC token or request URL and token must be configured when authenticating with OIDC."],
    [
      { useMsi: "true", subscriptionId: "" },
      "A Subscription ID must be configured when authenticating as a Managed Identity using MSI.",
    ],
  ])("is not guessed when it is configured in part: %#", (args, message) => {
    expect(() => credentialKind(settings({ ...base, ...args }))).toThrow(message);
  });
});

describe("the cloud", () => {
  it("is the public one unless another is named", async () => {
    expect((await findCloud(settings())).resourceManager).toBe("https://management.azure.com");
    expect((await findCloud(settings({ environment: "china" }))).authorityHost).toBe("https://login.chinacloudapi.cn");
  });

  it("is refused when nobody knows it", async () => {
    await expect(findCloud(settings({ environment: "mars" }))).rejects.toThrow(
      'azure-native: unknown environment "mars". Use public, usgovernment or china, or give metadataHost.',
    );
  });
});

describe("a failure", () => {
  const failure = (fields: object, name = "RestError") => Object.assign(new Error("text"), { name, ...fields });
  const described = (error: Error) => describeFailure(error, "PUT /x", settings()).message;

  it("of Resource Manager has status, code, text and the resource", () => {
    const body = { error: { code: "AuthorizationFailed", message: "The client has no permission." } };
    const error = failure({ statusCode: 403, response: { bodyAsText: JSON.stringify(body) } });
    expect(described(error)).toBe(
      'Status=403 Code="AuthorizationFailed" Message="The client has no permission." (PUT /x)',
    );
  });

  it("of a long-running operation has its code and text", () => {
    const error = failure({ message: "The long-running operation has failed. QuotaExceeded. No cores left." }, "Error");
    expect(described(error)).toBe('Code="QuotaExceeded" Message="No cores left." (PUT /x)');
  });

  it("to sign in has the AADSTS line first and no trace ids", () => {
    const message =
      "invalid_client: Error(s): 7000215 - Timestamp: 2026 - Description: AADSTS7000215: Invalid client secret provided. " +
      "Trace ID: 1 Correlation ID: 2 Timestamp: 2026 - Correlation ID: 2";
    expect(described(failure({ message }, "AuthenticationError"))).toBe(
      `AADSTS7000215: Invalid client secret provided. (signing in to tenant ${tenantId} as client c; check the ` +
        "provider's credentials, or the ARM_* variables)",
    );
    expect(aadstsLine("nothing of the kind")).toBeUndefined();
  });

  it("to find any credentials says how to get some", () => {
    const error = failure({ message: "Azure CLI could not be found.\nmore" }, "CredentialUnavailableError");
    expect(described(error)).toBe(
      `no credentials for tenant ${tenantId}: Azure CLI could not be found. Run \`az login --tenant ${tenantId}\`, or set ` +
        "clientId and clientSecret of the provider, or ARM_CLIENT_ID and ARM_CLIENT_SECRET (ARM_USE_OIDC, ARM_USE_MSI " +
        "and certificates work too).",
    );
  });

  it("to reach Azure names the request", () => {
    expect(described(failure({ message: "getaddrinfo ENOTFOUND management.azure.com", code: "ENOTFOUND" }))).toBe(
      "PUT /x failed: getaddrinfo ENOTFOUND management.azure.com",
    );
  });
});

describe("trying again", () => {
  const limits = { firstWaitMs: 1, longestWaitMs: 2, totalMs: 1000 };
  const never = new AbortController().signal;

  it("goes on while Azure gives a code that passes by itself", async () => {
    const codes = ["PrincipalNotFound", "AnotherOperationInProgress"];
    const waited: string[] = [];
    const request = async () => {
      const code = codes.shift();
      if (code !== undefined) throw new ArmError(400, code, "", "PUT /x");
      return "made";
    };
    const onWait = (error: ArmError) => waited.push(error.code);
    expect(await retryWhile(["PrincipalNotFound"], request, never, onWait, limits)).toBe("made");
    expect(waited).toEqual(["PrincipalNotFound", "AnotherOperationInProgress"]);
  });

  it("stops at any other code", async () => {
    let attempts = 0;
    const request = async () => {
      attempts++;
      throw new ArmError(403, "AuthorizationFailed", "", "PUT /x");
    };
    await expect(retryWhile(["PrincipalNotFound"], request, never, () => {}, limits)).rejects.toThrow(
      "AuthorizationFailed",
    );
    expect(attempts).toBe(1);
  });

  it("ends with Azure's own words when the user gives up in between", async () => {
    const giveUp = new AbortController();
    const request = () => Promise.reject(new ArmError(400, "PrincipalNotFound", "", "PUT /x"));
    const slow = { firstWaitMs: 60_000, longestWaitMs: 60_000, totalMs: 600_000 };
    const retried = retryWhile(["PrincipalNotFound"], request, giveUp.signal, () => giveUp.abort(), slow);
    await expect(retried).rejects.toThrow("PrincipalNotFound");
  });

  it("is bounded", async () => {
    const request = () => Promise.reject(new ArmError(400, "PrincipalNotFound", "", "PUT /x"));
    await expect(
      retryWhile(["PrincipalNotFound"], request, never, () => {}, { ...limits, totalMs: 10 }),
    ).rejects.toThrow("PrincipalNotFound");
  });
});
