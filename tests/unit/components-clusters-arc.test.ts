import * as pulumi from "@pulumi/pulumi";
import { AksArcCluster, makeAksArc } from "../../components/clusters/aks-arc";
import { neverChanged } from "../../components/clusters/arc-properties";
import { confirmedReplacement } from "../../components/clusters/confirmed-replacement";
import { podDisruptionBudgetRemoval } from "../../components/clusters/pod-disruption-budgets";
import { sshKeyProvider } from "../../components/clusters/ssh-key";
import { describeCluster } from "../../plan/cluster-description";
import { type ArcWorld, aksArc, arcIssuer, clusterConfig, type MadeResource, runArc } from "./arc-mocks";
import { tenantA } from "./config-fixtures";

const scope = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-local/providers`;
const customLocation = `${scope}/Microsoft.ExtendedLocation/customLocations/site`;
const logicalNetwork = `${scope}/Microsoft.AzureStackHCI/logicalNetworks/lnet`;
const existing = {
  "customLocations site": { id: customLocation },
  "logicalNetworks lnet": { id: logicalNetwork, extendedLocation: { type: "CustomLocation", name: customLocation } },
};

const run = (changes: Record<string, unknown> = {}, world: ArcWorld = { existing }) =>
  runArc(makeAksArc, clusterConfig({ ...aksArc, ...changes }), world);

function only(made: readonly MadeResource[], type: string, name?: string): Record<string, unknown> {
  const found = made.filter((each) => each.type === type && (name === undefined || each.name === name));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} ${name}`);
  return found[0]?.inputs ?? {};
}

const resource = "azure-native:resources:Resource";

describe("an AKS Arc cluster", () => {
  it("is a connected cluster of kind ProvisionedCluster with both features on and Entra admin groups", async () => {
    const { made } = await run({ azureRbac: true, tags: { tier: "edge" } });
    expect(only(made, resource, "arc-wi-demo")).toMatchObject({
      resourceProviderNamespace: "Microsoft.Kubernetes",
      parentResourcePath: "",
      resourceType: "connectedClusters",
      resourceName: "arc-wi-demo",
      resourceGroupName: "rg-arc-demo",
      kind: "ProvisionedCluster",
      location: "eastus",
      identity: { type: "SystemAssigned" },
      tags: { team: "edge", tier: "edge" },
      properties: {
        agentPublicKeyCertificate: "",
        aadProfile: {
          adminGroupObjectIDs: aksArc.adminGroupObjectIds,
          enableAzureRBAC: true,
          tenantID: tenantA.tenantId,
        },
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
      },
    });
  });

  it("has an instance on the custom location and in the logical network, which is an extension of it", async () => {
    const { made } = await run({
      kubernetesVersion: "1.33.5",
      controlPlane: { count: 3, hostIp: "192.168.1.10" },
      nodePools: [
        { name: "fixed", count: 2, labels: { disk: "ssd" }, taints: ["sku=gpu:NoSchedule"] },
        { name: "scaling", count: 1, minCount: 1, maxCount: 4 },
      ],
    });
    const inputs = only(made, resource, "arc-wi-demo-instance");
    expect(inputs).toMatchObject({
      resourceProviderNamespace: "Microsoft.Kubernetes",
      parentResourcePath: "connectedClusters/arc-wi-demo/providers/Microsoft.HybridContainerService",
      resourceType: "provisionedClusterInstances",
      resourceName: "default",
      extendedLocation: { type: "CustomLocation", name: customLocation },
      properties: {
        kubernetesVersion: "1.33.5",
        controlPlane: { count: 3, vmSize: "Standard_A4_v2", controlPlaneEndpoint: { hostIP: "192.168.1.10" } },
        networkProfile: { podCidr: "10.244.0.0/16", networkPolicy: "calico", loadBalancerProfile: { count: 0 } },
        cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [logicalNetwork] } },
        agentPoolProfiles: [
          { name: "fixed", count: 2, nodeLabels: { disk: "ssd" }, nodeTaints: ["sku=gpu:NoSchedule"] },
          { name: "scaling", count: 1, enableAutoScaling: true, minCount: 1, maxCount: 4 },
        ],
      },
    });
    expect(inputs).not.toHaveProperty("location");
  });

  it("has the SSH key that config gives, and makes none then", async () => {
    const { made, cluster } = await run({ sshPublicKey: "ssh-rsa AAAA given" });
    expect(made.map(({ type }) => type)).not.toContain("pulumi-nodejs:dynamic/crypto:SshKey");
    expect(JSON.stringify(only(made, resource, "arc-wi-demo-instance"))).toContain("ssh-rsa AAAA given");
    expect(cluster).toBeInstanceOf(AksArcCluster);
    if (cluster instanceof AksArcCluster) expect(cluster.sshPrivateKey).toBeUndefined();
  });

  it("makes an SSH key else, of which the private half is a secret and in no resource but its own", async () => {
    const { made, cluster } = await run();
    expect(JSON.stringify(only(made, resource, "arc-wi-demo-instance"))).toContain("ssh-rsa AAAA made");
    expect(JSON.stringify(made)).not.toContain("PRIVATE");
    if (!(cluster instanceof AksArcCluster) || cluster.sshPrivateKey === undefined) throw new Error("no private key");
    expect(await pulumi.isSecret(cluster.sshPrivateKey)).toBe(true);
  });

  it("has the issuer that its agents published, and a kubeconfig that is a secret", async () => {
    const { cluster } = await run();
    if (cluster?.access === undefined) throw new Error("no way in");
    const { kubeconfig } = cluster.access;
    const issuer = await new Promise((resolve) => cluster.oidcIssuerUrl.apply(resolve));
    expect(issuer).toBe(arcIssuer);
    expect(await pulumi.isSecret(kubeconfig)).toBe(true);
    expect(await pulumi.isSecret(cluster.oidcIssuerUrl)).toBe(false);
  });
});

describe("a confirmed replacement of an AKS Arc cluster", () => {
  it("starts at the resource that keeps the setting for life, and at no other", () => {
    const confirmed = ["cluster.podCidr", "cluster.controlPlane.hostIp"];
    expect(confirmedReplacement(neverChanged.connected, confirmed)).toEqual({});
    expect(confirmedReplacement(neverChanged.instance, confirmed)).toEqual({
      replaceOnChanges: ["properties.networkProfile.podCidr", "properties.controlPlane.controlPlaneEndpoint"],
      deleteBeforeReplace: true,
    });
    expect(confirmedReplacement(neverChanged.connected, ["cluster.workloadIdentity"])).toEqual({
      replaceOnChanges: ["properties.securityProfile"],
      deleteBeforeReplace: true,
    });
    expect(confirmedReplacement(neverChanged.instance, [])).toEqual({});
  });

  it("knows every setting of the description that is no place of the cluster", () => {
    const { fixed } = describeCluster(clusterConfig(aksArc), undefined);
    const known = [...Object.keys(neverChanged.connected), ...Object.keys(neverChanged.instance)];
    expect(known.sort()).toEqual(Object.keys(fixed).sort());
  });

  it("finds the provider of dynamic resources started, whose update would end the deletions", async () => {
    const { made, calls } = await run();
    expect(calls.find(({ token }) => token === "pulumi-nodejs:index:none")?.madeBefore).toBe(0);
    expect(made.length).toBeGreaterThan(0);
  });
});

describe("the place of an AKS Arc cluster", () => {
  it("is refused before anything is made, custom location and logical network together", async () => {
    const { made, error } = await run({}, { existing: {} });
    expect(made).toEqual([]);
    expect(error?.message).toBe(`Cluster arc-wi-demo is to be made with a custom location that does not exist.
  where:   cluster.customLocation: site in resource group rg-local, subscription ${tenantA.subscriptionId} (tenant A)
  answer:  Status=404 Code="ResourceNotFound" Message="no site"
  to do:   az customlocation list --query [].id; who runs Azure Local knows its name and may have to give the deployer the right to read it

Cluster arc-wi-demo is to be made with a logical network that does not exist.
  where:   cluster.logicalNetwork: lnet in resource group rg-local, subscription ${tenantA.subscriptionId} (tenant A)
  answer:  Status=404 Code="ResourceNotFound" Message="no lnet"
  to do:   az stack-hci-vm network lnet list --query [].id; who runs Azure Local knows its name and may have to give the deployer the right to read it

Nothing in Azure or Kubernetes was changed.`);
  });

  it("says what to do when the deployer may not read it", async () => {
    const { error } = await runArc(makeAksArc, clusterConfig(aksArc), {
      refusal: 'Status=403 Code="AuthorizationFailed" Message="no right"',
    });
    expect(error?.message).toContain("a custom location that could not be read.");
    expect(error?.message).toContain("to do:   the deployer lacks a right: give it the custom role in permissions/");
  });

  it("is refused when the logical network belongs to another Azure Local instance", async () => {
    const other = customLocation.replace("site", "elsewhere");
    const network = { id: logicalNetwork, extendedLocation: { name: other } };
    const { made, error } = await run({}, { existing: { ...existing, "logicalNetworks lnet": network } });
    expect(made).toEqual([]);
    expect(
      error?.message,
    ).toBe(`Cluster arc-wi-demo is to use a logical network of another Azure Local instance than its custom location.
  cluster.customLocation:  ${customLocation}
  cluster.logicalNetwork:  ${logicalNetwork}
  which belongs to:        ${other}
  to do:                   name a logical network of that custom location: az stack-hci-vm network lnet list

Nothing in Azure or Kubernetes was changed.`);
  });

  it("is taken as it is where it lies in a subscription that the deployer need not read", async () => {
    const far = (id: string) => id.replace(tenantA.subscriptionId, "cccccccc-1111-4111-8111-11111111111c");
    const { made, error } = await run({ customLocation: far(customLocation), logicalNetwork: far(logicalNetwork) }, {
      existing: {},
    } as never);
    expect(error).toBeUndefined();
    expect(only(made, resource, "arc-wi-demo-instance")).toMatchObject({
      extendedLocation: { name: far(customLocation) },
      properties: { cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [far(logicalNetwork)] } } },
    });
  });
});

describe("a made SSH key", () => {
  it("is RSA of 4096 bits, in the form of authorized_keys and of PEM", async () => {
    const { outs } = await sshKeyProvider.create({ comment: "arc-wi-demo" });
    const [kind, blob = "", comment] = String(outs?.publicKey).split(" ");
    expect([kind, comment]).toEqual(["ssh-rsa", "arc-wi-demo"]);
    const bytes = Buffer.from(blob, "base64");
    const fields: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      fields.push(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    expect(fields[0]?.toString()).toBe("ssh-rsa");
    expect(fields[1]?.toString("hex")).toBe("010001");
    // A leading zero keeps the number positive: 4096 bits and that byte.
    expect([fields[2]?.length, fields[2]?.[0]]).toEqual([513, 0]);
    expect(outs?.privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  });

  it("stays for as long as the stack has one", async () => {
    expect(await sshKeyProvider.diff?.("id", { comment: "old" }, { comment: "new" })).toEqual({ changes: false });
  });
});

describe("the removal of PodDisruptionBudgets", () => {
  const clusterId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/arc";

  it("keeps the newest kubeconfig, and goes with its cluster", async () => {
    const old = { clusterId, kubeconfig: "old" };
    expect(await podDisruptionBudgetRemoval.diff?.("id", old, { clusterId, kubeconfig: "new" })).toMatchObject({
      changes: true,
      replaces: [],
    });
    expect(await podDisruptionBudgetRemoval.diff?.("id", old, { ...old, clusterId: "other" })).toMatchObject({
      replaces: ["clusterId"],
    });
  });

  it("does not keep a cluster from being destroyed that cannot be reached, and says how to do it by hand", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] });
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const removal = podDisruptionBudgetRemoval.delete?.("id", { clusterId, kubeconfig: "no kubeconfig" });
      await jest.advanceTimersByTimeAsync(60_000);
      await removal;
      const [text] = warn.mock.calls[0] ?? [];
      expect(text).toContain("The PodDisruptionBudgets of cluster arc could not all be removed: ");
      expect(text).toContain("Its deletion goes on.");
      expect(text).toContain(
        "az aksarc get-credentials -n arc -g rg --subscription s --admin, then kubectl delete pdb --all",
      );
    } finally {
      warn.mockRestore();
      jest.useRealTimers();
    }
    // The client of Kubernetes' API is big, and read here for the first time.
  }, 60_000);
});
