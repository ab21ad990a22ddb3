import { both, cluster, clusters, load, onlyProblem, refusal, tenantA, tenantB, workload } from "./config-fixtures";

const of = (kind: keyof typeof clusters, changes: Record<string, unknown>) =>
  both({ cluster: { ...clusters[kind], ...changes } });

describe.each(Object.entries(clusters))("the shortest config of kind %s", (kind, value) => {
  it("is accepted, with workloads and identities", () => {
    expect(load(both({ cluster: value })).cluster).toMatchObject({ kind });
  });

  it("refuses a key of no kind by the keys of its own", () => {
    const text = onlyProblem(both({ cluster: { ...value, colour: "blue" } }));
    expect(text).toContain(`cluster.colour is not a key of kind ${kind}`);
    expect(text).toContain("expected: one of kind, ");
  });
});

it("defaults are those of the contract", () => {
  expect(load(of("aks", { nodePools: [{ name: "batch" }], network: {} })).cluster).toMatchObject({
    tier: "Standard",
    autoUpgrade: "patch",
    private: false,
    protect: false,
    network: { plugin: "overlay" },
    nodePools: [{ name: "batch", mode: "User", vmSize: "Standard_D2s_v5", count: 1, osSku: "AzureLinux" }],
  });
  expect(load(of("existingAks", {})).cluster).toMatchObject({ enable: false, workloadIdentity: "enabled" });
  expect(load(of("aksArc", {})).cluster).toMatchObject({
    azureRbac: false,
    controlPlane: { count: 1, vmSize: "Standard_A4_v2" },
    nodePools: [{ name: "nodepool1", count: 1, vmSize: "Standard_A4_v2", osType: "Linux" }],
    podCidr: "10.244.0.0/16",
    networkPolicy: "calico",
    workloadIdentity: true,
  });
  expect(load(of("kubernetes", {})).cluster).toMatchObject({ webhook: { install: "auto", replicas: 2 } });
});

it("zones may be written as numbers", () => {
  const { cluster: read } = load(of("aks", { nodePools: [{ name: "batch", zones: [1, "2"] }] }));
  expect(read).toMatchObject({ nodePools: [{ zones: ["1", "2"] }] });
});

const texts: [string, Record<string, unknown>, string][] = [
  [
    "a key of another kind",
    of("connected", { nodePools: [] }),
    `cluster.nodePools is not a key of kind connected
  value:    []
  expected: one of kind, id, resourceGroup, name, kubeconfig, replace
  to do:    remove it, or did you mean \`kind: aks\` or \`kind: aksArc\`, which has it?`,
  ],
  [
    "an issuer to be switched off",
    of("existingAks", { oidcIssuer: false }),
    `cluster.oidcIssuer is not a key of kind existingAks
  value:    false
  expected: one of kind, id, resourceGroup, name, enable, workloadIdentity, kubeconfig, replace
  to do:    remove it: AKS cannot switch the issuer of a cluster off again, so once on it stays for ever`,
  ],
  [
    "an issuer of Azure Local to be switched off",
    of("aksArc", { oidcIssuer: false }),
    `cluster.oidcIssuer is not a key of kind aksArc
  value:    false
  expected: one of kind, name, resourceGroup, customLocation, logicalNetwork, adminGroupObjectIds, azureRbac, kubernetesVersion, controlPlane, nodePools, podCidr, networkPolicy, sshPublicKey, workloadIdentity, tags, protect, replace
  to do:    remove it: a cluster on Azure Local is made with its issuer, which can be switched neither on nor off afterwards`,
  ],
  [
    "no administrators",
    of("aksArc", { adminGroupObjectIds: [] }),
    `cluster.adminGroupObjectIds is empty
  value:    []
  expected: a list of object ids (GUIDs), one at least
  example:  ["99999999-0000-4000-8000-000000000009"]`,
  ],
  [
    "no pools",
    of("aksArc", { nodePools: [] }),
    `cluster.nodePools is empty
  value:    []
  expected: a list of pools, one at least`,
  ],
  [
    "a misspelt key of a kind",
    of("kubernetes", { webhok: {} }),
    `cluster.webhok is not a key of kind kubernetes
  value:    {}
  expected: one of kind, name, kubeconfig, oidcIssuerUrl, publishIssuer, webhook, replace
  to do:    did you mean \`webhook\`?`,
  ],
  [
    "a misspelt kind",
    of("existingAks", { kind: "exisitingAks" }),
    `cluster.kind is not a kind that exists here
  value:    "exisitingAks"
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone
  to do:    did you mean \`existingAks\`?`,
  ],
  [
    "a kind that is like none",
    of("aks", { kind: "openshift" }),
    `cluster.kind is not a kind that exists here
  value:    "openshift"
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone`,
  ],
  [
    "a missing kind",
    of("aks", { kind: undefined }),
    `cluster.kind is missing
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone`,
  ],
  [
    "a misspelt key in place of the kind",
    both({ cluster: { knd: "aks", name: "x", resourceGroup: "y" } }),
    `cluster.kind is missing
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone
  to do:    is \`knd\` meant to be \`kind\`?`,
  ],
  [
    "an issuer beside a kubeconfig, without a kind",
    both({ cluster: { oidcIssuerUrl: "https://oidc.example.com/", kubeconfig: {} } }),
    `cluster.kind is missing
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone`,
  ],
  [
    "an even number of control plane nodes",
    of("aksArc", { controlPlane: { count: 2 } }),
    `cluster.controlPlane.count is not one of the values that are possible here
  value:    2
  expected: 1, 3 or 5: of an even number none more may fail
  example:  3`,
  ],
  [
    "the id of something else",
    both({
      cluster: {
        kind: "existingAks",
        id: `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/x`,
      },
    }),
    `cluster.id is the id of a resource of type Microsoft.Kubernetes/connectedClusters
  value:    "/subscriptions/aaaaaaaa-1111-4111-8111-11111111111a/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/x"
  expected: /subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerService/managedClusters/…
  example:  /subscriptions/…/resourceGroups/rg-apps/providers/Microsoft.ContainerService/managedClusters/aks-apps`,
  ],
  [
    "a range of addresses that is none",
    of("aks", { network: { podCidr: "10.0.0.0/33" } }),
    `cluster.network.podCidr is not a range of addresses
  value:    "10.0.0.0/33"
  expected: ADDRESS/BITS
  example:  10.244.0.0/16`,
  ],
  [
    "a pool's name in capitals",
    of("aks", { nodePools: [{ name: "Batch" }] }),
    `cluster.nodePools[0].name is not a name that AKS accepts for a node pool
  value:    "Batch"
  expected: 1–12 of a–z and 0–9, first a letter
  example:  batch`,
  ],
  [
    "a kubeconfig that is a path",
    of("kubernetes", { kubeconfig: "~/.kube/config" }),
    `cluster.kubeconfig is a text, which is not possible here
  value:    "~/.kube/config"
  expected: an object with path and context, or with contents; {} is the kubeconfig that kubectl uses
  example:  {"path":"~/.kube/config","context":"my-cluster"}`,
  ],
  [
    "a cluster to give up, without a kind",
    { tenantA, cluster: { replace: "aks-wi-demo" } },
    `cluster.kind is missing
  expected: one of aks, existingAks, aksArc, connected, kubernetes; or, in place of everything else, oidcIssuerUrl alone`,
  ],
];

it.each(texts)("%s is refused in the words of its kind", (_name, config, text) => {
  expect(onlyProblem(config)).toBe(text);
});

const hosts: [string, string, string][] = [
  ["empty", "", "the issuer is empty"],
  ["http", "http://oidc.example.com/", "the issuer starts with http:// and not with https://"],
  ["loopback by address", "https://127.0.0.1:6443/", "it is a loopback address"],
  ["loopback by name", "https://localhost/", "it is a loopback address"],
  ["loopback of IPv6", "https://[::1]/", "it is a loopback address"],
  ["cluster-internal", "https://kubernetes.default.svc.cluster.local", "it is a name inside the cluster"],
  ["cluster-internal and short", "https://kubernetes.default.svc", "it is a name inside the cluster"],
  ["private by address", "https://10.0.0.1/", "it is an address of a private network"],
  ["private by name", "https://k3s.corp.internal/", "it has a host name of a private network"],
  ["without a domain", "https://k3s/", "it has a host name without a domain"],
];

describe.each(hosts)("an issuer that is %s", (_name, oidcIssuerUrl, fault) => {
  it("is refused of a cluster, with its own words", () => {
    expect(onlyProblem(of("kubernetes", { oidcIssuerUrl }))).toContain(
      `cluster.oidcIssuerUrl cannot be used by Entra ID: ${fault}`,
    );
  });

  it("is refused typed in, too", () => {
    const config = { tenantB, identities: both().identities, cluster: { oidcIssuerUrl } };
    expect(onlyProblem(config)).toContain(`cluster.oidcIssuerUrl cannot be used by Entra ID: ${fault}`);
  });
});

it("an issuer inside the cluster is answered with the API server's flags", () => {
  const text = onlyProblem(of("kubernetes", { oidcIssuerUrl: "https://kubernetes.default.svc.cluster.local" }));
  expect(text).toContain(
    "to do:    set the API server's flags --service-account-issuer and --service-account-jwks-uri",
  );
});

it("an issuer that is empty is answered with where to read it", () => {
  expect(onlyProblem(of("kubernetes", { oidcIssuerUrl: "" }))).toContain(
    "to do:    copy it from the cluster: kubectl get --raw /.well-known/openid-configuration",
  );
});

it("a kubeconfig is never shown, whatever key it was pasted under", () => {
  const secret = "apiVersion: v1\nusers:\n- user:\n    token: hunter2\n";
  const users = [{ name: "u", user: { "client-key-data": "hunter2", token: "hunter2" } }];
  for (const kubeconfig of [secret, { content: secret }, { contents: secret, path: secret }, { users }]) {
    expect(refusal(of("kubernetes", { kubeconfig })).message).not.toContain("hunter2");
  }
});

it("mistakes of several fields of a kind are reported at once", () => {
  const { problems } = refusal(
    of("aks", {
      network: { plugin: "overlap", dnsServiceIp: "x" },
      nodePools: [{ name: "batch", cuont: 3 }],
      entra: { adminGroupObjectIds: [] },
    }),
  );
  expect(problems.map(({ path }) => path.join("."))).toEqual([
    "cluster.nodePools.0.cuont",
    "cluster.network.plugin",
    "cluster.network.dnsServiceIp",
    "cluster.entra.adminGroupObjectIds",
  ]);
});

it("a wrong kind hides nothing of the rest of the config", () => {
  const { problems } = refusal(
    both({ cluster: { ...cluster, kind: "ask" }, workloads: [{ ...workload, kind: "Pods" }] }),
  );
  expect(problems.map(({ path }) => path.join("."))).toEqual(["cluster.kind", "workloads.0.kind"]);
});
