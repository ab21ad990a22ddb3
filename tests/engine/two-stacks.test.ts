import { bothSides, clusterSide, identitySide, tenantA, tenantB } from "./support/configs.ts";
import { type CommandResult, Engine, mustSucceed, type Project, type StateResource } from "./support/engine.ts";

type Outputs = Record<string, unknown>;

/** Everything that one life of the two stacks showed; each test below looks at one side of it. */
interface Observed {
  firstUp: CommandResult;
  firstOutputs: Outputs;
  podsAfterFirstUp: number;
  secondUp: CommandResult;
  log: string;
  pod: Pod;
  stateA: { text: string; resources: StateResource[] };
  stateB: { text: string; resources: StateResource[] };
  outputsA: Outputs;
  outputsB: Outputs;
  previewA: CommandResult;
  previewB: CommandResult;
  quotaState: string;
  leftAfterDestroy: string[];
  quotaStateAfterDestroy: string;
}

interface Pod {
  metadata: { labels: Record<string, string> };
  spec: {
    nodeSelector?: Record<string, string>;
    serviceAccountName: string;
    containers: { env: { name: string; value?: string }[] }[];
    volumes: { projected?: { sources: { serviceAccountToken?: { audience: string } }[] } }[];
  };
}

let engine: Engine;
let observed: Observed;

beforeAll(async () => {
  engine = await Engine.start();
  const project = await engine.project({ tenantA: clusterSide(), tenantB: identitySide() });
  observed = await wholeLife(project);
}, 180_000);

afterAll(() => engine?.stop(), 30_000);

async function wholeLife(project: Project): Promise<Observed> {
  const firstUp = await project.up("tenantA");
  const firstOutputs = await project.outputs("tenantA");
  const podsAfterFirstUp = (await engine.kubernetesObjects("pods")).length;
  await project.up("tenantB");
  const secondUp = await project.up("tenantA");
  const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  const [pod] = await engine.kubernetesObjects<Pod>("pods");
  if (pod === undefined) throw new Error("The workload has no pod.");
  const [stateA, stateB, outputsA, outputsB, previewA, previewB] = await Promise.all([
    project.exported("tenantA"),
    project.exported("tenantB"),
    project.outputs("tenantA"),
    project.outputs("tenantB"),
    project.expectNoChanges("tenantA"),
    project.expectNoChanges("tenantB"),
  ]);
  const quotaState = await registrationState();
  await project.destroy("tenantB");
  await project.destroy("tenantA");
  const leftAfterDestroy = await engine.everythingInAzure();
  return {
    firstUp,
    firstOutputs,
    podsAfterFirstUp,
    secondUp,
    log,
    pod,
    stateA,
    stateB,
    outputsA,
    outputsB,
    previewA,
    previewB,
    quotaState,
    leftAfterDestroy,
    quotaStateAfterDestroy: await registrationState(),
  };
}

/** The registration state of Microsoft.Quota in tenant B's subscription, asked of Resource Manager. */
async function registrationState(): Promise<string> {
  const path = `/subscriptions/${tenantB.subscriptionId}/providers/Microsoft.Quota`;
  const answer = await engine.armOf("tenantB", "GET", path, "2021-04-01");
  return String((answer.body as { registrationState: string }).registrationState);
}

function ofType(resources: StateResource[], type: string): StateResource[] {
  return resources.filter((resource) => resource.type === type);
}

describe("the first up of tenant A, before tenant B has anything", () => {
  it("row 1: makes the cluster with OIDC issuer and workload identity and puts out the issuer URL", () => {
    expect(observed.firstOutputs.oidcIssuerUrl).toMatch(
      new RegExp(`^https://eastus\\.oic\\.prod-aks\\.azure\\.com/${tenantA.tenantId}/[0-9a-f-]{36}/$`),
    );
    const [cluster] = ofType(observed.stateA.resources, "azure-native:containerservice:ManagedCluster");
    expect(cluster?.outputs).toMatchObject({
      oidcIssuerProfile: { enabled: true, issuerURL: observed.firstOutputs.oidcIssuerUrl },
      securityProfile: { workloadIdentity: { enabled: true } },
      enableRBAC: true,
    });
  });

  it("holds the workloads back and says what they wait for", () => {
    expect(observed.podsAfterFirstUp).toBe(0);
    expect(observed.firstUp.text).toMatch(/warning:[^\n]*wi-demo-app[\s\S]*mi-wi-demo[\s\S]*tenantB/);
  });
});

describe("both stacks up", () => {
  it("row 7: tenant B's managed identity is made and its ids are put out", () => {
    const [identity] = ofType(observed.stateB.resources, "azure-native:managedidentity:UserAssignedIdentity");
    expect(observed.outputsB).toMatchObject({
      clientId: identity?.outputs.clientId,
      tenantId: tenantB.tenantId,
      subscriptionId: tenantB.subscriptionId,
      identities: {
        "mi-wi-demo": { clientId: identity?.outputs.clientId, principalId: identity?.outputs.principalId },
      },
    });
  });

  it("row 9: Reader is assigned on tenant B's own subscription, to a service principal", () => {
    const [assignment] = ofType(observed.stateB.resources, "azure-native:authorization:RoleAssignment");
    expect(assignment?.outputs).toMatchObject({
      scope: `/subscriptions/${tenantB.subscriptionId}`,
      principalType: "ServicePrincipal",
      roleDefinitionId: expect.stringMatching(/acdd72a7-3385-48ef-bd42-f606fba81ae7$/),
    });
  });

  it("row 10: one federated credential trusts the issuer and the subject, with the audience given", () => {
    const credentials = ofType(observed.stateB.resources, "azure-native:managedidentity:FederatedIdentityCredential");
    expect(credentials).toHaveLength(1);
    expect(credentials[0]?.inputs).toMatchObject({
      issuer: observed.outputsA.oidcIssuerUrl,
      subject: "system:serviceaccount:default:wi-demo-account",
      audiences: ["api://AzureADTokenExchange"],
    });
  });

  it("row 11: Microsoft.Quota is registered by the up, and stays registered after destroy", () => {
    expect(observed.quotaState).toBe("Registered");
    expect(observed.quotaStateAfterDestroy).toBe("Registered");
  });

  it("row 12: the workload reads tenant B's quota limit and usage", () => {
    const line = (start: string) => observed.log.split("\n").find((text) => text.startsWith(start)) ?? "";
    const limit = JSON.parse(line("limit: ").slice("limit: ".length)) as {
      id: string;
      name: string;
      properties: object;
    };
    const usage = JSON.parse(line("usage: ").slice("usage: ".length)) as { id: string };
    const location = `/subscriptions/${tenantB.subscriptionId}/providers/Microsoft.Compute/locations/eastus`;
    expect(limit).toMatchObject({ id: `${location}/providers/Microsoft.Quota/quotas/cores`, name: "cores" });
    expect(limit.properties).toMatchObject({ limit: { limitObjectType: "LimitValue" }, unit: "Count" });
    expect(usage.id).toBe(`${location}/providers/Microsoft.Quota/usages/cores`);
  });

  it("row 14: the kubeconfig is a secret output, encrypted in the state", () => {
    expect(observed.outputsA.kubeconfig).toBe("[secret]");
    expect(observed.stateA.text).not.toContain("client-certificate-data");
    expect(observed.stateA.text).not.toContain("current-context");
  });

  it("row 15: the service account carries client id and tenant id of tenant B", () => {
    const [account] = ofType(observed.stateA.resources, "kubernetes:core/v1:ServiceAccount");
    expect(account?.inputs).toMatchObject({
      metadata: {
        name: "wi-demo-account",
        annotations: {
          "azure.workload.identity/client-id": observed.outputsB.clientId,
          "azure.workload.identity/tenant-id": tenantB.tenantId,
        },
      },
    });
  });

  it("row 16: the pod has the label, the service account, Linux nodes and the target's environment", () => {
    expect(observed.pod.metadata.labels["azure.workload.identity/use"]).toBe("true");
    expect(observed.pod.spec.serviceAccountName).toBe("wi-demo-account");
    expect(observed.pod.spec.nodeSelector).toMatchObject({ "kubernetes.io/os": "linux" });
    const env = Object.fromEntries(
      (observed.pod.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
    );
    expect(env).toMatchObject({
      AZURE_SUBSCRIPTION_ID: tenantB.subscriptionId,
      AZURE_REGION: "eastus",
      AZURE_RESOURCE_NAME: "cores",
    });
  });

  it("the webhook gave the pod its client id, tenant id, authority and projected token", () => {
    const env = Object.fromEntries(
      (observed.pod.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
    );
    expect(env).toMatchObject({
      AZURE_CLIENT_ID: observed.outputsB.clientId,
      AZURE_TENANT_ID: tenantB.tenantId,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
      AZURE_FEDERATED_TOKEN_FILE: expect.stringContaining("azure-identity-token"),
    });
    const audiences = observed.pod.spec.volumes
      .flatMap((volume) => volume.projected?.sources ?? [])
      .flatMap((source) => source.serviceAccountToken?.audience ?? []);
    expect(audiences).toContain("api://AzureADTokenExchange");
  });

  it("each Azure resource carries the provider of its own tenant", () => {
    for (const [state, own, other] of [
      [observed.stateA, "tenantA", "tenantB"],
      [observed.stateB, "tenantB", "tenantA"],
    ] as const) {
      const azure = state.resources.filter((resource) => resource.type.startsWith("azure-native:"));
      const providers = ofType(state.resources, "pulumi:providers:azure-native");
      expect(azure.length).toBeGreaterThan(0);
      expect(providers).toHaveLength(1);
      expect(providers[0]?.urn).toContain(own);
      expect(providers[0]?.urn).not.toContain(other);
      for (const resource of azure) expect(resource.provider).toBe(`${providers[0]?.urn}::${providers[0]?.id}`);
    }
  });

  it("no deployer secret is in either state in plain text", () => {
    for (const tenant of engine.sandbox.session.tenants) {
      expect(observed.stateA.text).not.toContain(tenant.deployer.clientSecret);
      expect(observed.stateB.text).not.toContain(tenant.deployer.clientSecret);
    }
  });

  it("a second preview of both is empty", () => {
    expect(observed.previewA.code).toBe(0);
    expect(observed.previewB.code).toBe(0);
  });
});

describe("destroy of both", () => {
  it("row 24: leaves no resource, no role assignment and no federated credential in either tenant", () => {
    expect(observed.leftAfterDestroy).toEqual([]);
  });
});

describe("one stack with both sides", () => {
  it("is wired directly: one up, an empty preview, one destroy", async () => {
    const project = await engine.project({ both: bothSides() });
    await project.up("both");
    const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
    expect(log).toContain("limit: {");
    await project.expectNoChanges("both");

    const { resources } = await project.exported("both");
    const tenantOf = (resource: StateResource) => /tenant[AB]/.exec(resource.provider ?? "")?.[0];
    const azure = resources.filter((resource) => resource.type.startsWith("azure-native:"));
    const byTenant = (tenant: string) =>
      azure.filter((resource) => tenantOf(resource) === tenant).map(({ type }) => type);
    expect(byTenant("tenantA").sort()).toEqual([
      "azure-native:containerservice:ManagedCluster",
      "azure-native:resources:ResourceGroup",
    ]);
    expect(byTenant("tenantB").sort()).toEqual([
      "azure-native:authorization:RoleAssignment",
      "azure-native:managedidentity:FederatedIdentityCredential",
      "azure-native:managedidentity:UserAssignedIdentity",
      "azure-native:resources:ResourceGroup",
    ]);

    mustSucceed(await project.pulumi("destroy", "--stack", "both", "--yes", "--skip-preview"));
    expect(await engine.everythingInAzure()).toEqual([]);
  }, 120_000);

  it("waits with the workload for the credential, the roles and the provider registration", async () => {
    const project = await engine.project({ ordered: bothSides() });
    await project.up("ordered");
    const { resources } = await project.exported("ordered");
    const pod = resources.find((resource) => resource.type === "kubernetes:core/v1:Pod");
    const dependencies = (pod?.dependencies ?? []).join("\n");
    expect(dependencies).toContain("FederatedIdentityCredential");
    expect(dependencies).toContain("RoleAssignment");
    expect(dependencies).toMatch(/Registration/);
    await project.destroy("ordered");
  }, 120_000);
});
