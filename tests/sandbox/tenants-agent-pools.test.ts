import type { AgentPool } from "@azure/arm-containerservice";
import { collect, eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import { clusterBody, createCluster } from "./support/workload.ts";

const world = useCloud();
const group = "rg-pools";
const fast = { updateIntervalInMs: 10 };
const name = "aks-pools";
const body: AgentPool = { count: 1, vmSize: "Standard_D4s_v5", mode: "User" };

beforeAll(() => createCluster(world, group, name));

const pools = () => world.a.clusters.agentPools;
const put = (pool: string, change: AgentPool = {}, cluster = name) =>
  pools().createOrUpdate(group, cluster, pool, { ...body, ...change }, fast);
const clusterPools = async () => (await world.a.clusters.managedClusters.get(group, name)).agentPoolProfiles ?? [];
const path = (pool: string, cluster = name) =>
  `${world.a.scope}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${cluster}/agentPools/${pool}?api-version=2025-09-01`;
const asA = (method: string, address: string, json?: unknown, headers: Record<string, string> = {}) =>
  world.arm(method, address, {
    credential: world.a.credential,
    headers,
    ...(json === undefined ? {} : { body: json }),
  });

const settled = (pool: string) =>
  eventually(async () => expect((await pools().get(group, name, pool)).provisioningState).toBe("Succeeded"));

describe("an agent pool", () => {
  it("is made in a while, stands among its cluster's pools, and goes again", async () => {
    const started = await asA("PUT", path("batch"), { properties: { ...body, nodeLabels: { tier: "batch" } } });
    expect(started.status).toBe(201);
    expect(started.body.properties.provisioningState).toBe("Creating");
    expect(started.headers.get("azure-asyncoperation")).toMatch(/locations\/eastus\/operations\/[0-9a-f-]{36}/);
    await settled("batch");
    const made = await pools().createOrUpdate(group, name, "other", body, fast);
    expect(made).toMatchObject({
      name: "other",
      type: "Microsoft.ContainerService/managedClusters/agentPools",
      provisioningState: "Succeeded",
      powerState: { code: "Running" },
      currentOrchestratorVersion: "1.37.2",
      osType: "Linux",
      maxPods: 110,
    });
    expect(made.eTag).toMatch(/^[0-9a-f-]{36}$/);
    expect((await clusterPools()).map((pool) => pool.name)).toEqual(["system", "batch", "other"]);
    expect((await collect(pools().list(group, name))).map((pool) => pool.name)).toEqual(["system", "batch", "other"]);
    expect((await pools().get(group, name, "batch")).nodeLabels).toEqual({ tier: "batch" });
    for (const pool of ["batch", "other"]) await pools().delete(group, name, pool, fast);
    expect((await clusterPools()).map((pool) => pool.name)).toEqual(["system"]);
    expect((await asA("DELETE", path("batch"))).status).toBe(204);
    expect(await failure(pools().get(group, name, "batch"))).toMatchObject({
      statusCode: 404,
      code: "NotFound",
      message: "Could not find the agentpool: batch in managed cluster aks-pools.",
    });
  });

  it("is changed in what may change; what a write leaves out stays", async () => {
    const before = await put("change", { nodeTaints: ["dedicated=batch:NoSchedule"] });
    const after = await put("change", {
      enableAutoScaling: true,
      minCount: 1,
      maxCount: 5,
      nodeLabels: { team: "demo" },
      tags: { cost: "demo" },
      osSKU: "AzureLinux",
    });
    expect(after).toMatchObject({
      enableAutoScaling: true,
      minCount: 1,
      maxCount: 5,
      nodeLabels: { team: "demo" },
      nodeTaints: ["dedicated=batch:NoSchedule"],
      osSKU: "AzureLinux",
      provisioningState: "Succeeded",
    });
    expect(after.eTag).not.toBe(before.eTag);
    const manual = await put("change", { enableAutoScaling: false, count: 2 });
    expect(manual).toMatchObject({ count: 2, enableAutoScaling: false });
    expect(manual.maxCount).toBeUndefined();
  });

  it.each<[string, AgentPool]>([
    ["vmSize", { vmSize: "Standard_D8s_v5" }],
    ["maxPods", { maxPods: 50 }],
    ["availabilityZones", { availabilityZones: ["1"] }],
    ["osDiskSizeGB", { osDiskSizeGB: 64 }],
    ["OSSKU", { osSKU: "Windows2022" }],
  ])("keeps its %s: PropertyChangeNotAllowed", async (property, change) => {
    await put("fixed");
    expect(await failure(put("fixed", change))).toMatchObject({
      statusCode: 400,
      code: "PropertyChangeNotAllowed",
      message: `Changing property 'properties.${property}' is not allowed.`,
    });
  });

  it("waits for nobody: 409 OperationNotAllowed while a pool or the cluster is being written", async () => {
    const cluster = path("busy").replace("/agentPools/busy", "");
    const { location, identity, ...properties } = clusterBody;
    const answers = await Promise.all([
      asA("PUT", path("busy"), { properties: body }),
      asA("PUT", path("busy"), { properties: body }),
      asA("PUT", path("beside"), { properties: body }),
      asA("PUT", cluster, { location, identity, properties }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201, 409, 409, 409]);
    for (const { body: refused } of answers.slice(1)) {
      expect(refused.error).toEqual({
        code: "OperationNotAllowed",
        message:
          "Operation is not allowed: Another agentpool operation (busy - Creating) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details",
      });
    }
    let open = () => {};
    world.clusters.gate = new Promise((resolve) => {
      open = resolve;
    });
    await asA("PUT", cluster.replace(name, "aks-slow"), { location, identity, properties });
    const early = await asA("PUT", path("busy", "aks-slow"), { properties: body });
    open();
    expect(early.status).toBe(409);
    expect(early.body.error.message).toContain("Another operation (Creating) is in progress");
    await settled("busy");
  });

  it("of a cluster that is not there is refused: ParentResourceNotFound", async () => {
    expect(await failure(put("lost", {}, "aks-nowhere"))).toMatchObject({
      statusCode: 404,
      code: "ParentResourceNotFound",
    });
  });

  it("is written and deleted under If-Match: 412 PreconditionFailed", async () => {
    const { eTag = "" } = await put("etag");
    const stale = { ifMatch: "00000000-0000-0000-0000-000000000000", ...fast };
    expect(await failure(pools().createOrUpdate(group, name, "etag", body, stale))).toMatchObject({ statusCode: 412 });
    expect(await failure(pools().delete(group, name, "etag", stale))).toMatchObject({
      statusCode: 412,
      code: "PreconditionFailed",
    });
    const next = await pools().createOrUpdate(group, name, "etag", body, { ifMatch: eTag, ...fast });
    expect(
      await failure(pools().createOrUpdate(group, name, "etag", body, { ifNoneMatch: "*", ...fast })),
    ).toMatchObject({ statusCode: 412 });
    await pools().delete(group, name, "etag", { ifMatch: next.eTag ?? "", ...fast });
    expect(await failure(pools().createOrUpdate(group, name, "etag", body, { ifMatch: "*", ...fast }))).toMatchObject({
      statusCode: 412,
      message:
        "Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.",
    });
  });

  it("that is the last with mode System stays, and keeps its mode", async () => {
    await put("user");
    expect(await failure(pools().delete(group, name, "system", fast))).toMatchObject({
      statusCode: 400,
      code: "OperationNotAllowed",
      message: "There has to be at least one system agent pool.",
    });
    expect(await failure(pools().createOrUpdate(group, name, "system", { mode: "User" }, fast))).toMatchObject({
      code: "MustDefineAtLeastOneSystemPool",
    });
    await put("second", { mode: "System" });
    await pools().delete(group, name, "system", fast);
    await put("system", { mode: "System", count: 2 });
    await pools().delete(group, name, "second", fast);
  });

  it("with priority Spot has the taint and the label that AKS gives it", async () => {
    expect(await put("spot", { scaleSetPriority: "Spot", nodeLabels: { team: "demo" } })).toMatchObject({
      scaleSetEvictionPolicy: "Delete",
      spotMaxPrice: -1,
      nodeTaints: ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
      nodeLabels: { team: "demo", "kubernetes.azure.com/scalesetpriority": "spot" },
    });
    expect(await failure(put("spot", { scaleSetPriority: "Regular" }))).toMatchObject({
      code: "BadRequest",
      message: "ScaleSetPriority is immutable. Provided value is Regular, Please use current value Spot.",
    });
  });

  it.each<[string, string, AgentPool, string, string]>([
    ["a bad name", "1st", {}, "InvalidParameter", "1-12 lowercase letters"],
    ["a Windows name of seven letters", "windows", { osType: "Windows" }, "InvalidParameter", "1-6 lowercase"],
    ["a system pool of Windows", "win", { osType: "Windows", mode: "System" }, "InvalidParameter", "osType Linux"],
    [
      "no nodes for the system",
      "bad",
      { mode: "System", count: 0 },
      "InvalidParameter",
      "agentPoolProfile.count was 0.",
    ],
    ["too many nodes", "bad", { count: 1001 }, "InvalidParameter", "maxCount:1000"],
    [
      "bounds without the autoscaler",
      "bad",
      { minCount: 1, maxCount: 2 },
      "InvalidParameter",
      "minCount and maxCount need enableAutoScaling",
    ],
    [
      "an autoscaler to no nodes of the system",
      "bad",
      { mode: "System", enableAutoScaling: true, minCount: 0, maxCount: 2 },
      "InvalidParameter",
      "agentPoolProfile.minCount was 0.",
    ],
    [
      "bounds the wrong way round",
      "bad",
      { enableAutoScaling: true, minCount: 3, maxCount: 2 },
      "InvalidParameter",
      "minCount 3 is above maxCount 2",
    ],
    [
      "a count outside of its bounds",
      "bad",
      { enableAutoScaling: true, minCount: 2, maxCount: 3 },
      "InvalidParameter",
      "count 1 must lie between",
    ],
    ["too few pods", "bad", { maxPods: 9 }, "InvalidParameter", "parameter maxPods is invalid"],
    ["an unknown zone", "bad", { availabilityZones: ["4"] }, "AvailabilityZoneNotSupported", "'1,2,3'"],
    ["a taint without effect", "bad", { nodeTaints: ["a=b"] }, "InvalidParameter", "'a=b' is not key=value:effect"],
    [
      "a taint that keeps the system out",
      "bad",
      { mode: "System", nodeTaints: ["a=b:NoSchedule"] },
      "SystemPoolHasRestrictedTaint",
      "Placing custom taints on system pool is not supported",
    ],
    ["a label that is none", "bad", { nodeLabels: { a: "b c" } }, "InvalidParameter", "not a Kubernetes label"],
    ["a label of AKS", "bad", { nodeLabels: { "kubernetes.azure.com/x": "y" } }, "InvalidParameter", "reserved"],
    ["Spot for the system", "bad", { mode: "System", scaleSetPriority: "Spot" }, "InvalidParameter", "mode System"],
    [
      "surge for Spot",
      "bad",
      { scaleSetPriority: "Spot", upgradeSettings: { maxSurge: "10%" } },
      "InvalidParameter",
      "Spot pools can't set max surge.",
    ],
    [
      "a newer version than its control plane",
      "bad",
      { orchestratorVersion: "1.38.0" },
      "NodePoolMcVersionIncompatible",
      "Minor version of node pool version 38 is bigger than control plane version 37.",
    ],
    [
      "a version too far behind its control plane",
      "bad",
      { orchestratorVersion: "1.33" },
      "NodePoolMcVersionIncompatible",
      "cannot be more than 3 versions less",
    ],
    [
      "a version that the sandbox does not run",
      "bad",
      { orchestratorVersion: "1.36.1" },
      "AgentPoolK8sVersionNotSupported",
      "run Kubernetes 1.37.2 and no other version",
    ],
  ])("is refused with %s", async (_what, pool, change, code, text) => {
    const error = await failure(put(pool, change));
    expect(error).toMatchObject({ statusCode: 400, code });
    expect(error.message).toContain(text);
    expect((await clusterPools()).map((each) => each.name)).not.toContain(pool);
  });
});
