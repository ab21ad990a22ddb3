import type { ArmCall } from "../../sandbox/tenants/arm/call.ts";
import { linkedResource } from "../../sandbox/tenants/arm/linked-access.ts";
import { type ArcWorld, connectedBody, connectedVersion, instanceVersion, makeArcWorld } from "./support/arc-world.ts";
import { eventually, useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();
let arc: ArcWorld;
beforeAll(async () => {
  arc = await makeArcWorld(world);
  await arc.asDeployer("PUT", arc.connectedPath("arc-rules"), connectedVersion, connectedBody());
  await arc.settled(arc.connectedPath("arc-rules"), connectedVersion);
});

const put = (name: string, body: unknown) => arc.asDeployer("PUT", arc.instancePath(name), instanceVersion, body);
const error = (answer: { status: number; body: { error?: { code: string; message: string } } }) => ({
  status: answer.status,
  ...answer.body.error,
});

describe("a provisioned cluster instance", () => {
  it("runs a cluster and fills in what Azure fills in", async () => {
    const cluster = await arc.makeCluster("arc-one");
    expect((await arc.asDeployer("GET", arc.instancePath("arc-one"), instanceVersion)).body).toMatchObject({
      name: "default",
      type: "Microsoft.HybridContainerService/provisionedClusterInstances",
      extendedLocation: { type: "CustomLocation", name: arc.customLocation },
      properties: {
        provisioningState: "Succeeded",
        networkProfile: { networkPolicy: "calico", podCidr: "10.244.0.0/16" },
        agentPoolProfiles: [{ name: "nodepool1", osSKU: "CBLMariner" }],
      },
    });
    expect(cluster.stopped).toBe(false);
    const { value } = (
      await arc.asDeployer("GET", arc.instancePath("arc-one").replace(/\/default$/, ""), instanceVersion)
    ).body;
    expect(value).toHaveLength(1);
  });

  it("gives its kubeconfig as the result of a long-running operation, not as the answer", async () => {
    await arc.makeCluster("arc-credential");
    const asked = await arc.asDeployer(
      "POST",
      `${arc.instancePath("arc-credential")}/listAdminKubeconfig`,
      instanceVersion,
      {},
    );
    expect(asked).toMatchObject({ status: 202, body: undefined });
    const location = new URL(asked.headers.get("location") ?? "");
    expect(location.pathname).toMatch(/^\/providers\/Microsoft.HybridContainerService\/locations\/EASTUS\//);
    const result = await eventually(async () => {
      const answer = await arc.asDeployer("GET", location.pathname, instanceVersion);
      expect(answer.status).toBe(200);
      return answer.body;
    });
    expect(result).toMatchObject({ status: "Succeeded", resourceId: arc.instancePath("arc-credential") });
    expect(Buffer.from(result.properties.kubeconfigs[0].value, "base64").toString()).toContain("current-context");
    const user = await arc.asDeployer(
      "POST",
      `${arc.instancePath("arc-credential")}/listUserKubeconfig`,
      instanceVersion,
      {},
    );
    expect(error(user)).toMatchObject({ status: 403, code: "AuthorizationFailed" });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an even control plane", { controlPlane: { count: 2 } }, "odd number"],
    ["no SSH key", { linuxProfile: { ssh: { publicKeys: [] } } }, "exactly one key"],
    ["a key of another kind", { linuxProfile: { ssh: { publicKeys: [{ keyData: "ssh-ed25519 AAAA" }] } } }, "ssh-rsa"],
    ["a pool's name with capitals", { agentPoolProfiles: [{ name: "Pool" }] }, "lowercase letters"],
    ["no network", { cloudProviderProfile: {} }, "exactly one logical network"],
    ["a version that is not there", { kubernetesVersion: "1.20.1" }, "not supported in this custom location"],
  ])("is refused with %s", async (_, properties, text) => {
    expect(error(await put("arc-rules", arc.instanceBody(properties)))).toMatchObject({
      status: 400,
      message: expect.stringContaining(text),
    });
  });

  it("needs its connected cluster, its custom location and its network", async () => {
    expect(error(await put("arc-nowhere", arc.instanceBody()))).toMatchObject({
      status: 404,
      code: "ParentResourceNotFound",
    });
    const elsewhere = { type: "CustomLocation", name: arc.customLocation.replace("plant-1", "plant-2") };
    expect(error(await put("arc-rules", { ...arc.instanceBody(), extendedLocation: elsewhere }))).toMatchObject({
      status: 404,
      code: "ResourceNotFound",
    });
    const network = arc.logicalNetwork.replace("lnet-1", "lnet-2");
    const body = arc.instanceBody({ cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [network] } } });
    expect(error(await put("arc-rules", body))).toMatchObject({ status: 404, code: "ResourceNotFound" });
    expect(error(await put("arc-rules", { properties: arc.instanceBody().properties }))).toMatchObject({
      status: 400,
      code: "LinkedInvalidPropertyId",
    });
  });

  it("keeps its network for life", async () => {
    await arc.makeCluster("arc-same");
    const changed = arc.instanceBody({ networkProfile: { podCidr: "10.1.0.0/16" } });
    expect(error(await put("arc-same", changed))).toMatchObject({ status: 400, code: "PropertyChangeNotAllowed" });
    expect((await put("arc-same", arc.instanceBody())).status).toBe(200);
  });

  it("reports a cluster that does not start, and can be written again", async () => {
    await arc.asDeployer("PUT", arc.connectedPath("arc-broken"), connectedVersion, connectedBody());
    await arc.settled(arc.connectedPath("arc-broken"), connectedVersion);
    world.clusters.failure = new Error("no memory left");
    const started = await put("arc-broken", arc.instanceBody());
    expect((await arc.settled(arc.instancePath("arc-broken"), instanceVersion)).properties).toMatchObject({
      provisioningState: "Failed",
      status: { errorMessage: "no memory left" },
    });
    const operation = new URL(started.headers.get("azure-asyncoperation") ?? "");
    expect((await arc.asDeployer("GET", operation.pathname, instanceVersion)).body).toMatchObject({
      status: "Failed",
      error: { message: "no memory left" },
    });
    world.clusters.failure = undefined;
    await put("arc-broken", arc.instanceBody());
    expect((await arc.settled(arc.instancePath("arc-broken"), instanceVersion)).properties).toMatchObject({
      provisioningState: "Succeeded",
    });
  });
});

describe("the deletion of a provisioned cluster", () => {
  it("does not end while a PodDisruptionBudget exists, and ends when it is gone", async () => {
    const cluster = await arc.makeCluster("arc-budget");
    cluster.budgets = [{ namespace: "arc-workload-identity", name: "azure-wi-webhook-controller-manager" }];
    const path = arc.instancePath("arc-budget");
    expect((await arc.asDeployer("DELETE", path, instanceVersion)).status).toBe(202);
    // It has looked, found the budget, and looks again.
    const looks = cluster.budgetLooks;
    await eventually(async () => expect(cluster.budgetLooks).toBeGreaterThan(looks + 1));
    expect((await arc.asDeployer("GET", path, instanceVersion)).body.properties.provisioningState).toBe("Deleting");
    expect(cluster.stopped).toBe(false);
    cluster.budgets = [];
    await eventually(async () => {
      expect((await arc.asDeployer("GET", path, instanceVersion)).status).toBe(404);
    });
    expect(cluster.stopped).toBe(true);
  });

  it("fails when the budget stays, naming it, and succeeds the next time", async () => {
    await arc.admin("PUT", "/arc/delays", { budgetPatienceMs: 100 });
    const cluster = await arc.makeCluster("arc-stuck");
    cluster.budgets = [{ namespace: "shop", name: "cart" }];
    const path = arc.instancePath("arc-stuck");
    await arc.asDeployer("DELETE", path, instanceVersion);
    expect((await arc.settled(path, instanceVersion)).properties).toMatchObject({
      provisioningState: "Failed",
      status: { errorMessage: expect.stringContaining("shop/cart") },
    });
    cluster.budgets = [];
    await arc.asDeployer("DELETE", path, instanceVersion);
    await eventually(async () => {
      expect((await arc.asDeployer("GET", path, instanceVersion)).status).toBe(404);
    });
  });
});

describe("who may link to the infrastructure", () => {
  it("refuses a network whose custom location the caller may not use", async () => {
    const { body } = await arc.asAdministrator("GET", arc.logicalNetwork, "2024-01-01");
    expect(body.properties.provisioningState).toBe("Succeeded");
    expect(error(await arc.asDeployer("PUT", arc.logicalNetwork, "2024-01-01", body))).toMatchObject({
      status: 403,
      code: "AuthorizationFailed",
    });
  });

  it("refuses an id that the caller has no right to use, though it may read it", () => {
    const use = "Microsoft.ExtendedLocation/customLocations/deploy/action";
    const may = (action: string) => action !== use;
    const call = {
      path: arc.instancePath("arc-rules"),
      caller: { clientId: "the-client", objectId: "the-object", issuer: "" },
      tenant: { spec: world.a.spec, access: { allows: (_: string, action: string) => may(action) } },
    } as unknown as ArmCall;
    const link = () =>
      linkedResource(call, {
        property: "extendedLocation.name",
        id: arc.customLocation,
        type: "Microsoft.ExtendedLocation/customLocations",
        action: use,
        performed: "Microsoft.HybridContainerService/provisionedClusterInstances/write",
      });
    expect(link).toThrow(
      `The client 'the-client' with object id 'the-object' has permission to perform action 'Microsoft.HybridContainerService/provisionedClusterInstances/write' on scope '${call.path}'; however, it does not have permission to perform action '${use}' on the linked scope(s) '${arc.customLocation}' or the linked scope(s) are invalid.`,
    );
  });

  it("refuses an id of another tenant's subscription", async () => {
    const foreign = arc.customLocation.replace(world.a.spec.subscriptionId, world.b.spec.subscriptionId);
    const body = { ...arc.instanceBody(), extendedLocation: { type: "CustomLocation", name: foreign } };
    expect(error(await put("arc-rules", body))).toMatchObject({
      status: 403,
      code: "LinkedAuthorizationFailed",
      message: expect.stringContaining("is not authorized to access linked subscription"),
    });
  });

  it("tells the versions that a custom location has", async () => {
    const path = `${arc.customLocation}/providers/Microsoft.HybridContainerService/kubernetesVersions/default`;
    const { body } = await arc.asAdministrator("GET", path, instanceVersion);
    expect(body.properties.values).toMatchObject([{ version: "1.37", patchVersions: { "1.37.2": {} } }]);
  });
});
