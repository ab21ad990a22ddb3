import { dnsPrefix } from "../../components/clusters/aks-properties";
import { registration } from "../../components/resource-provider-registration";
import { both, cluster, identity, tenantA, tenantB, trust } from "./config-fixtures";
import { ofType, principalId, runProgram } from "./program-mocks";

describe("the cluster", () => {
  const type = "azure-native:containerservice:ManagedCluster";

  it("has its issuer and workload identity on, RBAC, a system pool, and no password or key", async () => {
    const { created } = await runProgram(both());
    const inputs = ofType(created, type)[0]?.inputs;
    expect(inputs).toMatchObject({
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      identity: { type: "SystemAssigned" },
      enableRBAC: true,
      sku: { name: "Base", tier: "Standard" },
      autoUpgradeProfile: { upgradeChannel: "patch" },
      agentPoolProfiles: [{ mode: "System", osSKU: "AzureLinux", vmSize: "Standard_D2s_v5", count: 2 }],
    });
    for (const key of ["linuxProfile", "windowsProfile", "kubernetesVersion", "servicePrincipalProfile"]) {
      expect(inputs).not.toHaveProperty(key);
    }
  });

  it("follows the config: version, tier, scaling pool, tags of tenant and cluster", async () => {
    const { created } = await runProgram(
      both({
        tenantA: { ...tenantA, tags: { team: "platform", env: "test" } },
        cluster: {
          ...cluster,
          kubernetesVersion: "1.35",
          tier: "Free",
          nodePool: { count: 1, minCount: 1, maxCount: 3 },
          tags: { env: "demo" },
        },
      }),
    );
    expect(ofType(created, type)[0]?.inputs).toMatchObject({
      kubernetesVersion: "1.35",
      sku: { tier: "Free" },
      tags: { team: "platform", env: "demo" },
      agentPoolProfiles: [{ enableAutoScaling: true, minCount: 1, maxCount: 3 }],
    });
  });

  it("has a DNS prefix that Azure accepts", () => {
    expect(dnsPrefix("aks_wi_demo")).toBe("aks-wi-demo");
    expect(dnsPrefix(`${"a".repeat(53)}_b`)).toBe("a".repeat(53));
  });

  it("gives its Kubernetes provider an identifier that is known before it exists", async () => {
    const { created } = await runProgram(both());
    expect(ofType(created, "pulumi:providers:kubernetes")[0]?.inputs.clusterIdentifier).toBe(
      `${tenantA.tenantId}/${tenantA.subscriptionId}/rg-wi-demo/aks-wi-demo/eastus`,
    );
  });
});

describe("the identity", () => {
  it("has one credential per trust, each with a name of its own and exactly one audience", async () => {
    const trusts = [
      trust,
      { namespace: "other", serviceAccount: "second" },
      { ...trust, issuer: "https://example.com/" },
    ];
    const { created } = await runProgram(both({ identities: [{ ...identity, trusts }] }));
    const credentials = ofType(created, "azure-native:managedidentity:FederatedIdentityCredential").map(
      ({ inputs }) => inputs,
    );
    expect(credentials).toHaveLength(3);
    expect(new Set(credentials.map((inputs) => inputs.federatedIdentityCredentialResourceName)).size).toBe(3);
    for (const { audiences } of credentials) expect(audiences).toEqual(["api://AzureADTokenExchange"]);
  });

  it("has its roles as a service principal, by name or id, at each kind of scope", async () => {
    const vault = `/subscriptions/${tenantB.subscriptionId}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`;
    const roles = [
      { role: "Reader", scope: "subscription" },
      { role: "AcrPull", scope: "resourceGroup" },
      { role: "4633458b-17de-408a-b874-0445c86b69e6", scope: vault },
    ];
    const { created } = await runProgram(both({ identities: [{ ...identity, roles }] }));
    const assignments = ofType(created, "azure-native:authorization:RoleAssignment").map(({ inputs }) => inputs);
    expect(assignments.map(({ scope }) => scope).sort()).toEqual(
      [`/subscriptions/${tenantB.subscriptionId}`, "/subscriptions/x/ResourceGroup/rg-wi-demo", vault].sort(),
    );
    for (const inputs of assignments) {
      expect(inputs).toMatchObject({ principalId, principalType: "ServicePrincipal" });
      expect(inputs.roleDefinitionId).toMatch(
        /^\/subscriptions\/bbbbbbbb-[-0-9a-f]+\/providers\/Microsoft.Authorization\/roleDefinitions\/[-0-9a-f]{36}$/,
      );
    }
    expect(new Set(assignments.map(({ roleAssignmentName }) => roleAssignmentName)).size).toBe(3);
  });

  it("keeps the names of its role assignments when the same role and scope are spelled in another way", async () => {
    const subscription = `/subscriptions/${tenantB.subscriptionId}`;
    const vault = `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`;
    const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
    const definition = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`;
    const spellings = [
      [
        { role: "Reader", scope: "subscription" },
        { role: "Reader", scope: "resourceGroup" },
        { role: "Reader", scope: vault },
      ],
      [
        { role: "reader", scope: subscription.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions") },
        { role: reader, scope: `${subscription}/resourcegroups/RG-wi-demo` },
        { role: definition, scope: vault.toLowerCase() },
      ],
    ];
    const names: string[][] = [];
    for (const roles of spellings) {
      const { created, error } = await runProgram(both({ identities: [{ ...identity, roles }] }));
      expect(error).toBeUndefined();
      names.push(
        ofType(created, "azure-native:authorization:RoleAssignment")
          .map(({ name }) => name)
          .sort(),
      );
    }
    expect(names[0]).toEqual([
      `mi-wi-demo-Reader-${vault.toLowerCase()}`,
      "mi-wi-demo-Reader-resourceGroup",
      "mi-wi-demo-Reader-subscription",
    ]);
    expect(names[1]).toEqual(names[0]);
  });

  it("shares a resource group that several name, in whatever case", async () => {
    const { created } = await runProgram(
      both({ identities: [identity, { ...identity, name: "mi-second", resourceGroup: "RG-WI-demo" }] }),
    );
    expect(
      ofType(created, "azure-native:resources:ResourceGroup").filter(({ provider }) => provider === "tenantB"),
    ).toHaveLength(1);
  });

  it("is refused before anything is made when a role does not exist", async () => {
    const guid = "11111111-2222-4333-8444-555555555555";
    const roles = [{ role: guid, scope: "resourceGroup" }];
    const failing = { [`role ${guid}`]: 'Code="RoleDefinitionDoesNotExist"' };
    const { created, error } = await runProgram(both({ identities: [{ ...identity, roles }] }), { failing });
    expect(created.filter(({ type }) => type.startsWith("azure-native:"))).toEqual([]);
    expect(
      error?.message,
    ).toBe(`Identity mi-wi-demo is to have role ${guid}, which /subscriptions/${tenantB.subscriptionId} does not have.
  answer:  Code="RoleDefinitionDoesNotExist"
  to do:   look it up: az role definition list --scope /subscriptions/${tenantB.subscriptionId} --query "[].{name:roleName, id:name}"

Nothing in Azure or Kubernetes was changed.`);
  });

  it.each([
    ["Status=404 Not Found", /does not have\.$/m, /look it up: az role definition list/],
    ['Code="AuthorizationFailed"', /could not be looked up at/, /give it the custom role/],
    ["connection reset by peer", /could not be looked up at/, /run `pulumi up` again; when it stays so, look it up/],
  ])("is told apart by the answer to the look-up of a role: %s", async (answer, fault, toDo) => {
    const guid = "11111111-2222-4333-8444-555555555555";
    const roles = [{ role: guid, scope: "resourceGroup" }];
    const { error } = await runProgram(both({ identities: [{ ...identity, roles }] }), {
      failing: { [`role ${guid}`]: answer },
    });
    expect(error?.message).toMatch(fault);
    expect(error?.message).toMatch(toDo);
  });
});

describe("the registration of a resource provider", () => {
  it("carries the subscription, Resource Manager's address and the deployer's token", async () => {
    const { created } = await runProgram(both({ resourceProviders: ["Microsoft.Quota"] }));
    const [resource] = ofType(created, "pulumi-nodejs:dynamic/azure:ResourceProviderRegistration");
    expect(resource?.inputs).toMatchObject({
      namespace: "Microsoft.Quota",
      subscriptionId: tenantB.subscriptionId,
      endpoint: "https://management.azure.com",
    });
  });

  it("changes with namespace and subscription, and never with the token", async () => {
    const old = { namespace: "Microsoft.Quota", subscriptionId: "s", endpoint: "e", token: "" };
    expect(await registration.diff?.("id", old, { ...old, token: "new", endpoint: "f" })).toMatchObject({
      changes: false,
    });
    expect(await registration.diff?.("id", old, { ...old, subscriptionId: "t" })).toMatchObject({
      changes: true,
      replaces: ["subscriptionId"],
    });
  });
});
