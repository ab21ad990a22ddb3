import { clusterOf } from "../../config/cluster";
import { clusterOutput } from "../../federation/outputs";
import { ClusterChangeError, changesBetween, checkClusterChange } from "../../plan/cluster-change";
import { describeCluster } from "../../plan/cluster-description";
import { both, clusters, load, tenantA, tenantB } from "./config-fixtures";

type Kind = keyof typeof clusters;
type Values = Record<string, unknown>;

function config(cluster: Values, tenant: Values = tenantA) {
  return load({ tenantA: tenant, cluster });
}

/** What a stack with this cluster says of it. */
function published(cluster: Values, tenant?: Values) {
  const read = config(cluster, tenant);
  const own = clusterOf(read.cluster);
  if (own === undefined) throw new Error("not a cluster");
  return clusterOutput.parse(JSON.parse(JSON.stringify(describeCluster(own, read.tenantA))));
}

function refusal(before: Values, after: Values, tenant?: Values): string {
  try {
    checkClusterChange("tenantA", published(before), config(after, tenant));
  } catch (error) {
    if (error instanceof ClusterChangeError) return error.message;
    throw error;
  }
  throw new Error("the change was accepted");
}

/** Neither a note nor anything that may cost the cluster. */
const nothing = { notes: [], confirmed: [] };

const kinds: Kind[] = ["aks", "existingAks", "aksArc", "connected", "kubernetes"];

describe.each(kinds)("a cluster of kind %s", (kind) => {
  const cluster = clusters[kind];

  it("that stays as it is is let through, without a note", () => {
    expect(checkClusterChange("tenantA", published(cluster), config(cluster))).toEqual(nothing);
  });

  it("of a stack that published none is let through", () => {
    expect(checkClusterChange("tenantA", undefined, config(cluster))).toEqual(nothing);
  });

  it.each(kinds.filter((other) => other !== kind))("that becomes one of kind %s is refused", (other) => {
    const text = refusal(cluster, clusters[other]);
    expect(text).toContain(`cluster.kind`);
    expect(text).toContain(`was ${kind}`);
    expect(text).toContain(`would be ${other}`);
    expect(text).toContain(`pulumi config set --stack tenantA --path cluster.replace ${cluster.name}`);
  });

  it("that becomes an issuer typed in is refused", () => {
    expect(refusal(cluster, { oidcIssuerUrl: "https://oidc.example.com/" })).toContain(
      "has only an issuer (cluster.oidcIssuerUrl) where cluster",
    );
  });

  it("that becomes an issuer typed in is given up when config names it", () => {
    const confirmed = { oidcIssuerUrl: "https://oidc.example.com/", replace: cluster.name };
    expect(checkClusterChange("tenantA", published(cluster), config(confirmed)).notes).toEqual([]);
  });

  it("may become another one when config names it", () => {
    const other = kind === "aks" ? clusters.kubernetes : clusters.aks;
    const confirmed = { ...other, replace: cluster.name };
    expect(checkClusterChange("tenantA", published(cluster), config(confirmed))).toMatchObject({
      notes: [],
      confirmed: expect.arrayContaining(["cluster.kind"]),
    });
  });
});

it("a cluster that would be deleted is named, with every difference and both ways out", () => {
  const after = { ...clusters.aks, name: "aks-new", network: { plugin: "azure" }, private: true };
  expect(refusal(clusters.aks, after, { ...tenantA, location: "westus3" })).toBe(
    `Cluster aks-wi-demo (kind aks) would be deleted with all that is in it. Nothing in Azure or Kubernetes was changed.
The config of stack tenantA differs from the cluster that stands:

  cluster.name             was aks-wi-demo
                           would be aks-new
  tenantA.location         was eastus
                           would be westus3
  cluster.network.plugin   was overlay
                           would be azure
  cluster.private          was false
                           would be true
  cluster.private.dnsZone  was not given
                           would be system

To keep it: put the old values back.
To delete it and all that is in it: set cluster.replace: aks-wi-demo for this one deployment. Have what it stores elsewhere first.
Where cluster.protect is true: set it to false and run \`pulumi up\` before, with the old values; nothing deletes a protected cluster.
  pulumi config set --stack tenantA --path cluster.replace aks-wi-demo`,
  );
});

it("a cluster that the stack does not own is left, not deleted", () => {
  expect(refusal(clusters.existingAks, { ...clusters.existingAks, name: "aks-other" })).toBe(
    `Cluster aks-apps (kind existingAks) would be left, and its workloads moved to another one. Nothing in Azure or Kubernetes was changed.
The config of stack tenantA differs from the cluster that stands:

  cluster.name  was aks-apps
                would be aks-other
  cluster.id    was /subscriptions/aaaaaaaa-1111-4111-8111-11111111111a/resourcegroups/rg-apps/providers/microsoft.containerservice/managedclusters/aks-apps
                would be /subscriptions/aaaaaaaa-1111-4111-8111-11111111111a/resourcegroups/rg-apps/providers/microsoft.containerservice/managedclusters/aks-other

To keep it: put the old values back.
To go on without it: set cluster.replace: aks-apps for this one deployment. The cluster itself stays; what this stack made in it is deleted.
  pulumi config set --stack tenantA --path cluster.replace aks-apps`,
  );
});

describe("between a cluster that is made and one that is there, only what both say is compared", () => {
  const made = { ...clusters.aks, name: "aks-apps", resourceGroup: "rg-Apps" };
  const lines = (text: string) =>
    [...text.matchAll(/^ {2}([\w.]+) +was (.*)\n +would be (.*)$/gm)].map((found) => found.slice(1));

  it("the same group and name", () => {
    expect(lines(refusal(made, clusters.existingAks))).toEqual([["cluster.kind", "aks", "existingAks"]]);
    expect(lines(refusal(clusters.existingAks, made))).toEqual([["cluster.kind", "existingAks", "aks"]]);
  });

  it("another group, which is in the id", () => {
    const shop = { ...made, resourceGroup: "rg-shop" };
    expect(lines(refusal(shop, clusters.existingAks))).toContainEqual(["cluster.resourceGroup", "rg-shop", "rg-apps"]);
    expect(lines(refusal(clusters.existingAks, shop))).toContainEqual(["cluster.resourceGroup", "rg-apps", "rg-shop"]);
  });
});

it("an AKS Arc feature that changes after creation has its own words", () => {
  const after = { ...clusters.aksArc, workloadIdentity: false };
  const text = refusal(clusters.aksArc, after);
  expect(text).toContain(
    "Cluster arc-apps was made with workload identity, and AKS Arc cannot switch it off afterwards: cluster.workloadIdentity is chosen when a cluster is made.",
  );
  expect(refusal(after, clusters.aksArc)).toContain(
    "Cluster arc-apps was made without workload identity, and AKS Arc cannot switch it on afterwards",
  );
});

it("a confirmation of another cluster confirms nothing", () => {
  const text = refusal(clusters.aks, { ...clusters.aks, name: "aks-new", replace: "aks-new" });
  expect(text).toContain("cluster.replace is aks-new, which is not the cluster that stands.");
});

it("a confirmation that nobody needs any more is noted", () => {
  const after = config({ ...clusters.aks, replace: "aks-wi-demo" });
  expect(checkClusterChange("tenantA", published(clusters.aks), after)).toEqual({
    notes: [
      "cluster.replace is still aks-wi-demo, which lets the next slip delete it. Remove it: pulumi config rm --stack tenantA --path cluster.replace",
    ],
    confirmed: [],
  });
});

const fixed: [string, Kind, Values, Values, string][] = [
  ["another resource group", "aks", {}, { resourceGroup: "rg-other" }, "cluster.resourceGroup"],
  ["a network policy", "aks", {}, { network: { policy: "calico" } }, "cluster.network.policy"],
  ["a pod range", "aks", {}, { network: { podCidr: "10.9.0.0/16" } }, "cluster.network.podCidr"],
  ["the way out", "aks", {}, { network: { outboundType: "managedNATGateway" } }, "cluster.network.outboundType"],
  ["the system pool's VM size", "aks", {}, { nodePool: { vmSize: "Standard_D4s_v5" } }, "cluster.nodePool.vmSize"],
  [
    "the private DNS zone",
    "aks",
    { private: true },
    { private: { dnsZone: "none", publicFqdn: true } },
    "cluster.private.dnsZone",
  ],
  [
    "Entra ID taken away",
    "aks",
    { entra: { adminGroupObjectIds: clusters.aksArc.adminGroupObjectIds } },
    {},
    "cluster.entra",
  ],
  [
    "another custom location",
    "aksArc",
    {},
    { customLocation: { name: "b", resourceGroup: "rg-local" } },
    "cluster.customLocation",
  ],
  [
    "another logical network",
    "aksArc",
    {},
    { logicalNetwork: { name: "b", resourceGroup: "rg-local" } },
    "cluster.logicalNetwork",
  ],
  [
    "the API server's address",
    "aksArc",
    {},
    { controlPlane: { hostIp: "192.168.1.10" } },
    "cluster.controlPlane.hostIp",
  ],
  ["a key of one's own", "aksArc", {}, { sshPublicKey: "ssh-rsa AAAA me" }, "cluster.sshPublicKey"],
  [
    "another storage account",
    "kubernetes",
    { oidcIssuerUrl: undefined, publishIssuer: { resourceGroup: "rg", storageAccount: "aaa" } },
    { oidcIssuerUrl: undefined, publishIssuer: { resourceGroup: "rg", storageAccount: "bbb" } },
    "cluster.publishIssuer.storageAccount",
  ],
];

it.each(fixed)("%s is refused, for it takes another cluster", (_name, kind, before, after, path) => {
  const text = refusal({ ...clusters[kind], ...before }, { ...clusters[kind], ...after });
  const paths = [...text.matchAll(/^ {2}([\w.]+) +was /gm)].map(([, found]) => found);
  expect(paths).toEqual([path]);
});

const free: [string, Kind, Values, Values][] = [
  ["a further pool, tags and a tier", "aks", {}, { nodePools: [{ name: "batch" }], tags: { a: "b" }, tier: "Premium" }],
  ["a version and protection", "aks", {}, { kubernetesVersion: "1.35", protect: true }],
  ["a system pool that scales", "aks", {}, { nodePool: { count: 3, minCount: 1, maxCount: 5 } }],
  ["Entra ID switched on", "aks", {}, { entra: { adminGroupObjectIds: clusters.aksArc.adminGroupObjectIds } }],
  ["a public name of a private cluster", "aks", { private: true }, { private: { publicFqdn: true } }],
  ["the default network written down", "aks", {}, { network: { plugin: "overlay" } }],
  ["the features of an existing cluster", "existingAks", {}, { enable: true }],
  ["pools of AKS Arc", "aksArc", {}, { nodePools: [{ name: "nodepool1", count: 3 }, { name: "gpu" }] }],
  ["the comment of a key", "aksArc", { sshPublicKey: "ssh-rsa AAAA me" }, { sshPublicKey: "ssh-rsa AAAA you" }],
  ["another way into the cluster", "connected", {}, { kubeconfig: { context: "edge" } }],
  ["another issuer", "kubernetes", {}, { oidcIssuerUrl: "https://oidc.example.com/id/F" }],
];

it.each(free)("%s is let through, for the cluster stays", (_name, kind, before, after) => {
  const stands = published({ ...clusters[kind], ...before });
  expect(checkClusterChange("tenantA", stands, config({ ...clusters[kind], ...after }))).toEqual(nothing);
});

it("an existing cluster is the same by id and by name, in any case", () => {
  const id = `/subscriptions/${tenantA.subscriptionId.toUpperCase()}/resourceGroups/RG-Apps/providers/Microsoft.ContainerService/managedClusters/aks-apps`;
  const after = config({ kind: "existingAks", id });
  expect(checkClusterChange("tenantA", published(clusters.existingAks), after)).toEqual(nothing);
});

it("the same config in another subscription is another cluster", () => {
  const text = refusal(clusters.aks, clusters.aks, { ...tenantA, subscriptionId: tenantB.subscriptionId });
  expect(text).toContain("tenantA.subscriptionId");
});

it("a setting that only another version publishes is not compared", () => {
  const stands = published(clusters.aksArc);
  const other = { ...stands, fixed: { ...stands.fixed, "cluster.oidcIssuer": "true" } };
  expect(changesBetween(other, stands)).toEqual([]);
});

it("a setting that an earlier version did not publish is not compared", () => {
  const { fixed: entries, ...rest } = published(clusters.aks);
  const { "cluster.network.plugin": _, ...earlier } = entries;
  const wanted = published({ ...clusters.aks, network: { plugin: "azure" } });
  expect(changesBetween({ ...rest, fixed: earlier }, wanted)).toEqual([]);
});

describe("a config without a cluster any more", () => {
  const gone = load({ ...both(), cluster: undefined, tenantA: undefined, workloads: undefined, clusterStack: "a" });

  it.each(["aks", "aksArc"] as const)("is refused where a cluster of kind %s stands", (kind) => {
    const { name } = clusters[kind];
    expect(() => checkClusterChange("b", published(clusters[kind]), gone)).toThrow(
      new ClusterChangeError(`Cluster ${name} (kind ${kind}) would be deleted with all that is in it. Nothing in Azure or Kubernetes was changed.
The config of stack b has no \`cluster\` any more where cluster ${name} of kind ${kind} was.
To keep it: put the old \`cluster\` back.
To delete it, and all else that the stack made:
  pulumi destroy --stack b
To delete it and keep identities of the stack: give the issuer that they are to trust, and cluster.replace: ${name}.
  pulumi config set --stack b --path cluster.oidcIssuerUrl ISSUER
  pulumi config set --stack b --path cluster.replace ${name}
Where cluster.protect is true: set it to false and run \`pulumi up\` before, with the old values; nothing deletes a protected cluster.`),
    );
  });

  it.each(["existingAks", "connected", "kubernetes"] as const)("takes what it made out of one of kind %s", (kind) => {
    expect(checkClusterChange("b", published(clusters[kind]), gone)).toEqual({ notes: [], confirmed: [] });
  });

  it("is right in a stack that never had one", () => {
    expect(checkClusterChange("b", undefined, gone)).toEqual({ notes: [], confirmed: [] });
  });
});

it("another region takes another published issuer", () => {
  const { oidcIssuerUrl: _, ...rest } = clusters.kubernetes;
  const cluster = { ...rest, publishIssuer: { resourceGroup: "rg", storageAccount: "aaa" } };
  expect(refusal(cluster, cluster, { ...tenantA, location: "westus3" })).toContain("tenantA.location");
});
