import { collect, useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();
const version = "api-version=2024-03-01";

beforeAll(() =>
  world.b.resources.resourceGroups.createOrUpdate("rg-Arm", { location: "East US", tags: { team: "demo" } }),
);

const asB = (method: string, path: string, body?: unknown) =>
  world.arm(method, path, { credential: world.b.credential, ...(body === undefined ? {} : { body }) });

describe("a resource group", () => {
  const groups = () => world.b.resources.resourceGroups;

  it("keeps the case of its name, and is found in any case", async () => {
    expect(await groups().get("RG-ARM")).toMatchObject({ name: "rg-Arm", location: "eastus", tags: { team: "demo" } });
    expect((await groups().checkExistence("rg-ARM")).body).toBe(true);
    expect((await groups().checkExistence("rg-none")).body).toBe(false);
  });

  it("is created with 201, updated with 200 and patched in its tags alone", async () => {
    const path = `${world.b.scope}/resourcegroups/rg-codes?${version}`;
    expect((await asB("PUT", path, { location: "eastus" })).status).toBe(201);
    expect((await asB("PUT", path, { location: "eastus", tags: { a: "1" } })).status).toBe(200);
    expect((await asB("PATCH", path, { tags: { a: "2" } })).body).toMatchObject({
      location: "eastus",
      tags: { a: "2" },
    });
  });

  it("is not moved, needs a location, a location that exists, and a good name", async () => {
    const put = (name: string, body: object) => asB("PUT", `${world.b.scope}/resourcegroups/${name}?${version}`, body);
    expect((await put("rg-Arm", { location: "westus" })).body.error.code).toBe("InvalidResourceGroupLocation");
    expect((await put("rg-new", {})).body.error.code).toBe("LocationRequired");
    expect((await put("rg-new", { location: "atlantis" })).body.error.code).toBe(
      "LocationNotAvailableForResourceGroup",
    );
    expect((await put("rg%20new", { location: "eastus" })).body.error.code).toBe("InvalidResourceGroup");
  });

  it("is deleted with all it holds, and then is gone", async () => {
    await groups().createOrUpdate("rg-gone", { location: "eastus" });
    await world.b.identities.userAssignedIdentities.createOrUpdate("rg-gone", "mi-gone", { location: "eastus" });
    const started = await asB("DELETE", `${world.b.scope}/resourcegroups/rg-gone?${version}`);
    expect(started.status).toBe(202);
    expect(started.headers.get("location")).toMatch(
      new RegExp(`^https://127.0.0.1:${world.cloud.port}/subscriptions/.*/operationresults/`),
    );
    await groups()
      .delete("rg-gone")
      .catch((error) => expect(error.code).toBe("ResourceGroupNotFound"));
    expect((await asB("GET", `${world.b.scope}/resourcegroups/rg-gone?${version}`)).body.error.code).toBe(
      "ResourceGroupNotFound",
    );
    expect(
      (await collect(world.b.identities.userAssignedIdentities.listBySubscription())).map(({ name }) => name),
    ).not.toContain("mi-gone");
  });
});

describe("what a caller finds first", () => {
  it("the cloud's metadata, without a token, in both shapes", async () => {
    const list = await world.plain("/metadata/endpoints?api-version=2019-05-01");
    const single = await world.plain("/metadata/endpoints?api-version=2022-09-01");
    expect(list.body[0].resourceManager).toBe("https://management.azure.com/");
    expect(single.body.authentication.loginEndpoint).toBe("https://login.microsoftonline.com/");
  });

  it("its tenant and its subscription", async () => {
    expect((await asB("GET", "/tenants?api-version=2022-12-01")).body.value).toMatchObject([
      { tenantId: world.b.spec.tenantId, displayName: "Fabrikam" },
    ]);
    const { body } = await asB("GET", "/subscriptions?api-version=2022-12-01");
    expect(body.value).toMatchObject([
      { subscriptionId: world.b.spec.subscriptionId, tenantId: world.b.spec.tenantId, state: "Enabled" },
    ]);
    expect((await asB("GET", `${world.b.scope}?api-version=2022-12-01`)).body.id).toBe(world.b.scope);
  });

  it("paths with two slashes, as clients write a scope that begins with one", async () => {
    expect((await asB("GET", `/${world.b.scope}?api-version=2022-12-01`)).status).toBe(200);
  });
});

describe("what Resource Manager refuses", () => {
  it("401 AuthenticationFailed: no token", async () => {
    const { status, body, headers } = await world.arm("GET", `${world.b.scope}?${version}`);
    expect([status, body.error.code]).toEqual([401, "AuthenticationFailed"]);
    expect(headers.get("www-authenticate")).toContain(
      `authorization_uri="https://login.windows.net/${world.b.spec.tenantId}"`,
    );
  });

  it("401 InvalidAuthenticationToken: no token of these tenants", async () => {
    const answer = await world.plain(`${world.b.scope}?${version}`, { headers: { authorization: "Bearer abc" } });
    expect([answer.status, answer.body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
  });

  it("401 InvalidAuthenticationTokenAudience: a token for another service", async () => {
    const token = await world.b.credential.getToken("https://graph.microsoft.com/.default");
    const answer = await world.plain(`${world.b.scope}?${version}`, {
      headers: { authorization: `Bearer ${token?.token}` },
    });
    expect([answer.status, answer.body.error.code]).toEqual([401, "InvalidAuthenticationTokenAudience"]);
    expect(answer.body.error.message).toContain("wrong audience or resource 'https://graph.microsoft.com'");
  });

  it("401 InvalidAuthenticationToken: a token whose claims were changed", async () => {
    const token = await world.b.credential.getToken("https://management.azure.com/.default");
    const [header, payload = "", signature] = (token?.token ?? "").split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, oid: world.a.deployer.objectId })).toString("base64url");
    const authorization = `Bearer ${header}.${forged}.${signature}`;
    const answer = await world.plain(`${world.b.scope}?${version}`, { headers: { authorization } });
    expect([answer.status, answer.body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
  });

  it("401 InvalidAuthenticationTokenTenant: a token of tenant A on tenant B's subscription, naming both", async () => {
    const { status, body } = await world.arm("GET", `${world.b.scope}/resourcegroups?${version}`, {
      credential: world.a.credential,
    });
    expect([status, body.error.code]).toEqual([401, "InvalidAuthenticationTokenTenant"]);
    expect(body.error.message).toMatch(
      new RegExp(
        `^The access token is from the wrong issuer 'https://sts.windows.net/${world.a.spec.tenantId}/'. It must match the tenant 'https://sts.windows.net/${world.b.spec.tenantId}/' associated with this subscription.`,
      ),
    );
  });

  it("404 SubscriptionNotFound and 400 InvalidSubscriptionId", async () => {
    const unknown = await asB("GET", `/subscriptions/cccccccc-1111-4111-8111-11111111111c?${version}`);
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "SubscriptionNotFound"]);
    expect((await asB("GET", `/subscriptions/mine?${version}`)).body.error.code).toBe("InvalidSubscriptionId");
  });

  it("400 MissingApiVersionParameter, InvalidApiVersionParameter and NoRegisteredProviderFound, naming what is supported", async () => {
    expect((await asB("GET", world.b.scope)).body.error.code).toBe("MissingApiVersionParameter");
    const own = await asB("GET", `${world.b.scope}?api-version=1999-01-01`);
    expect(own.body.error).toMatchObject({
      code: "InvalidApiVersionParameter",
      message: expect.stringContaining("2024-03-01"),
    });
    const identities = `${world.b.scope}/resourceGroups/rg-Arm/providers/Microsoft.ManagedIdentity/userAssignedIdentities`;
    const typed = await asB("GET", `${identities}?api-version=1999-01-01`);
    expect(typed.status).toBe(400);
    expect(typed.body.error).toMatchObject({
      code: "NoRegisteredProviderFound",
      message: expect.stringContaining("2023-01-31"),
    });
  });

  it("400 InvalidRequestContent: a body that is no JSON", async () => {
    const token = await world.b.credential.getToken("https://management.azure.com/.default");
    const answer = await world.plain(`${world.b.scope}/resourcegroups/rg-x?${version}`, {
      method: "PUT",
      body: "{",
      headers: { authorization: `Bearer ${token?.token}` },
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, "InvalidRequestContent"]);
  });

  it.each([
    ["a namespace", "/providers/Microsoft.Nowhere/things/x", 404, "InvalidResourceNamespace", "Microsoft.Nowhere"],
    ["a type", "/providers/Microsoft.ManagedIdentity/things/x", 404, "InvalidResourceType", "things"],
    ["a method", "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x", 501, "NotImplemented", "POST"],
    ["a path of its own", "/deployments/x", 501, "NotImplemented", "/deployments/x"],
  ])("%s that the sandbox does not know, by name", async (_what, path, status, code, text) => {
    const answer = await asB("POST", `${world.b.scope}/resourceGroups/rg-Arm${path}?api-version=2023-01-31`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toContain(text);
  });
});
