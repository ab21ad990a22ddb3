import type { ManagedCluster } from "@azure/arm-containerservice";
import { parse } from "yaml";
import { failure, useCloud } from "./support/cloud-fixture.ts";
import { ownerPermissions } from "./support/owner-permissions.ts";
import { clusterBody } from "./support/workload.ts";

const world = useCloud({ permissionsDir: ownerPermissions() });
const group = "rg-access";
const fast = { updateIntervalInMs: 10 };
const admins = "0c3f0c52-9f3c-4f6e-8f6b-0d1f0e7c9a11";
const entra = { aadProfile: { managed: true, adminGroupObjectIDs: [admins] }, disableLocalAccounts: true };
const zone =
  "/subscriptions/aaaaaaaa-1111-4111-8111-11111111111a/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.eastus.azmk8s.io";

beforeAll(() => world.a.resources.resourceGroups.createOrUpdate(group, { location: "eastus" }));

const clusters = () => world.a.clusters.managedClusters;
const make = (name: string, change: Partial<ManagedCluster> = {}) =>
  clusters().createOrUpdate(group, name, { ...clusterBody, ...change }, fast);
const text = (kubeconfigs: { value?: Uint8Array }[] = []) => Buffer.from(kubeconfigs[0]?.value ?? "").toString();

describe("a cluster whose users sign in to Microsoft Entra ID", () => {
  it.each(["exec", "azure", undefined])("gives a kubeconfig that runs kubelogin (format %s)", async (format) => {
    const made = await make("aks-entra", entra);
    expect(made).toMatchObject({
      disableLocalAccounts: true,
      aadProfile: { managed: true, enableAzureRbac: false, tenantID: world.a.spec.tenantId },
    });
    const { kubeconfigs } = await clusters().listClusterUserCredentials(group, "aks-entra", {
      ...(format === undefined ? {} : { format }),
    });
    expect(text(kubeconfigs)).not.toContain("token:");
    const { users } = parse(text(kubeconfigs));
    expect(users).toMatchObject([
      {
        name: "clusterUser_rg-access_aks-entra",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: [
              "get-token",
              ...["--environment", "AzurePublicCloud"],
              ...["--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"],
              ...["--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a"],
              ...["--tenant-id", world.a.spec.tenantId],
              ...["--login", "devicecode"],
            ],
          },
        },
      },
    ]);
  });

  it("tells its API server whose tokens to take, also later", async () => {
    await make("aks-entra", entra);
    const cluster = world.clusters.named("aks-entra");
    expect(cluster.entra).toMatchObject({ tenantId: world.a.spec.tenantId, adminGroupObjectIds: [admins] });
    const others = "1d4f1d63-a04d-4a7f-9f7c-1e2f1f8d0b22";
    await make("aks-entra", { aadProfile: { managed: true, adminGroupObjectIDs: [others] } });
    expect(cluster.entra).toEqual({
      tenantId: world.a.spec.tenantId,
      adminGroupObjectIds: [others],
      cloudPort: world.cloud.port,
      caFile: world.cloud.caFile,
    });
  });

  it("gives no administrator's kubeconfig where local accounts are off", async () => {
    await make("aks-entra", entra);
    const refused = await failure(clusters().listClusterAdminCredentials(group, "aks-entra"));
    expect(refused).toMatchObject({ statusCode: 400, code: "BadRequest" });
    expect(refused.message).toContain(
      "Getting static credential is not allowed because this cluster is set to disable local accounts.",
    );
    await make("aks-entra", { disableLocalAccounts: false });
    expect(text((await clusters().listClusterAdminCredentials(group, "aks-entra")).kubeconfigs)).not.toContain("exec");
  });

  it.each<[string, Partial<ManagedCluster>, string]>([
    [
      "local accounts off and no Entra ID",
      { disableLocalAccounts: true },
      "disableLocalAccounts can only be set on Azure AD integration enabled cluster",
    ],
    [
      "a group that is no id",
      { aadProfile: { managed: true, adminGroupObjectIDs: ["admins"] } },
      "'admins' is no object id",
    ],
  ])("is refused with %s", async (_what, change, message) => {
    const error = await failure(make("aks-refused", change));
    expect(error).toMatchObject({ statusCode: 400 });
    expect(error.message).toContain(message);
  });
});

describe("who may reach an API server", () => {
  it("changes with the authorized ranges; an address is a range", async () => {
    const made = await make("aks-ranges", { apiServerAccessProfile: { authorizedIPRanges: ["203.0.113.7"] } });
    expect(made.apiServerAccessProfile?.authorizedIPRanges).toEqual(["203.0.113.7/32"]);
    const after = await make("aks-ranges", { apiServerAccessProfile: { authorizedIPRanges: [] } });
    expect(after.apiServerAccessProfile?.authorizedIPRanges).toEqual([]);
  });

  it("is nobody outside of the network of a private cluster, which stays private", async () => {
    const made = await make("aks-private", { apiServerAccessProfile: { enablePrivateCluster: true } });
    expect(made.privateFqdn).toMatch(/^demo-[0-9a-f]{8}\.privatelink\.eastus\.azmk8s\.io$/);
    expect(made.apiServerAccessProfile).toMatchObject({ privateDNSZone: "system" });
    const hidden = await make("aks-private", {
      apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFqdn: false },
    });
    expect(hidden.fqdn).toBeUndefined();
    expect(
      await failure(make("aks-private", { apiServerAccessProfile: { enablePrivateCluster: false } })),
    ).toMatchObject({
      statusCode: 400,
      message: "Changing enablePrivateCluster is not allowed. It can only be set while creating the cluster.",
    });
  });

  it.each<[string, Partial<ManagedCluster>, string]>([
    [
      "ranges of a private cluster",
      { apiServerAccessProfile: { enablePrivateCluster: true, authorizedIPRanges: ["203.0.113.0/24"] } },
      "can't have authorized IP ranges",
    ],
    [
      "a range that is none",
      { apiServerAccessProfile: { authorizedIPRanges: ["somewhere"] } },
      "'somewhere' is no IPv4",
    ],
    [
      "a DNS zone of a public cluster",
      { apiServerAccessProfile: { privateDNSZone: "system" } },
      "enablePrivateCluster",
    ],
    [
      "a DNS zone of its own and no identity for it",
      { apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone: zone } },
      "user-assigned identity",
    ],
    [
      "no DNS zone and no public name",
      {
        apiServerAccessProfile: {
          enablePrivateCluster: true,
          privateDNSZone: "none",
          enablePrivateClusterPublicFqdn: false,
        },
      },
      "'none' needs",
    ],
  ])("is not %s", async (_what, change, message) => {
    const error = await failure(make("aks-refused", change));
    expect(error).toMatchObject({ statusCode: 400, code: "InvalidParameter" });
    expect(error.message).toContain(message);
  });
});

describe("the network of a cluster", () => {
  it("is Azure CNI Overlay unless it says otherwise, and kept", async () => {
    const made = await make("aks-net", {
      networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", serviceCidr: "10.8.0.0/16" },
    });
    expect(made.networkProfile).toMatchObject({
      podCidr: "10.244.0.0/16",
      serviceCidr: "10.8.0.0/16",
      dnsServiceIP: "10.8.0.10",
      networkPolicy: "none",
      outboundType: "loadBalancer",
    });
    const none = await make("aks-byo", { networkProfile: { networkPlugin: "none" } });
    expect(none.networkProfile?.networkPluginMode).toBeUndefined();
  });

  it.each([
    ["networkPlugin", { networkPlugin: "none" }],
    ["podCidr", { podCidr: "10.240.0.0/16" }],
    ["serviceCidr", { serviceCidr: "10.1.0.0/16" }],
    ["dnsServiceIP", { dnsServiceIP: "10.0.0.11" }],
    ["loadBalancerSku", { loadBalancerSku: "basic" }],
  ])("keeps its %s: PropertyChangeNotAllowed", async (property, networkProfile) => {
    await make("aks-fixed");
    expect(await failure(make("aks-fixed", { networkProfile }))).toMatchObject({
      statusCode: 400,
      code: "PropertyChangeNotAllowed",
      message: `Changing property 'networkProfile.${property}' is not allowed.`,
    });
  });

  it("moves to Cilium and not back; its way out and its tier change", async () => {
    await make("aks-moves");
    const moved = await make("aks-moves", {
      networkProfile: { networkDataplane: "cilium", networkPolicy: "cilium", outboundType: "managedNATGateway" },
      sku: { name: "Base", tier: "Standard" },
    });
    expect(moved.networkProfile).toMatchObject({ networkDataplane: "cilium", outboundType: "managedNATGateway" });
    expect(moved.sku).toEqual({ name: "Base", tier: "Standard" });
    expect(await failure(make("aks-moves", { networkProfile: { networkDataplane: "azure" } }))).toMatchObject({
      message: "Changing property 'networkProfile.networkDataplane' is not allowed.",
    });
  });

  it.each([
    ["services that overlap the pods", { serviceCidr: "10.244.0.0/20" }, "overlaps serviceCidr"],
    ["DNS outside of the services", { dnsServiceIP: "10.9.0.10" }, "must lie in serviceCidr"],
    ["a range that begins in its middle", { podCidr: "10.244.0.1/16" }, "no address range"],
    ["Cilium's policy on another dataplane", { networkPolicy: "cilium" }, "needs the networkDataplane cilium"],
    ["own routes without an own subnet", { outboundType: "userDefinedRouting" }, "vnetSubnetID"],
    ["an unknown plugin", { networkPlugin: "flannel" }, "not one of azure, kubenet, none"],
  ])("is refused with %s", async (_what, networkProfile, message) => {
    const error = await failure(make("aks-refused", { networkProfile }));
    expect(error).toMatchObject({ statusCode: 400, code: "InvalidParameter" });
    expect(error.message).toContain(message);
  });

  it("and its price: an unknown tier and long-term support without Premium are refused", async () => {
    expect((await failure(make("aks-refused", { sku: { name: "Base", tier: "Gold" } }))).message).toContain("'Gold'");
    expect((await failure(make("aks-refused", { supportPlan: "AKSLongTermSupport" }))).message).toContain("Premium");
  });
});
