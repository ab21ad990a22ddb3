import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { destinationOf } from "../../sandbox/tenants/proxy.ts";
import { useCloud } from "./support/cloud-fixture.ts";
import { createIdentity } from "./support/workload.ts";

const world = useCloud();
const withKey = () => ({
  headers: { authorization: `Bearer ${readFileSync(join(world.stateDir, "admin-key"), "utf8")}` },
});

describe("the proxy", () => {
  it.each([
    ["login.microsoftonline.com", "simulated"],
    ["Management.Azure.com", "simulated"],
    ["graph.microsoft.com", "simulated"],
    ["my-vault.vault.azure.net", "simulated"],
    ["eastus.oic.prod-aks.azure.com", "simulated"],
    ["eastus.oic.prod-arc.azure.com", "simulated"],
    ["storage.blob.core.windows.net", "simulated"],
    ["storage.queue.core.windows.net", "refused"],
    ["azure.com", "refused"],
    ["evil-management.azure.com.example.org", "passed"],
    ["example.org", "passed"],
  ])("%s is %s", (host, destination) => {
    expect(destinationOf(host)).toBe(destination);
  });

  it("refuses Azure's other names loudly, and sends nothing there", async () => {
    const { createPipelineFromOptions, createDefaultHttpClient, createPipelineRequest } = await import(
      "@azure/core-rest-pipeline"
    );
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    const request = createPipelineRequest({ url: "https://example.queue.core.windows.net/" });
    const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), request);
    expect(status).toBe(403);
    expect(bodyAsText).toContain(
      "example.queue.core.windows.net belongs to Azure and the sandbox does not simulate it",
    );
  });
});

describe("the cloud's own address", () => {
  it("has an authority's certificate and a key that only its owner reads", () => {
    expect(readFileSync(world.cloud.caFile, "utf8")).toContain("BEGIN CERTIFICATE");
    expect(statSync(join(world.stateDir, "admin-key")).mode & 0o077).toBe(0);
  });

  it("needs the key", async () => {
    expect((await world.plain("/sandbox/inventory")).status).toBe(401);
    expect((await world.plain("/sandbox/propagation", { method: "PUT", body: "{}" })).status).toBe(401);
  });

  it("does not take a delay that is not one, or that it does not know", async () => {
    const put = (delays: object) => {
      const headers = { ...withKey().headers, "content-type": "application/json" };
      return world.plain("/sandbox/propagation", { method: "PUT", body: JSON.stringify(delays), headers });
    };
    expect((await put({ identityMs: -1 })).body.error).toContain("identityMs");
    expect((await put({ identityMS: 1 })).body.error).toContain("identityMS");
    expect((await world.plain("/sandbox/propagation", withKey())).body).toEqual({
      federatedCredentialMs: 0,
      roleAssignmentMs: 0,
      identityMs: 0,
    });
  });

  it("shows what a deployment has left, and not the deployers' own role", async () => {
    const empty = await world.plain("/sandbox/inventory", withKey());
    expect(empty.body).toEqual({
      tenantA: { resources: [], roleAssignments: [], federatedCredentials: [] },
      tenantB: { resources: [], roleAssignments: [], federatedCredentials: [] },
    });
    await createIdentity(world, "rg-left", "mi-left");
    const credential = { issuer: "https://issuer.example/", subject: "s", audiences: ["api://AzureADTokenExchange"] };
    await world.b.identities.federatedIdentityCredentials.createOrUpdate("rg-left", "mi-left", "left", credential);
    const { tenantB } = (await world.plain("/sandbox/inventory", withKey())).body;
    expect(tenantB.resources.map(({ name }: { name: string }) => name)).toEqual(["rg-left", "mi-left"]);
    expect(tenantB.federatedCredentials).toMatchObject([{ name: "left", ...credential }]);
  });

  it("logs each request with tenant and principal, and no secret", async () => {
    await world.a.resources.resourceGroups.list().next();
    const { requests } = (await world.plain("/sandbox/requests", withKey())).body;
    const { clientId, clientSecret } = world.a.deployer;
    expect(requests).toContainEqual(
      expect.objectContaining({
        method: "GET",
        host: "management.azure.com",
        status: 200,
        tenant: "tenantA",
        principal: clientId,
      }),
    );
    expect(requests).toContainEqual(
      expect.objectContaining({ host: "login.microsoftonline.com", method: "POST", status: 200 }),
    );
    expect(existsSync(world.cloud.requestLogFile)).toBe(true);
    expect(readFileSync(world.cloud.requestLogFile, "utf8")).not.toContain(clientSecret);
  });

  it("refuses services of Azure that the sandbox does not simulate", async () => {
    const { createPipelineFromOptions, createDefaultHttpClient, createPipelineRequest } = await import(
      "@azure/core-rest-pipeline"
    );
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    for (const url of [
      "https://graph.microsoft.com/v1.0/applications",
      "https://login.microsoftonline.com/common/oauth2/authorize",
    ]) {
      const { status, bodyAsText } = await pipeline.sendRequest(
        createDefaultHttpClient(),
        createPipelineRequest({ url }),
      );
      expect(status).toBe(501);
      expect(bodyAsText).toContain(new URL(url).pathname);
    }
  });
});
