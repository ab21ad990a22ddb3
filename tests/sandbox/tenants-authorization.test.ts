import { randomUUID } from "node:crypto";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import type { WorkloadIdentityCredential } from "@azure/identity";
import { armClients, collect, eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import {
  audience,
  createCluster,
  createIdentity,
  type DemoIdentity,
  podCredential,
  subject,
} from "./support/workload.ts";

const world = useCloud();
const group = "rg-authorization";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
let identity: DemoIdentity;
let pod: WorkloadIdentityCredential;

beforeAll(async () => {
  const cluster = await createCluster(world, group, "aks-authorization");
  identity = await createIdentity(world, group, "mi-authorization");
  const credential = { issuer: cluster.spec.issuerUrl, subject, audiences: [audience] };
  await world.b.identities.federatedIdentityCredentials.createOrUpdate(group, identity.name, "credential", credential);
  pod = podCredential(world, identity.clientId, await cluster.token(subject));
});

afterEach(async () => {
  await world.setPropagation({});
  for (const { id = "" } of await collect(
    assignments().listForScope(world.b.scope, { filter: `principalId eq '${identity.principalId}'` }),
  )) {
    await assignments().deleteById(id);
  }
});

const assignments = () => world.b.authorization.roleAssignments;
const groupScope = () => `${world.b.scope}/resourceGroups/${group}`;
const roleId = (role: string) => `${world.b.scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
const assign = (
  role: string,
  scope: string,
  { name = String(randomUUID()), principalId = identity.principalId, principalType = "ServicePrincipal" } = {},
) =>
  assignments().create(scope, name, {
    roleDefinitionId: roleId(role),
    principalId,
    ...(principalType ? { principalType } : {}),
  });
const readGroup = () => armClients(pod, world.b.spec.subscriptionId).resources.resourceGroups.get(group);

describe("permission", () => {
  it("is denied without a role assignment, naming client, object, action and scope", async () => {
    const error = await failure(readGroup());
    expect(error).toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
    const scope = groupScope().replace("resourceGroups", "resourcegroups");
    expect(error.message).toBe(
      `The client '${identity.clientId}' with object id '${identity.principalId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  });

  it("is inherited from the subscription", async () => {
    await assign(reader, world.b.scope);
    await expect(readGroup()).resolves.toMatchObject({ name: group });
  });

  it("of a resource group does not reach its neighbour", async () => {
    await world.b.resources.resourceGroups.createOrUpdate(`${group}-2`, { location: "eastus" });
    await assign(reader, groupScope());
    await expect(readGroup()).resolves.toBeTruthy();
    const { resourceGroups } = armClients(pod, world.b.spec.subscriptionId).resources;
    expect(await failure(resourceGroups.get(`${group}-2`))).toMatchObject({ code: "AuthorizationFailed" });
  });

  it("to read is not permission to write, and to write is not permission to assign roles", async () => {
    await assign(reader, world.b.scope);
    const own = armClients(pod, world.b.spec.subscriptionId);
    expect(await failure(own.resources.resourceGroups.createOrUpdate("rg-new", { location: "eastus" }))).toMatchObject({
      code: "AuthorizationFailed",
    });
    await assign(contributor, world.b.scope);
    await expect(own.resources.resourceGroups.createOrUpdate("rg-new", { location: "eastus" })).resolves.toBeTruthy();
    const parameters = { roleDefinitionId: roleId(reader), principalId: identity.principalId };
    expect(
      await failure(own.authorization.roleAssignments.create(world.b.scope, randomUUID(), parameters)),
    ).toMatchObject({ code: "AuthorizationFailed" });
  });

  it("takes effect after the propagation delay, and ends after it", async () => {
    await world.setPropagation({ roleAssignmentMs: 250 });
    const { id = "" } = await assign(reader, world.b.scope);
    expect(await failure(readGroup())).toMatchObject({ code: "AuthorizationFailed" });
    await eventually(readGroup);
    await assignments().deleteById(id);
    await expect(readGroup()).resolves.toBeTruthy();
    await eventually(async () => expect(await failure(readGroup())).toMatchObject({ code: "AuthorizationFailed" }));
  });

  it("of the cluster side's deployer does not include identities or role assignments", async () => {
    const own = new ManagedServiceIdentityClient(world.a.credential, world.a.spec.subscriptionId);
    const refused = own.userAssignedIdentities.createOrUpdate(group, "mi-x", { location: "eastus" });
    expect(await failure(refused)).toMatchObject({ code: "AuthorizationFailed" });
    const parameters = { roleDefinitionId: roleId(reader), principalId: world.a.deployer.objectId };
    const assigned = world.a.authorization.roleAssignments.create(world.a.scope, randomUUID(), parameters);
    expect(await failure(assigned)).toMatchObject({ code: "AuthorizationFailed" });
  });
});

describe("a role assignment", () => {
  it("is made at a nested resource's scope, read by id in any case, and deleted", async () => {
    const scope = `${groupScope()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${identity.name}`;
    const made = await assign(reader, scope);
    expect(made).toMatchObject({ scope, principalType: "ServicePrincipal", roleDefinitionId: roleId(reader) });
    const id = made.id?.toUpperCase() ?? "";
    expect((await assignments().getById(id)).id).toBe(made.id);
    await assignments().deleteById(id);
    expect(await failure(assignments().getById(id))).toMatchObject({ code: "RoleAssignmentNotFound", statusCode: 404 });
  });

  it("is listed by principal, at scope, and from below", async () => {
    await assign(reader, groupScope());
    const list = (scope: string, filter?: string) =>
      collect(assignments().listForScope(scope, filter ? { filter } : {}));
    const mine = (found: { principalId?: string }[]) =>
      found.filter(({ principalId }) => principalId === identity.principalId).length;
    expect(await list(world.b.scope, `principalId eq '${identity.principalId}'`)).toHaveLength(1);
    expect(mine(await list(world.b.scope, "atScope()"))).toBe(0);
    expect(mine(await list(groupScope(), "atScope()"))).toBe(1);
    expect(mine(await list(world.b.scope))).toBe(1);
    expect(await list(world.b.scope, `assignedTo('${identity.principalId}')`)).toHaveLength(1);
  });

  it("written again under its name is the same; under another it exists already", async () => {
    const name = randomUUID();
    await assign(reader, groupScope(), { name });
    await expect(assign(reader, groupScope(), { name })).resolves.toMatchObject({ name });
    expect(await failure(assign(reader, groupScope()))).toMatchObject({
      code: "RoleAssignmentExists",
      statusCode: 409,
    });
  });

  it("is not given another role or principal under its name", async () => {
    const name = randomUUID();
    await assign(reader, groupScope(), { name });
    expect(await failure(assign(contributor, groupScope(), { name }))).toMatchObject({
      code: "RoleAssignmentUpdateNotPermitted",
      statusCode: 400,
    });
  });

  it("needs a GUID, a role that exists, and a group that exists", async () => {
    expect(await failure(assign(reader, groupScope(), { name: "reader" }))).toMatchObject({
      code: "InvalidRoleAssignmentId",
    });
    expect(await failure(assign(randomUUID(), groupScope()))).toMatchObject({ code: "RoleDefinitionDoesNotExist" });
    expect(await failure(assign(reader, `${world.b.scope}/resourceGroups/rg-none`))).toMatchObject({
      code: "ResourceGroupNotFound",
    });
  });

  it("needs a principal of the tenant: PrincipalNotFound for one of the other", async () => {
    const error = await failure(assign(reader, groupScope(), { principalId: world.a.deployer.objectId }));
    expect(error).toMatchObject({ code: "PrincipalNotFound", statusCode: 400 });
    expect(error.message).toContain(`does not exist in the directory ${world.b.spec.tenantId}`);
  });

  it("is refused for a service principal that is called a user: UnmatchedPrincipalType", async () => {
    const error = await failure(assign(reader, groupScope(), { principalType: "User" }));
    expect(error).toMatchObject({ code: "UnmatchedPrincipalType", statusCode: 400 });
    expect(error.message).toContain(
      "has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'",
    );
  });

  it("for an identity that has not replicated needs principalType: PrincipalNotFound without it", async () => {
    await world.setPropagation({ identityMs: 60_000 });
    const fresh = await createIdentity(world, group, `mi-${randomUUID().slice(0, 8)}`);
    const principalId = fresh.principalId;
    expect(await failure(assign(reader, groupScope(), { principalId, principalType: "" }))).toMatchObject({
      code: "PrincipalNotFound",
    });
    const { id = "" } = await assign(reader, groupScope(), { principalId });
    await assignments().deleteById(id);
  });

  it("of a deleted identity remains, until it is deleted itself", async () => {
    const short = await createIdentity(world, group, "mi-short-lived");
    const { id = "" } = await assign(reader, groupScope(), { principalId: short.principalId });
    await world.b.identities.userAssignedIdentities.delete(group, short.name);
    await expect(assignments().getById(id)).resolves.toMatchObject({ principalId: short.principalId });
    await assignments().deleteById(id);
  });
});

describe("a role definition", () => {
  const definitions = () => world.b.authorization.roleDefinitions;

  it("is found by its name in any case", async () => {
    const found = await collect(definitions().list(world.b.scope, { filter: "roleName eq 'key vault secrets user'" }));
    expect(found).toMatchObject([
      { name: "4633458b-17de-408a-b874-0445c86b69e6", roleName: "Key Vault Secrets User", roleType: "BuiltInRole" },
    ]);
  });

  it("is read by id with its permissions", async () => {
    expect(await definitions().get(world.b.scope, reader)).toMatchObject({
      roleName: "Reader",
      permissions: [{ actions: ["*/read"] }],
    });
    expect(await failure(definitions().get(world.b.scope, randomUUID()))).toMatchObject({
      code: "RoleDefinitionDoesNotExist",
      statusCode: 404,
    });
  });

  it("of the deployer is a custom role of its own subscription", async () => {
    const custom = await collect(definitions().list(world.b.scope, { filter: "type eq 'CustomRole'" }));
    expect(custom).toMatchObject([{ roleType: "CustomRole", assignableScopes: [world.b.scope] }]);
  });
});
