import { clusterSide, cluster as plain, tenantA } from "./support/configs.ts";
import { Engine, type Project, type StateResource } from "./support/engine.ts";

const managedCluster = "azure-native:containerservice:ManagedCluster";
const agentPool = "azure-native:containerservice:AgentPool";
const apiVersion = "2025-10-01";
const group = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-wi-demo`;
const id = `${group}/providers/Microsoft.ContainerService/managedClusters/aks-wi-demo`;

const cluster = {
  ...plain,
  tags: { tier: "demo" },
  authorizedIpRanges: ["203.0.113.0/24", "127.0.0.0/8"],
  network: { dataplane: "cilium", podCidr: "10.64.0.0/16" },
  nodePools: [
    { name: "batch", minCount: 0, maxCount: 5, labels: { workload: "batch" }, taints: ["sku=batch:NoSchedule"] },
    { name: "spare", spot: true },
  ],
};
const [batch, spare] = cluster.nodePools;

let engine: Engine;
let project: Project;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ tenantA: config(cluster) });
  await project.up("tenantA");
}, 180_000);

afterAll(() => engine?.stop(), 30_000);

function config(changed: object) {
  return clusterSide({ cluster: changed, workloads: [], identityStack: [] });
}

async function inAzure(path = ""): Promise<{ properties: Record<string, unknown> }> {
  return (await engine.armOf("tenantA", "GET", `${id}${path}`, apiVersion)).body as never;
}

async function ofType(type: string): Promise<StateResource[]> {
  return (await project.exported("tenantA")).resources.filter((resource) => resource.type === type);
}

it("row 1: the cluster has the network, the API server and the pools of the config, and its issuer is put out", async () => {
  const { properties } = await inAzure();
  expect(properties).toMatchObject({
    networkProfile: { networkPluginMode: "overlay", networkDataplane: "cilium", podCidr: "10.64.0.0/16" },
    apiServerAccessProfile: { authorizedIPRanges: cluster.authorizedIpRanges },
    securityProfile: { workloadIdentity: { enabled: true } },
  });
  const { issuerURL } = properties.oidcIssuerProfile as { issuerURL: string };
  expect(await project.outputs("tenantA")).toMatchObject({ oidcIssuerUrl: issuerURL, clusterId: id });
  expect((await inAzure("/agentPools/spare")).properties).toMatchObject({
    scaleSetPriority: "Spot",
    nodeTaints: ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
  });
});

it("row 1: a second preview is empty, and stays so when the autoscaler works", async () => {
  await project.expectNoChanges("tenantA");
  const pool = await inAzure("/agentPools/batch");
  const properties = { ...pool.properties, count: 3 };
  await engine.armOf("tenantA", "PUT", `${id}/agentPools/batch`, apiVersion, { properties });
  await project.pulumi("refresh", "--stack", "tenantA", "--yes", "--skip-preview");
  const steps = await project.plannedSteps("tenantA");
  expect(steps.filter((step) => step.includes(agentPool))).toEqual([]);
  expect(steps.filter((step) => step.startsWith("replace"))).toEqual([]);
}, 240_000);

it("row 1: a pool more is one resource more, and replaces nothing", async () => {
  const changed = { ...cluster, nodePools: [batch, { name: "gpu", count: 1 }, spare] };
  project.configure("tenantA", config(changed));
  await project.up("tenantA");
  expect(await project.plannedSteps("tenantA")).toEqual([]);
  expect((await ofType(agentPool)).map(({ urn }) => urn.split("::").at(-1)).sort()).toEqual(
    ["batch", "gpu", "spare"].map((name) => `aks-wi-demo/${name}`),
  );
  expect((await inAzure("/agentPools/gpu")).properties).toMatchObject({ provisioningState: "Succeeded" });
}, 240_000);

it("row 1: an update of the cluster leaves its pools alone, and pools that leave the config go one after the other", async () => {
  const before = await inAzure("/agentPools/batch");
  project.configure("tenantA", config({ ...cluster, tags: { tier: "other" }, nodePools: [batch] }));
  await project.up("tenantA");
  expect((await ofType(agentPool)).map(({ urn }) => urn.split("::").at(-1))).toEqual(["aks-wi-demo/batch"]);
  expect((await inAzure("/agentPools/batch")).properties).toMatchObject({ count: before.properties.count });
  await project.expectNoChanges("tenantA");
}, 240_000);

it("row 1: another size replaces the pool and not the cluster", async () => {
  const changed = { ...cluster, tags: { tier: "other" }, nodePools: [{ ...batch, vmSize: "Standard_D4s_v5" }] };
  project.configure("tenantA", config(changed));
  const steps = await project.plannedSteps("tenantA");
  expect(steps).toContain(`replace ${agentPool} aks-wi-demo/batch`);
  expect(steps.filter((step) => step.includes(managedCluster))).toEqual([]);
}, 240_000);

it("row 14: the kubeconfig is a secret output", async () => {
  expect((await project.outputs("tenantA")).kubeconfig).toBe("[secret]");
  const { kubeconfig } = await project.outputs("tenantA", "--show-secrets");
  const [, token = ""] = /token: "?([^"\s]+)/.exec(String(kubeconfig)) ?? [];
  expect(token).not.toBe("");
  expect((await project.exported("tenantA")).text).not.toContain(token);
}, 120_000);

it("row 1: another network would make another cluster, and is refused", async () => {
  project.configure("tenantA", config({ ...cluster, network: { ...cluster.network, podCidr: "10.96.0.0/16" } }));
  const { code, text } = await project.pulumi("preview", "--stack", "tenantA");
  expect(code).not.toBe(0);
  expect(text).toContain("aks-wi-demo");
  expect(text).toContain("10.96.0.0/16");
}, 120_000);

it("row 1: a confirmed change of what no cluster can change replaces it", async () => {
  const changed = { ...cluster, nodePool: { vmSize: "Standard_D4s_v5" } };
  project.configure("tenantA", config(changed));
  const refused = await project.pulumi("preview", "--stack", "tenantA");
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain("Standard_D4s_v5");
  project.configure("tenantA", config({ ...changed, replace: cluster.name }));
  expect(await project.plannedSteps("tenantA")).toContain(`replace ${managedCluster} ${cluster.name}`);
}, 240_000);

it("row 1: a confirmation that was left over replaces nothing", async () => {
  const changed = { ...cluster, replace: cluster.name, authorizedIpRanges: ["198.51.100.0/24"] };
  project.configure("tenantA", config(changed));
  const steps = await project.plannedSteps("tenantA");
  expect(steps).toContain(`update ${managedCluster} ${cluster.name}`);
  expect(steps.filter((step) => /replace|delete/.test(step))).toEqual([]);
}, 240_000);

it("row 1: what is taken out of the config is gone in Azure too", async () => {
  const { authorizedIpRanges: _, ...open } = cluster;
  project.configure("tenantA", config({ ...open, nodePools: [{ name: "batch" }] }));
  const steps = await project.plannedSteps("tenantA");
  expect(steps.filter((step) => /replace|delete/.test(step))).toEqual([]);
  await project.up("tenantA");
  expect((await inAzure()).properties.apiServerAccessProfile).toMatchObject({ authorizedIPRanges: [] });
  const { properties: pool } = await inAzure("/agentPools/batch");
  expect(pool).toMatchObject({ enableAutoScaling: false, nodeLabels: {}, nodeTaints: [] });
  for (const bound of ["minCount", "maxCount"]) expect(pool).not.toHaveProperty(bound);
  await project.pulumi("refresh", "--stack", "tenantA", "--yes", "--skip-preview");
  expect((await project.plannedSteps("tenantA")).filter((step) => step.includes(agentPool))).toEqual([]);
}, 240_000);

it("row 1: a destroy of a protected cluster is refused before anything goes", async () => {
  project.configure("tenantA", config({ ...cluster, protect: true }));
  await project.up("tenantA");
  const before = await engine.everythingInAzure();
  const { code } = await project.pulumi("destroy", "--stack", "tenantA", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(await engine.everythingInAzure()).toEqual(before);
  await project.expectNoChanges("tenantA");
}, 240_000);

it("row 1: once config lets it go, destroy leaves nothing", async () => {
  project.configure("tenantA", config(cluster));
  await project.up("tenantA");
  await project.destroy("tenantA");
  expect(await engine.everythingInAzure()).toEqual([]);
}, 240_000);
