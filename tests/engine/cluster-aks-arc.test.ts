import { readFileSync } from "node:fs";
import type { LoggedRequest } from "../../sandbox/tenants/request-log.ts";
import { administratorOf } from "./support/administrator.ts";
import { kubectlWith, makeAzureLocal, put } from "./support/cluster-kinds.ts";
import { bothSides, type StackConfig, tenantA, workload } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

const connectedId = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-arc-demo/providers/Microsoft.Kubernetes/connectedClusters/arc-wi-demo`;
const instanceId = `${connectedId}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
const aksArc = {
  kind: "aksArc",
  name: "arc-wi-demo",
  resourceGroup: "rg-arc-demo",
  customLocation: { name: "plant-1", resourceGroup: "rg-azure-local" },
  logicalNetwork: { name: "lnet-1", resourceGroup: "rg-azure-local" },
  adminGroupObjectIds: ["99999999-0000-4000-8000-000000000009"],
  nodePools: [{ name: "nodepool1" }, { name: "scaled", minCount: 1, maxCount: 5 }],
};
const instanceVersion = "2024-01-01";
const connectedVersion = "2026-05-01";
const stack = (changes: StackConfig = {}) => bothSides({ cluster: { ...aksArc, ...changes } });

let engine: Engine;
let project: Project;
let made: string;
let kubeconfig: string;
let before: string[];

beforeAll(async () => {
  engine = await Engine.start();
  await makeAzureLocal(engine);
  // As on Azure, where the agents are ready some minutes after the cluster: here, once somebody has waited for them.
  await engine.admin("PUT", "/sandbox/arc/delays", { agentMs: 600_000 });
  before = await engine.everythingInAzure();
  project = await engine.project({ arc: stack() });
  const up = project.up("arc");
  await Promise.race([agentsAskedFor(), up]);
  await engine.admin("PUT", "/sandbox/arc/delays", { agentMs: 0 });
  made = (await up).text;
  kubeconfig = await project.kubeconfigFile("arc");
}, 300_000);

afterAll(() => engine?.stop(), 90_000);

afterEach(() => project.configure("arc", stack()));

/** Whether a request is for the resource; clients write ids in their own way. */
function isOf(path: string, id: string): boolean {
  return path.toLowerCase().replace(/^\/+/, "/").startsWith(`${id}?`.toLowerCase());
}

/** Resolves when a program has looked for the agents of the cluster, whose instance stands. */
async function agentsAskedFor(): Promise<void> {
  for (;;) {
    const { requests } = await engine.admin<{ requests: LoggedRequest[] }>("GET", "/sandbox/requests");
    const instance = requests.findIndex(({ method, path }) => method === "PUT" && isOf(path, instanceId));
    const asked = ({ method, path }: LoggedRequest) => method === "GET" && isOf(path, connectedId);
    if (instance >= 0 && requests.slice(instance).some(asked)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Counts of the node pools in Azure, in their order. */
async function counts(): Promise<[unknown, unknown][]> {
  const { agentPoolProfiles } = await inAzure(instanceId, instanceVersion);
  return (agentPoolProfiles as { name: string; count: number }[]).map(({ name, count }) => [name, count]);
}

/** What Azure has under an id now. */
async function inAzure(id: string, apiVersion: string): Promise<Record<string, unknown>> {
  const { status, body } = await engine.armOf("tenantA", "GET", id, apiVersion);
  if (status !== 200) throw new Error(`GET ${id}: ${status}`);
  return (body as { properties: Record<string, unknown> }).properties;
}

it("row 4: a workload on Azure Local reads tenant B's quota", async () => {
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "), {
    kubeconfig,
    seconds: 180,
  });
  expect(log).toContain("limit: ");
}, 240_000);

it("row 4: issuer and workload identity are on from the start, and the deployment waits until the agents say so", async () => {
  expect(await inAzure(connectedId, connectedVersion)).toMatchObject({
    aadProfile: { adminGroupObjectIDs: aksArc.adminGroupObjectIds, tenantID: tenantA.tenantId },
    arcAgentProfile: { agentState: "Succeeded" },
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true } },
  });
  expect(made).toContain("arc-wi-demo waits for its Arc agents and its issuer: ");
  const { oidcIssuerUrl, clusterId } = await project.outputs("arc");
  expect(oidcIssuerUrl).toMatch(
    new RegExp(`^https://eastus\\.oic\\.prod-arc\\.azure\\.com/${tenantA.tenantId}/[-0-9a-f]+/$`),
  );
  expect(clusterId).toBe(connectedId);
}, 120_000);

it("row 4: the instance lies on the custom location and in the logical network that config names", async () => {
  const { body } = await engine.armOf("tenantA", "GET", instanceId, instanceVersion);
  expect(body).toMatchObject({
    extendedLocation: { type: "CustomLocation", name: expect.stringMatching(/customLocations\/plant-1$/) },
    properties: {
      cloudProviderProfile: {
        infraNetworkProfile: { vnetSubnetIds: [expect.stringMatching(/logicalNetworks\/lnet-1$/)] },
      },
    },
  });
}, 120_000);

it("row 4: the made SSH key's private half is a secret output and nowhere in plain text", async () => {
  const { sshPrivateKey } = await project.outputs("arc", "--show-secrets");
  expect(sshPrivateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  expect((await project.outputs("arc")).sshPrivateKey).toBe("[secret]");
  const { text } = await project.exported("arc");
  expect(text).not.toContain("BEGIN RSA PRIVATE KEY");
  // The way in, too, is kept for the day of the cluster's deletion.
  const [, token = ""] = /token: (\S+)/.exec(readFileSync(kubeconfig, "utf8")) ?? [];
  expect(token).not.toBe("");
  const state = await project.pulumi("stack", "export", "--stack", "arc", "--show-secrets");
  expect(state.stdout).toContain(token);
  expect(text).not.toContain(token);
  expect(text).not.toContain(Buffer.from(token).toString("base64"));
}, 120_000);

it("row 4: a second preview is empty, also after a refresh has seen what agents and Azure Local wrote", async () => {
  await project.expectNoChanges("arc");
  const refresh = await project.pulumi("refresh", "--stack", "arc", "--yes", "--skip-preview");
  expect(refresh.code).toBe(0);
  await project.expectNoChanges("arc");
}, 300_000);

it("row 4: tags and admin groups change in place, with the issuer known and nothing else touched", async () => {
  project.configure("arc", stack({ tags: { tier: "edge" }, adminGroupObjectIds: [tenantA.tenantId] }));
  expect(await project.plannedSteps("arc")).toEqual([
    "update azure-native:resources:Resource arc-wi-demo",
    "update azure-native:resources:ResourceGroup rg-arc-demo",
  ]);
  const issuer = (await project.outputs("arc")).oidcIssuerUrl;
  await project.up("arc");
  expect((await project.outputs("arc")).oidcIssuerUrl).toBe(issuer);
  expect(await inAzure(connectedId, connectedVersion)).toMatchObject({
    aadProfile: { adminGroupObjectIDs: [tenantA.tenantId] },
  });
  await project.expectNoChanges("arc");
}, 300_000);

it("row 4: a pool that scales by itself keeps its nodes, also when others are added in front of it and behind", async () => {
  const { body } = await engine.armOf("tenantA", "GET", instanceId, instanceVersion);
  const grown = structuredClone(body) as { properties: { agentPoolProfiles: { name: string; count: number }[] } };
  for (const pool of grown.properties.agentPoolProfiles) if (pool.name === "scaled") pool.count = 3;
  await put(engine, instanceId, instanceVersion, grown);
  expect((await project.plannedSteps("arc")).join("\n")).not.toContain("arc-wi-demo-instance");
  const scaling = { minCount: 2, maxCount: 5, count: 2 };
  const nodePools = [{ name: "front", ...scaling }, ...aksArc.nodePools, { name: "behind", ...scaling }];
  project.configure("arc", stack({ nodePools }));
  await project.up("arc");
  expect(await counts()).toEqual([
    ["front", 2],
    ["nodepool1", 1],
    ["scaled", 3],
    ["behind", 2],
  ]);
  await project.expectNoChanges("arc");
}, 300_000);

it("row 4: what Azure refuses comes out in its own words", async () => {
  project.configure("arc", stack({ nodePools: [...aksArc.nodePools, { name: "Second_Pool" }] }));
  const { code, text } = await project.pulumi("up", "--stack", "arc", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(text).toContain("InvalidParameter");
  expect(text).toContain("'Second_Pool' must have 1 to 12 lowercase letters and numbers");
}, 240_000);

it("row 4: a place that is not there is refused in the preview, before anything is made", async () => {
  const elsewhere = { ...aksArc, name: "arc-two", resourceGroup: "rg-two" };
  const other = await engine.project({
    two: bothSides({ cluster: { ...elsewhere, logicalNetwork: { name: "lnet-9", resourceGroup: "rg-azure-local" } } }),
  });
  const { code, text } = await other.pulumi("preview", "--stack", "two");
  expect(code).not.toBe(0);
  expect(text).toContain("Cluster arc-two is to be made with a logical network that does not exist.");
  expect(text).toContain("az stack-hci-vm network lnet list");
  expect(text).not.toMatch(/at .*\.ts:\d+/);
}, 120_000);

it("row 4: a confirmed change of what a cluster keeps for life replaces it, and the new one's workload reads", async () => {
  const wanted = { ...aksArc, podCidr: "10.99.0.0/16", replace: "arc-wi-demo" };
  project.configure("arc", bothSides({ cluster: wanted }));
  const steps = await project.plannedSteps("arc");
  expect(steps).toContainEqual(
    expect.stringMatching(/replace.* azure-native:resources:Resource arc-wi-demo-instance$/),
  );
  const { text } = await project.up("arc");
  expect(text).toContain("PodDisruptionBudget arc-workload-identity/azure-wi-webhook-controller-manager would keep");
  expect(await inAzure(instanceId, instanceVersion)).toMatchObject({ networkProfile: { podCidr: "10.99.0.0/16" } });
  kubeconfig = await project.kubeconfigFile("arc");
  const reads = (log: string) => log.includes("usage: ");
  await engine.logWhen("default", workload.name, reads, { kubeconfig, seconds: 180 });
  await project.expectNoChanges("arc");
  // Back, for what follows.
  project.configure("arc", stack({ replace: "arc-wi-demo" }));
  await project.up("arc");
  kubeconfig = await project.kubeconfigFile("arc");
}, 480_000);

describe("with PodDisruptionBudgets in the way", () => {
  beforeAll(async () => {
    await engine.admin("PUT", "/sandbox/arc/delays", { budgetPatienceMs: 5000 });
    await kubectlWith(engine, kubeconfig, "create", "pdb", "in-the-way", "--selector=app=any", "--min-available=1");
  }, 90_000);

  it("row 23: deleting the cluster past Pulumi does not come to an end", async () => {
    const administrator = await administratorOf(engine, "tenantA");
    const { status } = await administrator("DELETE", instanceId, instanceVersion);
    expect(status).toBe(202);
    expect((await inAzure(instanceId, instanceVersion)).provisioningState).toBe("Deleting");
    const deadline = Date.now() + 90_000;
    let properties = await inAzure(instanceId, instanceVersion);
    while (properties.provisioningState === "Deleting" && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      properties = await inAzure(instanceId, instanceVersion);
    }
    expect(properties.provisioningState).toBe("Failed");
    expect(JSON.stringify(properties.status)).toContain("default/in-the-way");
    expect(await kubectlWith(engine, kubeconfig, "get", "pdb", "in-the-way", "--output", "name")).toContain(
      "in-the-way",
    );
  }, 120_000);

  it("row 23: a replacement removes them before the cluster goes, and the new one takes its place", async () => {
    const confirmed = { tenantA: { ...tenantA, location: "westus2" }, cluster: { ...aksArc, replace: "arc-wi-demo" } };
    project.configure("arc", bothSides(confirmed));
    const { text } = await project.up("arc");
    expect(text).toContain("PodDisruptionBudget default/in-the-way would keep the cluster from being deleted");
    expect((await project.outputs("arc")).oidcIssuerUrl).toMatch(/^https:\/\/westus2\./);
  }, 300_000);

  it("row 23: pulumi destroy removes the one that workload identity brings, and leaves nothing", async () => {
    const { text } = await project.destroy("arc");
    expect(text).toContain("PodDisruptionBudget arc-workload-identity/azure-wi-webhook-controller-manager would keep");
    expect(await engine.everythingInAzure()).toEqual(before);
  }, 240_000);
});
