import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StorageManagementClient } from "@azure/arm-storage";
import { ClientSecretCredential } from "@azure/identity";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { collect, failure, useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();
const group = "rg-storage";
const noRetries = { retryOptions: { maxTries: 1 } };
const fast = { updateIntervalInMs: 10 };
let owner: ClientSecretCredential;
let storage: StorageManagementClient;

beforeAll(async () => {
  await world.a.resources.resourceGroups.createOrUpdate(group, { location: "eastus" });
  owner = await administrator("tenantA");
  storage = clientOf(owner, world.a.spec.subscriptionId);
});

const clientOf = (credential: ClientSecretCredential, subscriptionId: string) =>
  new StorageManagementClient(credential, subscriptionId, { retryOptions: { maxRetries: 0 } });

async function administrator(tenant: string): Promise<ClientSecretCredential> {
  const { body } = await world.plain("/sandbox/administrators", {
    method: "POST",
    headers: {
      authorization: `Bearer ${readFileSync(join(world.stateDir, "admin-key"), "utf8")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ tenant }),
  });
  return new ClientSecretCredential(body.tenantId, body.clientId, body.clientSecret);
}

const parameters = { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" } };

async function makeAccount(name: string, extra: Record<string, unknown> = {}): Promise<string> {
  await storage.storageAccounts.create(group, name, { ...parameters, ...extra }, fast);
  const { keys = [] } = await storage.storageAccounts.listKeys(group, name);
  return keys[0]?.value ?? "";
}

const byKey = (name: string, key: string) =>
  new BlobServiceClient(`https://${name}.blob.core.windows.net`, new StorageSharedKeyCredential(name, key), noRetries);
const byToken = (name: string) => new BlobServiceClient(`https://${name}.blob.core.windows.net`, owner, noRetries);
/** What anybody gets who asks without signing in; the proxy's way there is the SDK's. */
async function anybody(
  url: string,
  token?: string,
): Promise<{ status: number; type: string | undefined; text: string }> {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest } = await import(
    "@azure/core-rest-pipeline"
  );
  const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
  const headers = createHttpHeaders(
    token === undefined ? {} : { authorization: `Bearer ${token}`, "x-ms-version": "2024-11-04" },
  );
  const answer = await pipeline.sendRequest(createDefaultHttpClient(), createPipelineRequest({ url, headers }));
  return { status: answer.status, type: answer.headers.get("content-type"), text: answer.bodyAsText ?? "" };
}

describe("a storage account", () => {
  it("is made asynchronously, with endpoints of its own and what Azure fills in", async () => {
    const started = await world.arm(
      "PUT",
      `${world.a.scope}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/asyncacct?api-version=2024-01-01`,
      { credential: owner, body: parameters },
    );
    expect(started.status).toBe(202);
    expect(started.headers.get("location")).toContain("/asyncoperations/");
    const account = await storage.storageAccounts.create(group, "contosokeys", parameters, fast);
    expect(account).toMatchObject({
      name: "contosokeys",
      kind: "StorageV2",
      sku: { name: "Standard_LRS", tier: "Standard" },
      provisioningState: "Succeeded",
      allowBlobPublicAccess: false,
      minimumTlsVersion: "TLS1_2",
      primaryEndpoints: {
        blob: "https://contosokeys.blob.core.windows.net/",
        web: "https://contosokeys.z13.web.core.windows.net/",
      },
    });
    expect((await collect(storage.storageAccounts.listByResourceGroup(group))).map(({ name }) => name)).toContain(
      "contosokeys",
    );
  });

  it("keeps what an update does not name, and takes what it does", async () => {
    await makeAccount("contosopatch", { tags: { a: "b" } });
    const updated = await storage.storageAccounts.update(group, "contosopatch", { allowSharedKeyAccess: false });
    expect(updated).toMatchObject({ tags: { a: "b" }, allowSharedKeyAccess: false, kind: "StorageV2" });
  });

  it.each([
    ["Contoso", "AccountNameInvalid"],
    ["ab", "AccountNameInvalid"],
  ])("cannot be named %s", async (name, code) => {
    // The client itself refuses such names; the service has to as well.
    const path = `${world.a.scope}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${name}`;
    const answer = await world.arm("PUT", `${path}?api-version=2024-01-01`, { credential: owner, body: parameters });
    expect(answer).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it("cannot take a name that any tenant has", async () => {
    await makeAccount("contosotaken");
    const other = await administrator("tenantB");
    const theirs = clientOf(other, world.b.spec.subscriptionId);
    await world.b.resources.resourceGroups.createOrUpdate("rg-b", { location: "eastus" });
    expect(await failure(theirs.storageAccounts.create("rg-b", "contosotaken", parameters, fast))).toMatchObject({
      code: "StorageAccountAlreadyTaken",
    });
    const check = { name: "contosotaken", type: "Microsoft.Storage/storageAccounts" as const };
    expect(await theirs.storageAccounts.checkNameAvailability(check)).toMatchObject({
      nameAvailable: false,
      reason: "AlreadyExists",
    });
    await storage.storageAccounts.delete(group, "contosotaken");
    expect(await theirs.storageAccounts.checkNameAvailability(check)).toEqual({ nameAvailable: true });
  });

  it("needs a kind and a SKU that exist", async () => {
    expect(
      await failure(storage.storageAccounts.create(group, "contosonosku", { ...parameters, sku: { name: "Tiny" } })),
    ).toMatchObject({ code: "InvalidValuesForRequestParameters" });
  });
});

describe("the Blob service, by key", () => {
  it("stores, reads, lists and deletes what Microsoft's client signs", async () => {
    const service = byKey("contosoblobs", await makeAccount("contosoblobs"));
    const container = service.getContainerClient("reports");
    await container.create();
    expect(await failure(container.create())).toMatchObject({ code: "ContainerAlreadyExists", statusCode: 409 });
    const blob = container.getBlockBlobClient("a folder/März & more.json");
    await blob.upload('{"a":1}', 7, {
      blobHTTPHeaders: { blobContentType: "application/json", blobCacheControl: "no-cache" },
      metadata: { owner: "contoso" },
    });
    expect((await blob.downloadToBuffer()).toString()).toBe('{"a":1}');
    expect(await blob.getProperties()).toMatchObject({
      contentType: "application/json",
      cacheControl: "no-cache",
      contentLength: 7,
      blobType: "BlockBlob",
      metadata: { owner: "contoso" },
    });
    await blob.setHTTPHeaders({ blobContentType: "text/plain" });
    await blob.setMetadata({ owner: "fabrikam" });
    expect(await blob.getProperties()).toMatchObject({ contentType: "text/plain", metadata: { owner: "fabrikam" } });
    expect((await collect(container.listBlobsFlat({ prefix: "a folder/" }))).map(({ name }) => name)).toEqual([
      "a folder/März & more.json",
    ]);
    expect((await collect(service.listContainers())).map(({ name }) => name)).toEqual(["reports"]);
    await blob.delete();
    expect(await failure(blob.getProperties())).toMatchObject({ statusCode: 404 });
    expect(await failure(container.getBlockBlobClient("x").download())).toMatchObject({ code: "BlobNotFound" });
    await container.delete();
    expect(await failure(container.getBlockBlobClient("x").upload("x", 1))).toMatchObject({
      code: "ContainerNotFound",
    });
  });

  it("refuses another account's key, a renewed one, and any where keys are not allowed", async () => {
    const key = await makeAccount("contosokeyed");
    const foreign = Buffer.alloc(64, 1).toString("base64");
    expect(await failure(byKey("contosokeyed", foreign).getProperties())).toMatchObject({
      code: "AuthenticationFailed",
      statusCode: 403,
    });
    await storage.storageAccounts.regenerateKey(group, "contosokeyed", { keyName: "key1" });
    expect(await failure(byKey("contosokeyed", key).getProperties())).toMatchObject({ code: "AuthenticationFailed" });
    const { keys = [] } = await storage.storageAccounts.listKeys(group, "contosokeyed");
    await storage.storageAccounts.update(group, "contosokeyed", { allowSharedKeyAccess: false });
    expect(await failure(byKey("contosokeyed", keys[0]?.value ?? "").getProperties())).toMatchObject({
      code: "KeyBasedAuthenticationNotPermitted",
    });
  });
});

describe("the Blob service, by token", () => {
  it("lets an owner set up the service but not touch blobs without a data role", async () => {
    await makeAccount("contosotoken");
    const service = byToken("contosotoken");
    await service.setProperties({ staticWebsite: { enabled: true, indexDocument: "index.html" } });
    expect((await service.getProperties()).staticWebsite).toMatchObject({ enabled: true, indexDocument: "index.html" });
    expect(await service.getAccountInfo()).toMatchObject({ skuName: "Standard_LRS", accountKind: "StorageV2" });
    const blob = service.getContainerClient("$web").getBlockBlobClient("index.html");
    expect(await failure(blob.upload("x", 1))).toMatchObject({
      code: "AuthorizationPermissionMismatch",
      statusCode: 403,
    });

    const { id = "" } = await storage.storageAccounts.getProperties(group, "contosotoken");
    const contributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
    const assignment = `${id}/providers/Microsoft.Authorization/roleAssignments/6f1a7f5c-3b9e-4a53-9d54-0d6c3f1f6a10`;
    const { token } = (await owner.getToken("https://management.azure.com/.default")) ?? { token: "" };
    const objectId = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).oid;
    const assigned = await world.arm("PUT", `${assignment}?api-version=2022-04-01`, {
      credential: owner,
      body: {
        properties: {
          principalId: objectId,
          principalType: "ServicePrincipal",
          roleDefinitionId: `${world.a.scope}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`,
        },
      },
    });
    expect(assigned.status).toBe(201);
    await blob.upload("hello", 5);
    expect((await blob.downloadToBuffer()).toString()).toBe("hello");
  });

  it("refuses a token of the other tenant, and one for another service", async () => {
    await makeAccount("contosoforeign");
    const url = "https://contosoforeign.blob.core.windows.net/?restype=service&comp=properties";
    // Asked plainly: Microsoft's client answers such a refusal by asking for another token.
    const asked = async (credential: ClientSecretCredential, scope: string) =>
      anybody(url, (await credential.getToken(scope))?.token);
    const refused = { status: 401, text: expect.stringContaining("InvalidAuthenticationInfo") };
    expect(await asked(await administrator("tenantB"), "https://storage.azure.com/.default")).toMatchObject(refused);
    expect(await asked(owner, "https://management.azure.com/.default")).toMatchObject(refused);
    expect(await asked(owner, "https://storage.azure.com/.default")).toMatchObject({ status: 200 });
  });
});

describe("without signing in", () => {
  it("reads only containers that are opened, in accounts that allow it", async () => {
    const service = byKey("contosopublic", await makeAccount("contosopublic", { allowBlobPublicAccess: true }));
    const open = service.getContainerClient("open");
    await open.create({ access: "blob" });
    await open.getBlockBlobClient("keys").upload("k", 1);
    await service.getContainerClient("shut").create();
    const at = "https://contosopublic.blob.core.windows.net";
    expect(await anybody(`${at}/open/keys`)).toMatchObject({ status: 200, text: "k" });
    expect(await anybody(`${at}/shut/keys`)).toMatchObject({
      status: 404,
      text: expect.stringContaining("ResourceNotFound"),
    });
    expect(await anybody(`${at}/?comp=list`)).toMatchObject({ status: 401 });
    await storage.storageAccounts.update(group, "contosopublic", { allowBlobPublicAccess: false });
    expect(await anybody(`${at}/open/keys`)).toMatchObject({
      status: 409,
      text: expect.stringContaining("PublicAccessNotPermitted"),
    });
    expect(await failure(service.getContainerClient("more").create({ access: "blob" }))).toMatchObject({
      code: "PublicAccessNotPermitted",
    });
  });

  it("sees a static website with its types, its index and its page for what is not there", async () => {
    const service = byKey("contososite", await makeAccount("contososite"));
    const at = "https://contososite.z13.web.core.windows.net";
    expect((await anybody(`${at}/`)).status).toBe(404);
    await service.setProperties({
      staticWebsite: { enabled: true, indexDocument: "index.html", errorDocument404Path: "missing.html" },
    });
    const web = service.getContainerClient("$web");
    const document = ".well-known/openid-configuration";
    const put = (name: string, text: string, blobContentType: string) =>
      web.getBlockBlobClient(name).upload(text, text.length, { blobHTTPHeaders: { blobContentType } });
    await put(document, "{}", "application/json");
    await put("index.html", "<p>home</p>", "text/html");
    expect(await anybody(`${at}/${document}`)).toEqual({ status: 200, type: "application/json", text: "{}" });
    expect(await anybody(`${at}/`)).toMatchObject({ status: 200, type: "text/html", text: "<p>home</p>" });
    expect(await anybody(`${at}/nowhere`)).toMatchObject({ status: 404, text: expect.stringContaining("ErrorCode") });
    await put("missing.html", "<p>not here</p>", "text/html");
    expect(await anybody(`${at}/nowhere`)).toEqual({ status: 404, type: "text/html", text: "<p>not here</p>" });
    await service.setProperties({ staticWebsite: { enabled: false } });
    expect((await anybody(`${at}/${document}`)).status).toBe(404);
  });

  it("does not reach an account that does not exist", async () => {
    expect(await failure(anybody("https://nobodyhasthis.blob.core.windows.net/x/y"))).toBeInstanceOf(Error);
  });
});
