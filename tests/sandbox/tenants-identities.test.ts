import { collect, failure, useCloud } from "./support/cloud-fixture.ts";
import { audience, createIdentity } from "./support/workload.ts";

const world = useCloud();
const group = "rg-identities";
const issuer = "https://issuer.example/";

beforeAll(() => createIdentity(world, group, "mi-demo"));

const credentials = () => world.b.identities.federatedIdentityCredentials;
const write = (name: string, body: Record<string, unknown>, of = "mi-demo") =>
  credentials().createOrUpdate(group, of, name, { audiences: [audience], ...body });

describe("a user-assigned identity", () => {
  const identities = () => world.b.identities.userAssignedIdentities;

  it("has a client id, a principal id and the tenant's id", async () => {
    const identity = await identities().get(group, "mi-demo");
    expect(identity).toMatchObject({
      tenantId: world.b.spec.tenantId,
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    });
    expect(identity.clientId).not.toBe(identity.principalId);
  });

  it("is found by a name and group in any case, and keeps the case it was made with", async () => {
    const identity = await identities().get(group.toUpperCase(), "MI-DEMO");
    expect(identity.id).toContain(
      "/resourceGroups/rg-identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi-demo",
    );
  });

  it("keeps its ids when it is written again, and takes the new tags", async () => {
    const before = await identities().get(group, "mi-demo");
    const after = await identities().createOrUpdate(group, "mi-demo", { location: "East US", tags: { team: "demo" } });
    expect(after).toMatchObject({ clientId: before.clientId, principalId: before.principalId, tags: { team: "demo" } });
  });

  it("is listed in its group and in its subscription", async () => {
    const inGroup = await collect(identities().listByResourceGroup(group));
    const inSubscription = await collect(identities().listBySubscription());
    expect(inGroup.map(({ name }) => name)).toContain("mi-demo");
    expect(inSubscription.map(({ name }) => name)).toContain("mi-demo");
  });

  it("is not moved to another location", async () => {
    const error = await failure(identities().createOrUpdate(group, "mi-demo", { location: "westus" }));
    expect(error).toMatchObject({ code: "InvalidResourceLocation", statusCode: 409 });
  });

  it("is refused without a location, with a bad name, and in a group that is missing", async () => {
    expect(await failure(identities().createOrUpdate(group, "mi-x", { location: "" }))).toMatchObject({
      code: "LocationRequired",
    });
    expect(await failure(identities().createOrUpdate(group, "-x", { location: "eastus" }))).toMatchObject({
      code: "InvalidResourceName",
    });
    expect(await failure(identities().createOrUpdate("rg-none", "mi-x", { location: "eastus" }))).toMatchObject({
      code: "ResourceGroupNotFound",
      statusCode: 404,
    });
  });

  it("answers 404 ResourceNotFound when it is not there, and 204 when it is deleted twice", async () => {
    expect(await failure(identities().get(group, "mi-none"))).toMatchObject({
      code: "ResourceNotFound",
      statusCode: 404,
    });
    const path = `${world.b.scope}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi-none?api-version=2024-11-30`;
    expect((await world.arm("DELETE", path, { credential: world.b.credential })).status).toBe(204);
  });

  it("takes its federated credentials with it", async () => {
    const name = (await createIdentity(world, group, "mi-short")).name;
    await write("one", { issuer, subject: "a" }, name);
    await identities().delete(group, name);
    await createIdentity(world, group, name);
    expect(await collect(credentials().list(group, name))).toEqual([]);
  });
});

describe("a federated credential", () => {
  it("is written, read, listed and deleted", async () => {
    await write("main", { issuer, subject: "main" });
    expect(await credentials().get(group, "mi-demo", "MAIN")).toMatchObject({
      name: "main",
      issuer,
      subject: "main",
      audiences: [audience],
    });
    expect((await collect(credentials().list(group, "mi-demo"))).map(({ name }) => name)).toContain("main");
    await credentials().delete(group, "mi-demo", "main");
    expect(await failure(credentials().get(group, "mi-demo", "main"))).toMatchObject({
      code: "ResourceNotFound",
      statusCode: 404,
    });
  });

  it("is unique by issuer and subject on its identity", async () => {
    await write("first", { issuer, subject: "same" });
    const error = await failure(write("second", { issuer, subject: "same" }));
    expect(error).toMatchObject({
      statusCode: 400,
      message: "Issuer and subject combination already exists for this Managed Identity.",
    });
    await expect(write("first", { issuer, subject: "same" })).resolves.toBeTruthy();
    await expect(write("third", { issuer, subject: "SAME" })).resolves.toBeTruthy();
  });

  it.each([
    [
      "two audiences",
      { issuer, subject: "s", audiences: [audience, "other"] },
      "InvalidFederatedIdentityCredentialsAudienceLength",
      "exactly 1 audience",
    ],
    [
      "an empty list of audiences",
      { issuer, subject: "s", audiences: [] },
      "InvalidFederatedIdentityCredentialsAudienceLength",
      "exactly 1 audience",
    ],
    [
      "no audience",
      { issuer, subject: "s", audiences: undefined },
      "BadRequest",
      "must specify 'issuer', 'subject' and 'audience'",
    ],
    ["an empty issuer", { issuer: "", subject: "s" }, "BadRequest", "must specify 'issuer', 'subject' and 'audience'"],
    ["nothing", { audiences: undefined }, "BadRequest", "has empty properties"],
    ["a space before the issuer", { issuer: ` ${issuer}`, subject: "s" }, "BadRequest", "whitespace"],
    ["601 characters", { issuer, subject: "s".repeat(601) }, "BadRequest", "600"],
  ])("is refused with %s", async (_what, body, code, text) => {
    const error = await failure(write("refused", body));
    expect(error).toMatchObject({ statusCode: 400, code });
    expect(error.message).toContain(text);
  });

  it.each(["ab", "-abc", "a".repeat(121), "a.b.c"])("is refused with the name '%s'", async (name) => {
    const error = await failure(write(name, { issuer, subject: "s" }));
    expect(error.statusCode).toBe(400);
    expect(error.message).toContain("3-120");
  });

  it("needs its identity: ParentResourceNotFound", async () => {
    const error = await failure(write("orphan", { issuer, subject: "s" }, "mi-none"));
    expect(error).toMatchObject({ code: "ParentResourceNotFound", statusCode: 404 });
    expect(error.message).toContain(
      "Failed to perform 'write' on resource(s) of type 'userAssignedIdentities/federatedIdentityCredentials'",
    );
    expect(error.message).toContain("/userAssignedIdentities/mi-none' could not be found.");
  });

  it("is refused while another write to the identity is under way, be it a deletion", async () => {
    const other = (await createIdentity(world, group, "mi-other")).name;
    const code = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity";
    const together = await Promise.allSettled([
      write("left", { issuer, subject: "left" }),
      write("right", { issuer, subject: "right" }),
      write("elsewhere", { issuer, subject: "left" }, other),
    ]);
    expect(together.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    const refused = together.find(({ status }) => status === "rejected");
    expect(refused).toMatchObject({ reason: { statusCode: 409, code } });
    const [removal, writing] = await Promise.allSettled([
      credentials().delete(group, "mi-demo", "left"),
      write("late", { issuer, subject: "late" }),
    ]);
    expect([removal.status, writing.status].sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is the twentieth at most", async () => {
    const { name } = await createIdentity(world, group, "mi-full");
    for (let index = 1; index <= 20; index++)
      await write(`credential-${index}`, { issuer, subject: String(index) }, name);
    const error = await failure(write("credential-21", { issuer, subject: "21" }, name));
    expect(error.statusCode).toBe(400);
    expect(error.message).toContain("the maximum is 20");
    await expect(write("credential-20", { issuer, subject: "new" }, name)).resolves.toBeTruthy();
  });
});
