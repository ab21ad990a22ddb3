import { failure, useCloud } from "./support/cloud-fixture.ts";
import { clusterBody, createCluster } from "./support/workload.ts";

const world = useCloud();
const group = "rg-cluster-pools";
const fast = { updateIntervalInMs: 10 };
const name = "aks-pools";

beforeAll(() => createCluster(world, group, name));

const clusterPools = async () => (await world.a.clusters.managedClusters.get(group, name)).agentPoolProfiles ?? [];

describe("a write of the cluster", () => {
  const write = (agentPoolProfiles: unknown[]) =>
    world.a.clusters.managedClusters.createOrUpdate(
      group,
      name,
      { ...clusterBody, agentPoolProfiles: agentPoolProfiles as typeof clusterBody.agentPoolProfiles },
      fast,
    );

  it("leaves pools alone that it does not name", async () => {
    const kept = { count: 1, mode: "User", nodeLabels: { team: "demo" } };
    await world.a.clusters.agentPools.createOrUpdate(group, name, "kept", kept, fast);
    const before = (await clusterPools()).map((pool) => pool.name);
    await write([{ name: "system", mode: "System", count: 3 }]);
    const after = await clusterPools();
    expect(after.map((pool) => pool.name)).toEqual(before);
    expect(after.find((pool) => pool.name === "kept")).toMatchObject({ nodeLabels: { team: "demo" } });
    expect(after.find((pool) => pool.name === "system")).toMatchObject({ count: 3 });
  });

  it("adds no pool", async () => {
    const error = await failure(
      write([
        { name: "system", mode: "System" },
        { name: "added", mode: "User", count: 1 },
      ]),
    );
    expect(error).toMatchObject({ statusCode: 400, code: "BadRequest" });
    expect(error.message).toMatch(/^A new agent pool was introduced\. Adding agent pools to an existing cluster/);
  });

  it("changes no pool in what a pool keeps", async () => {
    expect(await failure(write([{ name: "system", mode: "System", vmSize: "Standard_B2s" }]))).toMatchObject({
      code: "PropertyChangeNotAllowed",
      message: "Changing property 'agentPoolProfile.vmSize' is not allowed.",
    });
  });
});
