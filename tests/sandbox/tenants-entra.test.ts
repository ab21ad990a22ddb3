import { ClientSecretCredential } from "@azure/identity";
import { createLocalJWKSet, jwtVerify } from "jose";
import { failure, useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();

const ask = (tenant: string, form: Record<string, string>) =>
  world.plain(`/${tenant}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });

const secretForm = (scope = "https://management.azure.com/.default") => ({
  grant_type: "client_credentials",
  client_id: world.a.deployer.clientId,
  client_secret: world.a.deployer.clientSecret,
  scope,
});

describe("a token for a client secret", () => {
  it("is an RS256 token of the tenant, verifiable with the tenant's published keys", async () => {
    const { spec, deployer, credential } = world.a;
    const token = await credential.getToken("https://management.azure.com/.default");
    const { body: keys } = await world.plain(`/${spec.tenantId}/discovery/v2.0/keys`);
    const { payload, protectedHeader } = await jwtVerify(token?.token ?? "", createLocalJWKSet(keys));
    expect(protectedHeader.alg).toBe("RS256");
    expect(payload).toMatchObject({
      aud: "https://management.azure.com",
      iss: `https://sts.windows.net/${spec.tenantId}/`,
      tid: spec.tenantId,
      oid: deployer.objectId,
      appid: deployer.clientId,
      idtyp: "app",
      ver: "1.0",
    });
    expect(Number(payload.exp) * 1000 - Date.now()).toBeGreaterThan(59 * 60_000);
  });

  it.each([
    ["https://management.core.windows.net//.default", "https://management.core.windows.net/"],
    ["https://graph.microsoft.com/.default", "https://graph.microsoft.com"],
    ["https://vault.azure.net/.default", "https://vault.azure.net"],
    ["6dae42f8-4368-4678-94ff-3960e28e3630/.default", "6dae42f8-4368-4678-94ff-3960e28e3630"],
  ])("carries the audience of the scope %s", async (scope, audience) => {
    const { status, body } = await ask(world.a.spec.tenantId, secretForm(scope));
    expect(status).toBe(200);
    expect(JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString()).aud).toBe(audience);
  });

  it("for AKS's API servers tells the groups of who signs in", async () => {
    const { body } = await ask(world.a.spec.tenantId, secretForm("6dae42f8-4368-4678-94ff-3960e28e3630/.default"));
    const claims = JSON.parse(Buffer.from(body.access_token.split(".")[1], "base64url").toString());
    expect(claims.groups).toEqual(["aaaaaaaa-2222-4222-8222-22222222222a"]);
    const { body: document } = await world.plain(`/${world.a.spec.tenantId}/.well-known/openid-configuration`);
    expect(document.issuer).toBe(claims.iss);
  });

  it("is given for a tenant id in any case", async () => {
    expect((await ask(world.a.spec.tenantId.toUpperCase(), secretForm())).status).toBe(200);
  });
});

describe("discovery", () => {
  it.each(["common", "organizations"])("has a document for %s", async (tenant) => {
    const { body } = await world.plain(`/${tenant}/v2.0/.well-known/openid-configuration`);
    expect(body.issuer).toBe("https://login.microsoftonline.com/{tenantid}/v2.0");
  });

  it("names the tenant's issuer and the token endpoint at the address that was asked", async () => {
    const { tenantId } = world.a.spec;
    const { body } = await world.plain(`/${tenantId}/v2.0/.well-known/openid-configuration`);
    expect(body.issuer).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`);
    expect(body.token_endpoint).toBe(`https://127.0.0.1:${world.cloud.port}/${tenantId}/oauth2/v2.0/token`);
  });

  it("lists the public cloud for MSAL", async () => {
    const { body } = await world.plain("/common/discovery/instance?api-version=1.1");
    expect(body.metadata[0].aliases).toContain("login.microsoftonline.com");
  });

  it("refuses a tenant that is not there", async () => {
    const { status, body } = await world.plain(
      "/cccccccc-0000-4000-8000-00000000000c/v2.0/.well-known/openid-configuration",
    );
    expect([status, body.error_codes]).toEqual([400, [90002]]);
  });
});

describe("a refused request for a token", () => {
  const cases: [string, Record<string, string>, number, number, string, string][] = [
    [
      "an unknown application",
      { client_id: "11111111-2222-4333-8444-555555555555" },
      400,
      700016,
      "unauthorized_client",
      "was not found in the directory 'Contoso'",
    ],
    ["a wrong secret", { client_secret: "nope" }, 401, 7000215, "invalid_client", "Invalid client secret provided."],
    [
      "no credential",
      { client_secret: "" },
      401,
      7000216,
      "invalid_client",
      "is required for the 'client_credentials' grant type",
    ],
    [
      "a resource's raw URI as scope",
      { scope: "https://management.azure.com/" },
      400,
      1002012,
      "invalid_scope",
      "/.default suffixed",
    ],
    [
      "a scope that is no resource",
      { scope: "user.read" },
      400,
      70011,
      "invalid_scope",
      "The scope user.read is not valid.",
    ],
    ["no scope", { scope: "" }, 400, 900144, "invalid_request", "'scope'"],
    [
      "a resource that nobody knows",
      { scope: "https://example.org/.default" },
      400,
      500011,
      "invalid_resource",
      "https://example.org",
    ],
    ["another grant", { grant_type: "password" }, 400, 70003, "unsupported_grant_type", "'password'"],
  ];
  it.each(cases)("for %s", async (_what, change, status, code, error, text) => {
    const answer = await ask(world.a.spec.tenantId, { ...secretForm(), ...change });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error, error_codes: [code] });
    expect(answer.body.error_description).toContain(text);
  });

  it("names code, trace, correlation and time as Entra ID does", async () => {
    const { body } = await world.plain(`/${world.a.spec.tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ ...secretForm(), client_secret: "nope" }),
      headers: { "client-request-id": "0f0f0f0f-0000-4000-8000-000000000000" },
    });
    expect(body.error_description).toMatch(
      /^AADSTS7000215: .* Trace ID: \S{36} Correlation ID: 0f0f0f0f-0000-4000-8000-000000000000 Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
    );
    expect(body).toMatchObject({
      trace_id: expect.any(String),
      correlation_id: "0f0f0f0f-0000-4000-8000-000000000000",
    });
  });

  it("reaches a user of Microsoft's client with its code: an unknown tenant", async () => {
    const { clientId, clientSecret } = world.a.deployer;
    const credential = new ClientSecretCredential("cccccccc-0000-4000-8000-00000000000c", clientId, clientSecret);
    const error = await failure(credential.getToken("https://management.azure.com/.default"));
    expect(error.message).toMatch(/AADSTS90002|endpoints_resolution_error/);
    const { status, body } = await ask("cccccccc-0000-4000-8000-00000000000c", secretForm());
    expect([status, body.error_codes]).toEqual([400, [90002]]);
  });

  it("reaches a user of Microsoft's client with its code: an application of the other tenant", async () => {
    const { clientId, clientSecret } = world.a.deployer;
    const credential = new ClientSecretCredential(world.b.spec.tenantId, clientId, clientSecret);
    const error = await failure(credential.getToken("https://management.azure.com/.default"));
    expect(error.message).toContain("AADSTS700016");
    expect(error.message).toContain("Fabrikam");
  });
});
