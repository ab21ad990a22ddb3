import { replacement } from "../../components/clusters/aks";
import { stackLabel } from "../../components/clusters/stack-label";
import { cluster, tenantA } from "./config-fixtures";
import { ofType, runProgram, type World } from "./program-mocks";

const managedCluster = "azure-native:containerservice:ManagedCluster";
const agentPool = "azure-native:containerservice:AgentPool";
const group = "99999999-0000-4000-8000-000000000009";
const subnetId = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes`;

async function inputsOf(changes: object, existing?: World["existing"]) {
  const { created, error } = await runProgram(
    { tenantA, cluster: { ...cluster, ...changes } },
    existing && { existing },
  );
  expect(error).toBeUndefined();
  const pools = ofType(created, agentPool);
  return { cluster: ofType(created, managedCluster)[0]?.inputs, pools, pool: pools[0]?.inputs, created };
}

describe("a managed cluster", () => {
  it("is asked for nothing that config does not say", async () => {
    const { cluster: inputs, pools } = await inputsOf({});
    expect(inputs?.networkProfile).toMatchObject({ networkPlugin: "azure", networkPluginMode: "overlay" });
    for (const key of ["networkPolicy", "networkDataplane"]) expect(inputs?.networkProfile).not.toHaveProperty(key);
    expect(inputs).not.toHaveProperty("aadProfile");
    expect(inputs).toMatchObject({ disableLocalAccounts: false });
    expect(pools).toEqual([]);
  });

  it.each([
    [
      { plugin: "azure", policy: "calico" },
      { networkPlugin: "azure", networkPolicy: "calico" },
    ],
    [{ plugin: "none" }, { networkPlugin: "none" }],
    [
      { dataplane: "cilium", podCidr: "10.64.0.0/16", serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.1.0.10" },
      {
        ...{
          networkPlugin: "azure",
          networkPluginMode: "overlay",
          networkDataplane: "cilium",
          networkPolicy: "cilium",
        },
        ...{ podCidr: "10.64.0.0/16", serviceCidr: "10.1.0.0/16", dnsServiceIP: "10.1.0.10" },
      },
    ],
    [
      { outboundType: "managedNATGateway" },
      { networkPlugin: "azure", networkPluginMode: "overlay", outboundType: "managedNATGateway" },
    ],
  ])("has the network %j", async (network, profile) => {
    expect((await inputsOf({ network })).cluster?.networkProfile).toMatchObject(profile);
  });

  it.each([
    [{ private: true }, { enablePrivateCluster: true }],
    [
      { private: { dnsZone: "none", publicFqdn: true } },
      { enablePrivateCluster: true, privateDNSZone: "none", enablePrivateClusterPublicFQDN: true },
    ],
    [{ authorizedIpRanges: ["203.0.113.0/24"] }, { authorizedIPRanges: ["203.0.113.0/24"] }],
  ])("is reached as config says: %j", async (changes, profile) => {
    expect((await inputsOf(changes)).cluster?.apiServerAccessProfile).toEqual(profile);
  });

  it("is told what config leaves out and Azure would keep: no autoscaler, no ranges", async () => {
    const { cluster: inputs } = await inputsOf({});
    expect(inputs?.apiServerAccessProfile).toEqual({ authorizedIPRanges: [] });
    expect(inputs).toMatchObject({ agentPoolProfiles: [{ enableAutoScaling: false }] });
    expect((await inputsOf({ private: true })).cluster?.apiServerAccessProfile).not.toHaveProperty(
      "authorizedIPRanges",
    );
  });

  it("upgrades its system pool with its control plane", async () => {
    const { cluster: inputs } = await inputsOf({ kubernetesVersion: "1.36" });
    expect(inputs).toMatchObject({ kubernetesVersion: "1.36", agentPoolProfiles: [{ orchestratorVersion: "1.36" }] });
  });

  it("says how many system nodes the autoscaler has now where AKS lists another pool first", async () => {
    const scaling = { nodePool: { count: 2, minCount: 1, maxCount: 5 } };
    const [batch, system] = [
      { name: "batch", count: 0 },
      { name: "system", count: 4 },
    ];
    const countWith = async (...agentPoolProfiles: object[]) => {
      const { cluster: inputs } = await inputsOf(
        scaling,
        agentPoolProfiles.length > 0 ? { agentPoolProfiles } : undefined,
      );
      const [pool] = (inputs?.agentPoolProfiles ?? []) as { count?: number }[];
      return pool?.count;
    };
    expect(await countWith()).toBe(2);
    expect(await countWith(system, batch)).toBe(2); // and no change: its place is known
    expect(await countWith(batch, system)).toBe(4);
    expect(await countWith(batch, { ...system, count: 9 })).toBe(5);
  });

  it("has no local accounts once people sign in with Entra ID", async () => {
    const entra = { adminGroupObjectIds: [group], azureRbac: true };
    const { cluster: inputs } = await inputsOf({ entra });
    expect(inputs).toMatchObject({
      disableLocalAccounts: true,
      aadProfile: { managed: true, adminGroupObjectIDs: [group], enableAzureRBAC: true },
    });
  });
});

describe("a confirmed replacement", () => {
  it("is of what config confirms, and nothing else", () => {
    expect(replacement([])).toEqual({});
    expect(replacement(["tenantA.location", "cluster.network.podCidr"])).toEqual({});
    expect(replacement(["cluster.private", "cluster.private.dnsZone", "cluster.entra"])).toEqual({
      replaceOnChanges: ["apiServerAccessProfile", "aadProfile"],
      deleteBeforeReplace: true,
    });
  });
});

describe("a node pool", () => {
  it("is a resource of its own, with the cluster's version and subnet", async () => {
    const { pools, pool } = await inputsOf({
      kubernetesVersion: "1.36",
      network: { subnetId },
      nodePools: [{ name: "batch", zones: ["1", "2"], labels: { a: "b" }, taints: ["x=y:NoSchedule"], maxPods: 50 }],
    });
    expect(pools.map(({ name, provider }) => `${name} ${provider}`)).toEqual(["aks-wi-demo/batch tenantA"]);
    expect(pool).toMatchObject({
      ...{ agentPoolName: "batch", resourceName: "aks-wi-demo", mode: "User", count: 1, osSKU: "AzureLinux" },
      ...{ orchestratorVersion: "1.36", vnetSubnetID: subnetId, availabilityZones: ["1", "2"], maxPods: 50 },
      ...{ nodeLabels: { a: "b" }, nodeTaints: ["x=y:NoSchedule"] },
    });
    expect(pool).not.toHaveProperty("scaleSetPriority");
  });

  it("is told what config leaves out and Azure would keep: no autoscaler, labels or taints", async () => {
    const { pool } = await inputsOf({ nodePools: [{ name: "batch" }] });
    expect(pool).toMatchObject({ enableAutoScaling: false, nodeLabels: {}, nodeTaints: [] });
    for (const key of ["minCount", "maxCount"]) expect(pool).not.toHaveProperty(key);
  });

  it("may stay behind the control plane, and scale", async () => {
    const { pool } = await inputsOf({
      kubernetesVersion: "1.36",
      nodePools: [{ name: "batch", kubernetesVersion: "1.35", minCount: 0, maxCount: 4 }],
    });
    expect(pool).toMatchObject({ orchestratorVersion: "1.35", enableAutoScaling: true, minCount: 0, maxCount: 4 });
  });

  it("of spot nodes has the label and the taint that AKS gives them", async () => {
    const { pool } = await inputsOf({ nodePools: [{ name: "spot", spot: true, taints: ["x=y:NoSchedule"] }] });
    expect(pool).toMatchObject({
      ...{ scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 },
      nodeLabels: { "kubernetes.azure.com/scalesetpriority": "spot" },
      nodeTaints: ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule", "x=y:NoSchedule"],
    });
  });
});

describe("the label of a stack", () => {
  it("is its full name where Kubernetes accepts that, else as much as fits with a digest", () => {
    expect(stackLabel("organization", "project", "dev")).toBe("organization.project.dev");
    const long = stackLabel("o".repeat(40), "p".repeat(40), "dev");
    expect(long).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]$/);
    expect(long).not.toBe(stackLabel("o".repeat(40), "p".repeat(40), "prod"));
    expect(stackLabel("a.b", "c", "d!")).toMatch(/^a\.b\.c\.d--[0-9a-f]{16}$/);
  });
});
