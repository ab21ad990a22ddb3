import { randomUUID } from "node:crypto";
import { armClients, collect, eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import { audience, createCluster, createIdentity, podCredential, subject } from "./support/workload.ts";

const world = useCloud();
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const region = () => `${world.b.scope.slice(1)}/providers/Microsoft.Compute/locations/eastus`;
let quota: ReturnType<typeof armClients>["quota"];

/** A workload in tenant A's cluster that may read tenant B's subscription. */
beforeAll(async () => {
  const cluster = await createCluster(world, "rg-quota", "aks-quota");
  const identity = await createIdentity(world, "rg-quota", "mi-quota");
  const trust = { issuer: cluster.spec.issuerUrl, subject, audiences: [audience] };
  await world.b.identities.federatedIdentityCredentials.createOrUpdate("rg-quota", identity.name, "credential", trust);
  await world.b.authorization.roleAssignments.create(world.b.scope, randomUUID(), {
    roleDefinitionId: `${world.b.scope}/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
    principalId: identity.principalId,
    principalType: "ServicePrincipal",
  });
  const pod = podCredential(world, identity.clientId, await cluster.token(subject));
  quota = armClients(pod, world.b.spec.subscriptionId).quota;
});

it("quota is refused until Microsoft.Quota is registered, and registration takes a while", async () => {
  const providers = world.b.resources.providers;
  expect((await providers.get("Microsoft.Quota")).registrationState).toBe("NotRegistered");
  const error = await failure(quota.quota.get("cores", region()));
  expect(error).toMatchObject({ code: "MissingSubscriptionRegistration", statusCode: 409 });
  expect(error.message).toBe(
    "The subscription is not registered to use namespace 'Microsoft.Quota'. See https://aka.ms/rps-not-found for how to register subscriptions.",
  );
  expect((await providers.register("microsoft.quota")).registrationState).toBe("Registering");
  await eventually(async () => expect((await providers.get("Microsoft.Quota")).registrationState).toBe("Registered"));
});

describe("with Microsoft.Quota registered", () => {
  it("the limit has the shape that the service answers", async () => {
    expect(await quota.quota.get("cores", region())).toMatchObject({
      id: `/${region()}/providers/Microsoft.Quota/quotas/cores`,
      name: "cores",
      type: "Microsoft.Quota/Quotas",
      properties: {
        isQuotaApplicable: true,
        limit: { limitObjectType: "LimitValue", limitType: "Independent", value: 20 },
        name: { localizedValue: "Total Regional vCPUs", value: "cores" },
        properties: {},
        unit: "Count",
      },
    });
  });

  it("nothing used is an empty usage", async () => {
    const usage = await quota.usages.get("cores", region());
    expect(usage).toMatchObject({
      name: "cores",
      type: "Microsoft.Quota/Usages",
      properties: { unit: "Count", usages: {} },
    });
  });

  it("the deployer itself has no permission to read it", async () => {
    expect(await failure(world.b.quota.quota.get("cores", region()))).toMatchObject({ code: "AuthorizationFailed" });
  });

  it("limits and usages are listed", async () => {
    expect((await collect(quota.quota.list(region()))).map(({ name }) => name)).toContain("standardDSv3Family");
    expect((await collect(quota.usages.list(region()))).map(({ name }) => name)).toContain("cores");
  });

  it("a resource name that is not there is refused with the names that are", async () => {
    const error = await failure(quota.quota.get("kores", region()));
    expect(error).toMatchObject({ statusCode: 404 });
    expect(error.message).toContain("'kores'");
    expect(error.message).toContain("cores, ");
  });

  it("a location that is not there is refused", async () => {
    const error = await failure(quota.quota.get("cores", region().replace("eastus", "atlantis")));
    expect(error).toMatchObject({ statusCode: 400, code: "InvalidLocation" });
  });
});

describe("a resource provider", () => {
  it("is listed with its state, its types and their versions", async () => {
    const found = await collect(world.b.resources.providers.list());
    const identity = found.find(({ namespace }) => namespace === "Microsoft.ManagedIdentity");
    expect(identity?.registrationState).toBe("Registered");
    expect(identity?.resourceTypes?.map(({ resourceType }) => resourceType)).toContain(
      "userAssignedIdentities/federatedIdentityCredentials",
    );
  });

  it("that does not exist is refused", async () => {
    expect(await failure(world.b.resources.providers.register("Microsoft.Nowhere"))).toMatchObject({
      code: "InvalidResourceNamespace",
      statusCode: 404,
    });
  });

  it("is registered by who holds its own permission", async () => {
    expect(await failure(world.a.resources.providers.register("Microsoft.Quota"))).toMatchObject({
      code: "AuthorizationFailed",
      statusCode: 403,
    });
  });
});
