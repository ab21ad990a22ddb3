import { makeAksArc } from "../../components/clusters/aks-arc";
import { agentPool, ignoredCounts, standingPools } from "../../components/clusters/arc-pools";
import { aksArc, clusterConfig, runArc } from "./arc-mocks";
import { tenantA } from "./config-fixtures";

const scope = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-local/providers`;
const place = {
  "customLocations site": { id: `${scope}/Microsoft.ExtendedLocation/customLocations/site` },
  "logicalNetworks lnet": { id: `${scope}/Microsoft.AzureStackHCI/logicalNetworks/lnet` },
};
const web = { name: "web", count: 2 };
const batch = { name: "batch", count: 1, minCount: 1, maxCount: 5 };
const cluster = (nodePools: unknown[], changes = {}) => clusterConfig({ ...aksArc, nodePools, ...changes });

/** Azure's answer for pools of config, of which those that scale have grown to `nodes`. */
function grown(nodePools: unknown[], nodes: number, changes = {}) {
  const config = cluster(nodePools);
  const agentPoolProfiles = config.nodePools.map((pool) => ({
    ...agentPool(pool, { scaled: new Map([[pool.name, nodes]]), change: false }),
    osSKU: "CBLMariner",
  }));
  return { kubernetesVersion: "1.33.5", agentPoolProfiles, ...changes };
}

const countsOf = (nodePools: unknown[], answer: unknown) => {
  const config = cluster(nodePools);
  const standing = standingPools(config, answer);
  return config.nodePools.map((pool) => [pool.name, agentPool(pool, standing).count]);
};

describe("the count of a pool that scales by itself", () => {
  it("is no change while the pools are those of config", () => {
    const config = cluster([web, batch]);
    expect(ignoredCounts(config, standingPools(config, grown([web, batch], 4)))).toEqual([
      "agentPoolProfiles[1].count",
    ]);
  });

  it.each([
    ["in front of", [{ ...batch, name: "first" }, web, batch]],
    ["behind", [web, batch, { ...batch, name: "last" }]],
  ])(
    "is what Azure has when such a pool is added %s others, and no path names a place in the list",
    (_where, pools) => {
      const config = cluster(pools);
      const answer = grown([web, batch], 4);
      expect(ignoredCounts(config, standingPools(config, answer))).toEqual([]);
      const counts = Object.fromEntries(countsOf(pools, answer));
      expect(counts).toEqual({ web: 2, batch: 4, [pools.find(({ name }) => /first|last/.test(name))?.name ?? ""]: 1 });
    },
  );

  it("follows its pool when pools change places", () => {
    const other = { ...batch, name: "other", count: 2 };
    const answer = grown([batch, web], 4);
    answer.agentPoolProfiles.push(...grown([other], 3).agentPoolProfiles);
    expect(countsOf([other, web, batch], answer)).toEqual([
      ["other", 3],
      ["web", 2],
      ["batch", 4],
    ]);
  });

  it("stays within new bounds", () => {
    expect(countsOf([web, { ...batch, maxCount: 3 }], grown([web, batch], 4))).toContainEqual(["batch", 3]);
  });

  it.each([
    ["a label", [web, { ...batch, labels: { disk: "ssd" } }], {}],
    ["the version", [web, batch], { kubernetesVersion: "1.34.1" }],
  ])("is sent as Azure has it when %s changes", (_what, pools, changes) => {
    const config = cluster(pools, changes);
    const standing = standingPools(config, grown([web, batch], 4));
    expect(ignoredCounts(config, standing)).toEqual([]);
    expect(config.nodePools.map((pool) => agentPool(pool, standing).count)).toEqual([2, 4]);
  });

  it("is that of config once the bounds are gone, and the pool is told to scale no more", () => {
    const config = cluster([web, { name: "batch", count: 1 }]);
    const standing = standingPools(config, grown([web, batch], 4));
    expect(config.nodePools.map((pool) => agentPool(pool, standing))).toMatchObject([
      { name: "web", count: 2, enableAutoScaling: false },
      { name: "batch", count: 1, enableAutoScaling: false },
    ]);
  });
});

describe("an AKS Arc cluster whose pools scale", () => {
  const config = cluster([{ ...batch, name: "first" }, web, batch]);
  const made = async (existing: Record<string, Record<string, unknown>>) => {
    const { made, error } = await runArc(makeAksArc, config, { existing: { ...place, ...existing } });
    if (error !== undefined) throw error;
    return made.find(({ name }) => name === "arc-wi-demo-instance")?.inputs.properties;
  };

  it("has its pools read before they are written", async () => {
    const instance = { id: "/the/instance", properties: grown([web, batch], 4) };
    expect(await made({ "provisionedClusterInstances default": instance })).toMatchObject({
      agentPoolProfiles: [
        { name: "first", count: 1, enableAutoScaling: true },
        { name: "web", count: 2, enableAutoScaling: false },
        { name: "batch", count: 4, enableAutoScaling: true },
      ],
    });
  });

  it("is made with the counts of config", async () => {
    expect(await made({})).toMatchObject({ agentPoolProfiles: [{ count: 1 }, { count: 2 }, { count: 1 }] });
  });
});
