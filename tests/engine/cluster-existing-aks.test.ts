import { clusterSide, identitySide, tenantA, workload } from "./support/configs.ts";
import { type CommandResult, Engine, type Project } from "./support/engine.ts";

type Raw = { eTag?: string; tags?: object; properties: Record<string, unknown> };

const apiVersion = "2025-10-01";
const group = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-apps`;
const id = `${group}/providers/Microsoft.ContainerService/managedClusters/aks-apps`;
const cluster = { kind: "existingAks", resourceGroup: "rg-apps", name: "aks-apps" };

let engine: Engine;
let project: Project;

/** The cluster as its owner made it, before anybody thought of workload identity. */
const made = {
  location: "eastus",
  tags: { owner: "apps team", costCentre: "4711" },
  sku: { name: "Base", tier: "Standard" },
  identity: { type: "SystemAssigned" },
  properties: {
    dnsPrefix: "aks-apps",
    enableRBAC: true,
    // A cluster from before AKS had issuers on by default.
    oidcIssuerProfile: { enabled: false },
    networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", podCidr: "10.64.0.0/16" },
    securityProfile: { imageCleaner: { enabled: true, intervalHours: 48 } },
    autoUpgradeProfile: { upgradeChannel: "stable", nodeOSUpgradeChannel: "SecurityPatch" },
    agentPoolProfiles: [
      { name: "system", mode: "System", type: "VirtualMachineScaleSets", vmSize: "Standard_D4s_v5", count: 3 },
      {
        ...{ name: "batch", mode: "User", type: "VirtualMachineScaleSets", vmSize: "Standard_D8s_v5", count: 1 },
        ...{ nodeLabels: { workload: "batch" }, nodeTaints: ["sku=batch:NoSchedule"] },
      },
    ],
  },
};

beforeAll(async () => {
  engine = await Engine.start();
  await engine.armOf("tenantA", "PUT", group, "2021-04-01", { location: "eastus" });
  await put(made);
  project = await engine.project({
    tenantA: clusterSide({ cluster, workloads: [] }),
    tenantB: identitySide(),
  });
}, 180_000);

afterAll(() => engine?.stop(), 30_000);

async function get(): Promise<Raw> {
  return (await engine.armOf("tenantA", "GET", id, apiVersion)).body as Raw;
}

async function put(body: object): Promise<void> {
  const { status, body: answer } = await engine.armOf("tenantA", "PUT", id, apiVersion, body);
  if (status !== 200 && status !== 201) throw new Error(`${status}: ${JSON.stringify(answer)}`);
  await settled();
}

async function settled(): Promise<Raw> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const cluster = await get();
    const { provisioningState } = cluster.properties;
    if (provisioningState === "Succeeded") return cluster;
    if (Date.now() > deadline) throw new Error(`the cluster is still ${provisioningState} after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All of a cluster but the two features, and what every write changes. */
function withoutFeatures({ eTag: _, ...cluster }: Raw): object {
  const { oidcIssuerProfile, securityProfile, ...properties } = structuredClone(cluster).properties;
  const { workloadIdentity, ...security } = securityProfile as Record<string, unknown>;
  const pools = (properties.agentPoolProfiles as Raw[]).map(({ eTag: __, ...pool }) => pool);
  return { ...cluster, properties: { ...properties, agentPoolProfiles: pools, securityProfile: security } };
}

async function upFails(): Promise<CommandResult> {
  const result = await project.pulumi("up", "--stack", "tenantA", "--yes", "--skip-preview");
  expect(result.code).not.toBe(0);
  return result;
}

async function switchWorkloadIdentity(enabled: boolean): Promise<void> {
  const { eTag: _, ...cluster } = await get();
  const security = cluster.properties.securityProfile as object;
  const properties = { ...cluster.properties, securityProfile: { ...security, workloadIdentity: { enabled } } };
  await put({ ...cluster, properties });
}

it("row 2: says what to run when both features are off, and changes nothing", async () => {
  const before = await get();
  const { text } = await upFails();
  expect(text).toContain(
    "Cluster aks-apps has OIDC issuer and workload identity off. Nothing in Azure or Kubernetes was changed.",
  );
  expect(text).toContain("az aks update -g rg-apps -n aks-apps --enable-oidc-issuer --enable-workload-identity");
  expect(text).toMatch(/pulumi config set --stack \S+ --path cluster\.enable true/);
  expect(await get()).toEqual(before);
}, 120_000);

it("row 2: with `enable`, switches both on and changes nothing else", async () => {
  const before = await get();
  project.configure("tenantA", clusterSide({ cluster: { ...cluster, enable: true }, workloads: [] }));
  await project.up("tenantA");
  const after = await get();
  expect(after.properties).toMatchObject({
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true } },
  });
  expect(withoutFeatures(after)).toEqual(withoutFeatures(before));
  const { issuerURL } = after.properties.oidcIssuerProfile as { issuerURL: string };
  expect(await project.outputs("tenantA")).toMatchObject({ oidcIssuerUrl: issuerURL, clusterId: id });
  await project.expectNoChanges("tenantA");
  expect((await get()).eTag).toBe(after.eTag);
}, 120_000);

it("row 3: a feature that somebody switched off shows in the next preview, and is switched on again", async () => {
  await switchWorkloadIdentity(false);
  expect(await project.plannedSteps("tenantA")).toEqual([
    "update pulumi-nodejs:dynamic/azure:ManagedClusterFeatures aks-apps",
  ]);
  await project.up("tenantA");
  expect((await get()).properties.securityProfile).toMatchObject({ workloadIdentity: { enabled: true } });
  await project.expectNoChanges("tenantA");
}, 120_000);

it("row 2: runs workloads with the issuer and the credential that Azure has, without `enable` too", async () => {
  project.configure("tenantA", clusterSide({ cluster: { kind: "existingAks", id } }));
  await project.up("tenantA");
  await project.up("tenantB");
  await project.up("tenantA");
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "));
  expect(log).toContain("limit: ");
  await project.expectNoChanges("tenantA");
}, 180_000);

it("row 2: a cluster that does not exist is told", async () => {
  project.configure("tenantA", clusterSide({ cluster: { ...cluster, name: "aks-appz", replace: "aks-apps" } }));
  const { text } = await upFails();
  expect(text).toContain("Cluster aks-appz does not exist. Nothing in Azure or Kubernetes was changed.");
}, 120_000);

it("row 3: `disabled` switches workload identity off, and says that the issuer stays", async () => {
  project.configure("tenantA", clusterSide({ cluster: { ...cluster, workloadIdentity: "disabled" }, workloads: [] }));
  const { text } = await project.up("tenantA");
  expect(text).toContain("Its OIDC issuer stays on: AKS has no way to switch one off");
  expect((await get()).properties).toMatchObject({
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: false } },
  });
  await project.expectNoChanges("tenantA");
}, 120_000);

it("row 3: destroy leaves the cluster as it is", async () => {
  const before = await get();
  await project.destroy("tenantB");
  await project.destroy("tenantA");
  expect(await get()).toEqual(before);
  expect(withoutFeatures(before)).toMatchObject({ tags: made.tags });
}, 120_000);
