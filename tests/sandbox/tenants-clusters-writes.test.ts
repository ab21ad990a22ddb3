import type { ManagedCluster } from "@azure/arm-containerservice";
import { eventually, failure, useCloud } from "./support/cloud-fixture.ts";
import { ownerPermissions } from "./support/owner-permissions.ts";
import { clusterBody, createCluster } from "./support/workload.ts";

const world = useCloud({ permissionsDir: ownerPermissions() });
const group = "rg-writes";
const fast = { updateIntervalInMs: 10 };

beforeAll(() => world.a.resources.resourceGroups.createOrUpdate(group, { location: "eastus" }));

const clusters = () => world.a.clusters.managedClusters;
const make = (name: string, change: Partial<ManagedCluster> = {}) =>
  clusters().createOrUpdate(group, name, { ...clusterBody, ...change }, fast);
const path = (name: string, rest = "") =>
  `${world.a.scope}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${name}${rest}?api-version=2025-09-01`;
const asA = (method: string, address: string, body?: unknown, headers: Record<string, string> = {}) =>
  world.arm(method, address, { credential: world.a.credential, headers, ...(body === undefined ? {} : { body }) });
const read = async (name: string) => (await asA("GET", path(name))).body;
const settled = (name: string) =>
  eventually(async () => expect((await read(name)).properties.provisioningState).toBe("Succeeded"));

describe("what a cluster is read as, changed in two profiles and written back", () => {
  const plain = {
    oidcIssuerProfile: { enabled: false },
    securityProfile: { imageCleaner: { enabled: true, intervalHours: 48 } },
    sku: { name: "Base", tier: "Standard" },
    tags: { owner: "platform" },
    aadProfile: { managed: true, adminGroupObjectIDs: ["0c3f0c52-9f3c-4f6e-8f6b-0d1f0e7c9a11"] },
    apiServerAccessProfile: { authorizedIPRanges: ["203.0.113.7"] },
  };

  it("is the same in everything else, byte for byte", async () => {
    await make("aks-same", plain);
    await world.a.clusters.agentPools.createOrUpdate(group, "aks-same", "extra", { count: 3, mode: "User" }, fast);
    const before = await read("aks-same");
    const { eTag } = before;
    const wanted = structuredClone(before);
    wanted.properties.oidcIssuerProfile.enabled = true;
    wanted.properties.securityProfile.workloadIdentity = { enabled: true };
    const answer = await asA("PUT", path("aks-same"), wanted, { "if-match": eTag });
    expect(answer.status).toBe(200);
    expect(answer.body.properties.provisioningState).toBe("Updating");
    await settled("aks-same");
    const after = await read("aks-same");
    expect(after.properties.oidcIssuerProfile.issuerURL).toBe(world.clusters.named("aks-same").spec.issuerUrl);
    expect(world.clusters.named("aks-same").workloadIdentity).toBe(true);
    expect(after.eTag).not.toBe(eTag);
    expect(JSON.stringify(but(after))).toBe(JSON.stringify(but(wanted)));
  });

  it("is refused when somebody else has written in between: 412 PreconditionFailed", async () => {
    await make("aks-race", plain);
    const before = await read("aks-race");
    await clusters().updateTags(group, "aks-race", { tags: { owner: "somebody else" } }, fast);
    const lost = await asA("PUT", path("aks-race"), before, { "if-match": before.eTag });
    expect(lost.status).toBe(412);
    expect(lost.body.error.code).toBe("PreconditionFailed");
    expect(lost.body.error.message).toContain("does not match the current ETag");
    expect((await read("aks-race")).tags).toEqual({ owner: "somebody else" });
  });

  /** Without eTags and the two profiles. */
  function but(cluster: Record<string, unknown>): unknown {
    const copy = JSON.parse(JSON.stringify(cluster, (key, value) => (key === "eTag" ? undefined : value)));
    delete copy.properties.oidcIssuerProfile;
    delete copy.properties.securityProfile.workloadIdentity;
    return copy;
  }
});

describe("a cluster", () => {
  it("has an issuer from Kubernetes 1.34 on, unless its body says otherwise", async () => {
    const { oidcIssuerProfile, securityProfile, ...bare } = clusterBody;
    const made = await clusters().createOrUpdate(group, "aks-bare", bare, fast);
    expect(made.oidcIssuerProfile).toMatchObject({ enabled: true, issuerURL: expect.stringMatching(/^https:.*\/$/) });
    const off = await make("aks-off", { oidcIssuerProfile: { enabled: false }, securityProfile: {} });
    expect(off.oidcIssuerProfile).toEqual({ enabled: false });
    expect(world.clusters.named("aks-off").workloadIdentity).toBe(false);
    expect([oidcIssuerProfile, securityProfile]).toHaveLength(2);
  });

  it("keeps what a body leaves out: issuer, workload identity, network, identity", async () => {
    const before = await make("aks-kept");
    const { oidcIssuerProfile, securityProfile, networkProfile, ...rest } = clusterBody as typeof clusterBody & {
      networkProfile?: undefined;
    };
    const after = await clusters().createOrUpdate(group, "aks-kept", rest, fast);
    expect(after.oidcIssuerProfile).toEqual(before.oidcIssuerProfile);
    expect(after.securityProfile).toEqual(before.securityProfile);
    expect(after.networkProfile).toEqual(before.networkProfile);
    expect(after.identity).toEqual(before.identity);
    expect([oidcIssuerProfile, securityProfile, networkProfile]).toHaveLength(3);
  });

  it("loses its webhook and keeps its issuer when workload identity is switched off", async () => {
    const cluster = await createCluster(world, group, "aks-webhook");
    const after = await make("aks-webhook", { securityProfile: { workloadIdentity: { enabled: false } } });
    expect(after.oidcIssuerProfile).toMatchObject({ enabled: true, issuerURL: cluster.spec.issuerUrl });
    expect(cluster.workloadIdentity).toBe(false);
  });

  it("is tagged by PATCH, which changes nothing else but its eTag", async () => {
    await make("aks-tags");
    const before = await read("aks-tags");
    await clusters().updateTags(group, "aks-tags", { tags: { team: "demo" } }, { ifMatch: before.eTag, ...fast });
    const after = await read("aks-tags");
    expect(after.tags).toEqual({ team: "demo" });
    expect(after.eTag).not.toBe(before.eTag);
    expect(after.properties.networkProfile).toEqual(before.properties.networkProfile);
    expect(
      await failure(clusters().updateTags(group, "aks-tags", { tags: {} }, { ifMatch: before.eTag, ...fast })),
    ).toMatchObject({ statusCode: 412 });
    expect((await asA("PATCH", path("aks-nowhere"), { tags: {} }, { "if-match": "*" })).status).toBe(404);
  });

  it("is created and deleted under conditions as use-etags lists them", async () => {
    const { location, identity, ...properties } = clusterBody;
    const body = { location, identity, properties };
    const put = (headers: Record<string, string>) => asA("PUT", path("aks-etag"), body, headers);
    expect((await put({ "if-match": "*" })).body.error).toEqual({
      code: "PreconditionFailed",
      message:
        "Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.",
    });
    expect((await put({ "if-none-match": "x" })).body.error.code).toBe("BadRequest");
    expect((await put({ "if-none-match": "*", "if-match": "x" })).body.error.code).toBe("BadRequest");
    expect((await put({ "if-none-match": "*" })).status).toBe(201);
    await settled("aks-etag");
    expect((await put({ "if-none-match": "*" })).status).toBe(412);
    const stale = await asA("DELETE", path("aks-etag"), undefined, { "if-match": '"stale"' });
    expect(stale.status).toBe(412);
    const { eTag } = await read("aks-etag");
    expect((await asA("DELETE", path("aks-etag"), undefined, { "if-match": `"${eTag}"` })).status).toBe(202);
    await eventually(async () => expect((await asA("GET", path("aks-etag"))).status).toBe(404));
    expect((await asA("DELETE", path("aks-etag"), undefined, { "if-match": "x" })).status).toBe(204);
  });

  it("is stopped and started, and a stopped one takes no write", async () => {
    await make("aks-power");
    const stopping = await asA("POST", path("aks-power", "/stop"));
    expect(stopping.status).toBe(202);
    expect((await read("aks-power")).properties.provisioningState).toBe("Stopping");
    await settled("aks-power");
    const stopped = await clusters().get(group, "aks-power");
    expect(stopped).toMatchObject({ powerState: { code: "Stopped" }, provisioningState: "Succeeded" });
    expect(stopped.agentPoolProfiles).toMatchObject([{ powerState: { code: "Stopped" } }]);
    expect(await failure(make("aks-power"))).toMatchObject({ statusCode: 409, code: "OperationNotAllowed" });
    expect(await failure(world.a.clusters.agentPools.delete(group, "aks-power", "system", fast))).toMatchObject({
      code: "OperationNotAllowed",
    });
    const again = await failure(clusters().stop(group, "aks-power", fast));
    expect(again.message).toMatch(
      /^managed cluster is not currently running, stopping cannot be performed; The stop operation started at '.*Z' and elapsed time is: '0 days and 00:00:\d\d' \(RFC3339 format\)$/,
    );
    await clusters().start(group, "aks-power", fast);
    expect((await clusters().get(group, "aks-power")).powerState).toEqual({ code: "Running" });
    expect((await failure(clusters().start(group, "aks-power", fast))).message).toContain("starting cannot be");
  });

  it("has nothing to be upgraded to", async () => {
    await make("aks-upgrade");
    expect(await clusters().getUpgradeProfile(group, "aks-upgrade")).toMatchObject({
      controlPlaneProfile: { kubernetesVersion: "1.37.2", osType: "Linux", upgrades: [] },
      agentPoolProfiles: [{ name: "system", kubernetesVersion: "1.37.2" }],
    });
  });
});
