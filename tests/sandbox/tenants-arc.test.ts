import { ConnectedKubernetesClient } from "@azure/arm-hybridkubernetes";
import { type ArcWorld, connectedBody, connectedVersion, instanceVersion, makeArcWorld } from "./support/arc-world.ts";
import { collect, eventually, failure, useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();
let arc: ArcWorld;
beforeAll(async () => {
  arc = await makeArcWorld(world);
});

const put = (name: string, body: unknown, version = connectedVersion) =>
  arc.asDeployer("PUT", arc.connectedPath(name), version, body);
const get = async (name: string) => (await arc.asDeployer("GET", arc.connectedPath(name), connectedVersion)).body;
const error = (answer: { status: number; body: { error?: { code: string; message: string } } }) => ({
  status: answer.status,
  ...answer.body.error,
});

describe("a connected cluster of AKS Arc", () => {
  it("is made asynchronously, and without a cluster behind it has neither agents nor an issuer", async () => {
    const made = await put("arc-empty", connectedBody());
    expect(made.status).toBe(201);
    expect(made.body.properties.provisioningState).toBe("Accepted");
    expect(made.headers.get("azure-asyncoperation")).toMatch(
      /\/subscriptions\/[^/]+\/providers\/Microsoft.Kubernetes\/locations\/eastus\/operationStatuses\//,
    );
    expect(await arc.settled(arc.connectedPath("arc-empty"), connectedVersion)).toMatchObject({
      kind: "ProvisionedCluster",
      identity: { type: "SystemAssigned", tenantId: world.a.spec.tenantId },
      properties: {
        provisioningState: "Succeeded",
        connectivityStatus: "AgentNotInstalled",
        arcAgentProfile: { agentState: "Pending" },
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        aadProfile: { tenantID: world.a.spec.tenantId },
      },
    });
    expect((await get("arc-empty")).properties.oidcIssuerProfile).not.toHaveProperty("issuerUrl");
  });

  it("shows agents and issuer some time after its instance has succeeded", async () => {
    await arc.admin("PUT", "/arc/delays", { agentMs: 300 });
    const cluster = await arc.makeCluster("arc-later");
    expect((await get("arc-later")).properties).toMatchObject({
      provisioningState: "Succeeded",
      arcAgentProfile: { agentState: "Pending" },
    });
    const { properties } = await eventually(async () => {
      const body = await get("arc-later");
      expect(body.properties.arcAgentProfile.agentState).toBe("Succeeded");
      return body;
    });
    await arc.admin("PUT", "/arc/delays", { agentMs: 0 });
    expect(properties.connectivityStatus).toBe("Connected");
    expect(properties.oidcIssuerProfile).toEqual({ enabled: true, issuerUrl: cluster.spec.issuerUrl });
    expect(cluster.spec).toMatchObject({ kind: "arc", managedWebhook: { namespace: "arc-workload-identity" } });
    expect(cluster.spec.issuerUrl).toMatch(
      new RegExp(`^https://eastus\\.oic\\.prod-arc\\.azure\\.com/${world.a.spec.tenantId}/[0-9a-f-]{36}/$`),
    );
  });

  it("cannot change its features after its creation", async () => {
    await put("arc-fixed", connectedBody({ workloadIdentity: false }));
    await arc.settled(arc.connectedPath("arc-fixed"), connectedVersion);
    expect(error(await put("arc-fixed", connectedBody()))).toMatchObject({
      status: 400,
      code: "PropertyChangeNotAllowed",
      message: expect.stringContaining("securityProfile.workloadIdentity.enabled"),
    });
    expect((await put("arc-fixed", { ...connectedBody({ workloadIdentity: false }), tags: { a: "b" } })).status).toBe(
      200,
    );
  });

  it.each([
    ["no identity", { ...connectedBody(), identity: undefined }, "SystemAssigned"],
    ["a certificate of its own", withProperties({ agentPublicKeyCertificate: "MII" }), "agentPublicKeyCertificate"],
    ["workload identity without issuer", connectedBody({ oidcIssuer: false }), "needs the OIDC issuer"],
  ])("is refused with %s", async (_, body, text) => {
    expect(error(await put("arc-refused", body))).toMatchObject({
      status: 400,
      message: expect.stringContaining(text),
    });
  });

  it("takes by PATCH only tags and what belongs to its distribution", async () => {
    const path = arc.connectedPath("arc-empty");
    const patched = await arc.asDeployer("PATCH", path, connectedVersion, { tags: { owner: "platform" } });
    expect(patched).toMatchObject({ status: 200, body: { tags: { owner: "platform" } } });
    const refused = await arc.asDeployer("PATCH", path, connectedVersion, {
      properties: { oidcIssuerProfile: { enabled: false } },
    });
    expect(error(refused)).toMatchObject({ status: 400, message: expect.stringContaining("oidcIssuerProfile") });
  });

  it("cannot be deleted while its instance exists, and is gone afterwards", async () => {
    const cluster = await arc.makeCluster("arc-delete");
    const path = arc.connectedPath("arc-delete");
    expect(error(await arc.asDeployer("DELETE", path, connectedVersion))).toMatchObject({
      status: 409,
      code: "CannotDeleteResource",
      message: expect.stringContaining("/provisionedClusterInstances/default"),
    });
    expect((await arc.asDeployer("DELETE", arc.instancePath("arc-delete"), instanceVersion)).status).toBe(202);
    await eventually(async () => {
      expect((await arc.asDeployer("GET", arc.instancePath("arc-delete"), instanceVersion)).status).toBe(404);
    });
    expect(cluster.stopped).toBe(true);
    expect((await arc.asDeployer("DELETE", path, connectedVersion)).status).toBe(202);
    await eventually(async () => {
      expect((await arc.asDeployer("GET", path, connectedVersion)).status).toBe(404);
    });
    expect((await arc.asDeployer("DELETE", path, connectedVersion)).status).toBe(204);
  });
});

describe("Microsoft's client for connected clusters (of an older API version)", () => {
  it("makes, reads, lists and deletes one, and sees nothing of what came later", async () => {
    const client = new ConnectedKubernetesClient(world.a.credential, world.a.spec.subscriptionId);
    const { connectedClusterOperations: operations } = client;
    const made = await operations.beginCreateAndWait(
      "rg-arc",
      "edge-by-client",
      {
        location: "eastus",
        identity: { type: "SystemAssigned" },
        agentPublicKeyCertificate: "MIICYzCCAcygAwIBAgIBADANBgkq",
      },
      { updateIntervalInMs: 10 },
    );
    expect(made).toMatchObject({ provisioningState: "Succeeded", connectivityStatus: "Connecting" });
    const raw = await arc.asDeployer("GET", arc.connectedPath("edge-by-client"), "2021-10-01");
    expect(raw.body.properties).not.toHaveProperty("oidcIssuerProfile");
    expect(raw.body.properties).not.toHaveProperty("arcAgentProfile");
    expect((await collect(operations.listByResourceGroup("rg-arc"))).map(({ name }) => name)).toContain(
      "edge-by-client",
    );
    await operations.beginDeleteAndWait("rg-arc", "edge-by-client", { updateIntervalInMs: 10 });
    expect(await failure(operations.get("rg-arc", "edge-by-client"))).toMatchObject({ code: "ResourceNotFound" });
  });
});

describe("a cluster that runs elsewhere", () => {
  it("is connected as az connectedk8s does it: issuer, webhook and resource", async () => {
    const running = await world.clusters.start({
      kind: "plain",
      name: "edge",
      tenantId: undefined,
      location: "eastus",
      issuerUrl: "https://kubernetes.default.svc.cluster.local",
      managedWebhook: undefined,
      environment: "public",
    });
    const connected = await arc.admin("POST", "/clusters/edge/connect", {
      tenant: "tenantA",
      resourceGroup: "rg-arc",
      name: "edge-1",
      oidcIssuer: true,
      workloadIdentity: true,
    });
    expect(connected.status).toBe(201);
    const body = await get("edge-1");
    expect(body).not.toHaveProperty("kind");
    expect(body.properties).toMatchObject({
      connectivityStatus: "Connected",
      arcAgentProfile: { agentState: "Succeeded" },
      oidcIssuerProfile: { enabled: true, issuerUrl: running.issuerUrl },
    });
    expect(running.issuerUrl).toContain(".oic.prod-arc.azure.com/");
    expect(world.clusters.named("edge").managedWebhook).toMatchObject({ namespace: "arc-workload-identity" });
    const issuer = new URL(running.issuerUrl);
    const document = await fetch(`${issuer}.well-known/openid-configuration`).catch((reason: unknown) => reason);
    expect(document).toBeDefined();
  });

  it("has its features switched on later by a PUT, as az connectedk8s update does", async () => {
    const running = await world.clusters.start({
      kind: "plain",
      name: "edge-off",
      tenantId: undefined,
      location: "eastus",
      issuerUrl: "https://kubernetes.default.svc.cluster.local",
      managedWebhook: undefined,
      environment: "public",
    });
    const place = { tenant: "tenantA", resourceGroup: "rg-arc", name: "edge-2" };
    await arc.admin("POST", "/clusters/edge-off/connect", place);
    const before = await get("edge-2");
    expect(before.properties.oidcIssuerProfile).toEqual({ enabled: false });
    const features = {
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
    };
    const { location, identity, properties } = before;
    await put("edge-2", {
      location,
      identity,
      properties: { agentPublicKeyCertificate: properties.agentPublicKeyCertificate, ...features },
    });
    await arc.settled(arc.connectedPath("edge-2"), connectedVersion);
    expect((await get("edge-2")).properties.oidcIssuerProfile.issuerUrl).toBe(running.issuerUrl);
    expect(world.clusters.named("edge-off").workloadIdentity).toBe(true);
  });

  it.each([
    ["/clusters/nowhere/connect", { tenant: "tenantA", resourceGroup: "rg-arc", name: "x" }, 404],
    ["/clusters/edge/connect", { tenant: "tenantA", resourceGroup: "rg-nowhere", name: "x" }, 404],
    ["/clusters/edge/connect", { tenant: "nobody" }, 400],
    ["/clusters/edge/connect", { tenant: "tenantA", resourceGroup: "rg-arc", name: "edge-1" }, 409],
  ])("is not connected by POST %s %j", async (path, body, status) => {
    expect((await arc.admin("POST", path, body)).status).toBe(status);
  });
});

function withProperties(properties: Record<string, unknown>): Record<string, unknown> {
  const body = connectedBody();
  return { ...body, properties: { ...(body.properties as Record<string, unknown>), ...properties } };
}
