import { both, cluster, identity, tenantA, tenantB, workload } from "./config-fixtures";
import { clientId, issuer, ofType, runProgram } from "./program-mocks";

const A = "organization/cross-tenant-identity/tenantA";
const B = "organization/cross-tenant-identity/tenantB";
const sideA = { tenantA, cluster, workloads: [workload], identityStack: "tenantB" };
const sideB = { tenantB, identities: [identity], clusterStack: "tenantA" };
const subject = "system:serviceaccount:default:wi-demo-account";
const trusts = [{ issuer, subject, audience: "api://AzureADTokenExchange" }];
const deployedB = {
  identities: {
    "mi-wi-demo": { clientId, tenantId: tenantB.tenantId, subscriptionId: tenantB.subscriptionId, trusts },
  },
};
const deployedA = {
  oidcIssuerUrl: issuer,
  serviceAccounts: [{ namespace: "default", name: "wi-demo-account", identity: "mi-wi-demo", workload: "wi-demo-app" }],
};

describe("a stack with both sides", () => {
  it("makes every resource with the provider of the tenant that it belongs to", async () => {
    const { created } = await runProgram(both({ resourceProviders: ["Microsoft.Quota"] }));
    const owners = Object.fromEntries(
      created.map(({ type, name, provider }) => [`${type} ${name} ${provider}`, provider]),
    );
    expect(Object.keys(owners)).toEqual(
      expect.arrayContaining([
        "azure-native:resources:ResourceGroup rg-wi-demo tenantA",
        "azure-native:containerservice:ManagedCluster aks-wi-demo tenantA",
        "azure-native:resources:ResourceGroup rg-wi-demo tenantB",
        "azure-native:managedidentity:UserAssignedIdentity mi-wi-demo tenantB",
        "azure-native:authorization:RoleAssignment mi-wi-demo-Reader-subscription tenantB",
        "azure-native:managedidentity:FederatedIdentityCredential mi-wi-demo/default/wi-demo-account tenantB",
        "kubernetes:core/v1:ServiceAccount default/wi-demo-account aks-wi-demo",
        "kubernetes:core/v1:Pod default/wi-demo-app aks-wi-demo",
      ]),
    );
    const ownerless = created.filter(
      ({ type, provider }) => provider === "" && /^(azure-native|kubernetes):/.test(type),
    );
    expect(ownerless).toEqual([]);
  });

  it("wires the cluster's issuer into the credential and the identity's ids into the workload", async () => {
    const { created, outputs, warnings } = await runProgram(both());
    const [credential] = ofType(created, "azure-native:managedidentity:FederatedIdentityCredential");
    expect(credential?.inputs).toMatchObject({ issuer, subject, audiences: ["api://AzureADTokenExchange"] });
    const [account] = ofType(created, "kubernetes:core/v1:ServiceAccount");
    expect(account?.inputs.metadata).toMatchObject({
      annotations: {
        "azure.workload.identity/client-id": clientId,
        "azure.workload.identity/tenant-id": tenantB.tenantId,
      },
    });
    expect(outputs).toMatchObject({
      oidcIssuerUrl: issuer,
      clientId,
      tenantId: tenantB.tenantId,
      subscriptionId: tenantB.subscriptionId,
    });
    expect(outputs.identities).toMatchObject({
      "mi-wi-demo": { trusts, roles: [{ role: "Reader", scope: `/subscriptions/${tenantB.subscriptionId}` }] },
    });
    expect(warnings).toEqual([]);
  });
});

describe("tenant A's stack", () => {
  it("makes the cluster and holds the workloads back while tenant B is empty, and says so", async () => {
    const { created, warnings, outputs } = await runProgram(sideA, { stacks: { [B]: {} } });
    expect(ofType(created, "azure-native:containerservice:ManagedCluster")).toHaveLength(1);
    expect(created.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining("Workload wi-demo-app (identity mi-wi-demo) waits for stack tenantB"),
    ]);
    expect(outputs.serviceAccounts).toEqual(deployedA.serviceAccounts);
    expect(outputs).not.toHaveProperty("identities");
  });

  it("runs the workloads once tenant B trusts them", async () => {
    const { created, error } = await runProgram(sideA, { stacks: { [B]: deployedB } });
    expect(error).toBeUndefined();
    expect(ofType(created, "kubernetes:core/v1:Pod")).toHaveLength(1);
    expect(ofType(created, "pulumi:providers:azure-native").map(({ name }) => name)).toEqual(["tenantA"]);
  });

  it("is refused, with nothing made, when tenant B's stack does not exist", async () => {
    const { created, error } = await runProgram(sideA);
    expect(created).toEqual([]);
    expect(error?.message).toBe(`Stack tenantB cannot be read. Nothing in Azure or Kubernetes was changed.
  looked for:  ${B}
  answer:      unknown stack "${B}"
  to do:       make it (an empty one is enough for now): pulumi stack init tenantB
               or, when it lies in a state that this project cannot read, type its values in:
               workloads[].identity: { clientId, tenantId } in place of identityStack,
               cluster: { oidcIssuerUrl } in place of clusterStack`);
    expect(error).toHaveProperty("__pulumiRunError", true); // no stack trace
  });

  const elsewhere = { ...deployedB.identities["mi-wi-demo"], trusts: [{ ...trusts[0], issuer: issuer.slice(0, -1) }] };
  const following = { [B]: { identities: { "mi-wi-demo": elsewhere } } };
  const own = "organization/cross-tenant-identity/test";

  it("is refused before any workload when tenant B trusts another issuer than the published one", async () => {
    const { created, error } = await runProgram(sideA, { stacks: { ...following, [own]: { oidcIssuerUrl: issuer } } });
    expect(error?.message).toContain("they differ only in the trailing slash");
    expect(error).toHaveProperty("__pulumiRunError", true); // no stack trace
    expect(created.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  it.each([{}, { oidcIssuerUrl: "https://example.com/before/" }])(
    "publishes the issuer of a new cluster and holds the workloads back, when before there was %j",
    async (published) => {
      const { created, error, outputs, warnings } = await runProgram(sideA, {
        stacks: { ...following, [own]: published },
      });
      expect(error).toBeUndefined();
      expect(created.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
      expect(outputs).toMatchObject({ oidcIssuerUrl: issuer, serviceAccounts: deployedA.serviceAccounts });
      expect(warnings).toEqual([expect.stringContaining("waits for stack tenantB: the cluster is new")]);
    },
  );

  it("makes the namespaces that workloads ask for even while the workloads wait", async () => {
    const workloads = [
      { ...workload, namespace: "readers", createNamespace: true },
      { ...workload, namespace: "readers", name: "second", identity: { clientId, tenantId: tenantB.tenantId } },
    ].map((each, index) => ({ ...each, serviceAccount: `sa-${index}` }));
    const waitsAll = await runProgram({ ...sideA, workloads: workloads.slice(0, 1) }, { stacks: { [B]: {} } });
    expect(ofType(waitsAll.created, "kubernetes:core/v1:Namespace").map(({ name }) => name)).toEqual(["readers"]);
    expect(ofType(waitsAll.created, "kubernetes:core/v1:Pod")).toEqual([]);

    const waitsOne = await runProgram({ ...sideA, workloads }, { stacks: { [B]: {} } });
    expect(ofType(waitsOne.created, "kubernetes:core/v1:Namespace").map(({ name }) => name)).toEqual(["readers"]);
    expect(ofType(waitsOne.created, "kubernetes:core/v1:Pod").map(({ name }) => name)).toEqual(["readers/second"]);
  });

  it("is refused when the outputs of tenant B's stack are not those of this program", async () => {
    const { error } = await runProgram(sideA, { stacks: { [B]: { identities: { "mi-wi-demo": { clientId: 1 } } } } });
    expect(error?.message).toMatch(
      /^The outputs of stack tenantB \(identities\) are not those of this program: mi-wi-demo\.clientId/,
    );
  });
});

describe("tenant B's stack", () => {
  it("makes identity and roles, and holds the credential back while the cluster has no issuer", async () => {
    const { created, warnings, outputs } = await runProgram(sideB, { stacks: { [A]: {} } });
    expect(ofType(created, "azure-native:authorization:RoleAssignment")).toHaveLength(1);
    expect(ofType(created, "azure-native:managedidentity:FederatedIdentityCredential")).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("Federated credentials of mi-wi-demo wait for stack tenantA")]);
    expect(outputs.identities).toMatchObject({ "mi-wi-demo": { trusts: [{ subject }] } });
  });

  it("trusts the issuer that tenant A's stack reports", async () => {
    const { created } = await runProgram(sideB, { stacks: { [A]: deployedA } });
    expect(ofType(created, "azure-native:managedidentity:FederatedIdentityCredential")[0]?.inputs).toMatchObject({
      issuer,
    });
    expect(ofType(created, "pulumi:providers:azure-native").map(({ name }) => name)).toEqual(["tenantB"]);
  });

  it("names the same credential whether the issuer comes from the stack or is typed in", async () => {
    const fromStack = await runProgram(sideB, { stacks: { [A]: deployedA } });
    const typedIn = await runProgram({ tenantB, identities: [identity], cluster: { oidcIssuerUrl: issuer } });
    const type = "azure-native:managedidentity:FederatedIdentityCredential";
    expect(ofType(typedIn.created, type)[0]?.name).toBe(ofType(fromStack.created, type)[0]?.name);
  });

  it("gives no ids on their own when there are several identities", async () => {
    const { outputs } = await runProgram(
      { ...sideB, identities: [identity, { ...identity, name: "mi-second", trusts: [] }] },
      { stacks: { [A]: deployedA } },
    );
    expect(Object.keys(outputs)).toEqual(["identities"]);
  });
});

describe("before anything is made, the program is refused", () => {
  it("on bad config, without a stack trace", async () => {
    const { created, error } = await runProgram(both({ colour: "blue" }));
    expect(created).toEqual([]);
    expect(error?.message).toContain("colour is not a key that exists here");
    expect(error).toHaveProperty("__pulumiRunError", true);
  });

  it("when credentials belong to another tenant, with both tenants", async () => {
    const { created, error } = await runProgram(
      { ...sideB, clusterStack: undefined, cluster: { oidcIssuerUrl: issuer } },
      { signedInTo: tenantA.tenantId },
    );
    expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
    expect(
      error?.message,
    ).toBe(`The credentials for tenantB belong to another tenant. Nothing in Azure or Kubernetes was changed.
  configured:  ${tenantB.tenantId} (tenantB.tenantId)
  signed in:   ${tenantA.tenantId} as client ${clientId}
  to do:       az login --tenant ${tenantB.tenantId}, or set tenantB.credentials to a deployer of that tenant`);
  });

  it("when the subscription belongs to another tenant, with Azure's answer, its cause and what to do", async () => {
    const failing = {
      "azure-native:authorization:getRoleDefinition in tenantB": 'Code="InvalidAuthenticationTokenTenant"',
    };
    const { created, error } = await runProgram(both(), { failing });
    expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
    expect(
      error?.message,
    ).toBe(`Cannot read subscription ${tenantB.subscriptionId} in tenantB, tenant ${tenantB.tenantId}. Nothing in Azure or Kubernetes was changed.
  answer:  Code="InvalidAuthenticationTokenTenant"
  cause:   the token is from another tenant than the one that the subscription belongs to
  to do:   check that tenantId and subscriptionId belong together, and that the credentials are of that tenant`);
  });

  it("when nobody is signed in", async () => {
    const failing = {
      "azure-native:authorization:getClientConfig in tenantB": "Please run 'az login' to setup account.",
    };
    const { error } = await runProgram(both(), { failing });
    expect(error?.message).toContain(
      `Cannot sign in to tenantB, tenant ${tenantB.tenantId}. Nothing in Azure or Kubernetes was changed.`,
    );
    expect(error?.message).toContain(`az login --tenant ${tenantB.tenantId}`);
  });
});
