import { both, clusters, load, onlyProblem, tenantA, tenantB, workload } from "./config-fixtures";

const { existingAks: existing, aksArc: arc, kubernetes: plain } = clusters;
const { kubeconfig: _, ...connected } = clusters.connected;
const typedIn = { clientId: tenantB.tenantId, tenantId: tenantB.tenantId };

const elsewhere = `/subscriptions/${tenantB.subscriptionId}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/x`;
const aksIssuerOfB = `https://eastus.oic.prod-aks.azure.com/${tenantB.tenantId}/6d1f/`;

const texts: [string, Record<string, unknown>, string][] = [
  [
    "an existing cluster that nothing names",
    both({ cluster: { kind: "existingAks" } }),
    `cluster.id is missing, and nothing else says which cluster is meant
  expected: \`id\`, or \`resourceGroup\` and \`name\`
  to do:    take what this prints: az aks list --query '[].id'`,
  ],
  [
    "a connected cluster by its name alone",
    both({ cluster: { kind: "connected", name: "edge", kubeconfig: {} } }),
    `cluster.resourceGroup is missing, and \`name\` needs it
  expected: \`id\`, or \`resourceGroup\` and \`name\``,
  ],
  [
    "an existing cluster named twice",
    both({
      cluster: {
        kind: "existingAks",
        id: elsewhere.replace(tenantB.subscriptionId, tenantA.subscriptionId),
        name: "x",
      },
    }),
    `cluster.name says again what \`id\` says
  value:    "x"
  to do:    remove it, or \`id\``,
  ],
  [
    "a cluster in another subscription",
    both({ cluster: { kind: "existingAks", id: elsewhere } }),
    `cluster.id lies in another subscription than tenantA.subscriptionId
  value:    "${elsewhere}"
  expected: /subscriptions/${tenantA.subscriptionId}/…
  to do:    correct it, or give the cluster's own tenant and subscription as tenantA`,
  ],
  [
    "a plain cluster without an issuer",
    both({ cluster: { ...plain, oidcIssuerUrl: undefined } }),
    `cluster.oidcIssuerUrl is missing: nothing says which issuer tenant B is to trust
  expected: the cluster's issuer, or \`publishIssuer\` for a cluster without a public one
  to do:    take \`issuer\` of what this prints: kubectl get --raw /.well-known/openid-configuration`,
  ],
  [
    "a plain cluster with two issuers",
    both({ cluster: { ...plain, publishIssuer: { resourceGroup: "rg", storageAccount: "wiissuer4711" } } }),
    `cluster.publishIssuer publishes an issuer, and \`oidcIssuerUrl\` says that the cluster has one already
  expected: one of both
  to do:    remove \`oidcIssuerUrl\`: the published issuer's address is an output of this stack`,
  ],
  [
    "an issuer of another tenant's AKS",
    both({ cluster: { ...plain, oidcIssuerUrl: aksIssuerOfB } }),
    `cluster.oidcIssuerUrl belongs to a cluster of tenant ${tenantB.tenantId}, not of tenantA
  value:    "${aksIssuerOfB}"
  expected: an issuer with ${tenantA.tenantId} in it
  to do:    compare it with what this prints: kubectl get --raw /.well-known/openid-configuration`,
  ],
  [
    "workloads with workload identity off",
    both({ cluster: { ...existing, workloadIdentity: "disabled" } }),
    `cluster.workloadIdentity is disabled, and \`workloads\` need it: without the webhook their pods get no token
  value:    "disabled"
  expected: enabled
  to do:    remove it, or take the workloads out of the stack first`,
  ],
  [
    "workloads on AKS Arc without the webhook",
    both({ cluster: { ...arc, workloadIdentity: false } }),
    `cluster.workloadIdentity is false, and \`workloads\` need it: without the webhook their pods get no token
  value:    false
  expected: true
  to do:    remove it, or take the workloads out: it is chosen when a cluster is made, and AKS Arc cannot switch it on or off afterwards`,
  ],
  [
    "workloads on a connected cluster without a kubeconfig",
    both({ cluster: connected }),
    `cluster.kubeconfig is missing, and \`workloads\` need it: Arc tells the issuer, but gives no way into the cluster
  expected: path and context of a kubeconfig, or its encrypted contents
  example:  {"path":"~/.kube/config","context":"edge"}`,
  ],
  [
    "a webhook without a tenant",
    { cluster: plain, workloads: [{ ...workload, identity: typedIn }] },
    `cluster.webhook.tenantId is missing, and the stack has neither tenantA nor tenantB to take it from
  expected: the tenant of service accounts that name none, a GUID
  example:  aaaaaaaa-0000-4000-8000-00000000000a`,
  ],
  [
    "a published issuer without tenant A",
    {
      tenantB,
      cluster: {
        ...plain,
        oidcIssuerUrl: undefined,
        publishIssuer: { resourceGroup: "rg", storageAccount: "wiissuer" },
      },
    },
    `tenantA is missing, and \`cluster.publishIssuer\` needs it
  expected: tenantId, subscriptionId and location
  example:  {"tenantId":"…","subscriptionId":"…","location":"eastus"}`,
  ],
  [
    "a kubeconfig in plain text",
    both({ cluster: { ...plain, kubeconfig: { contents: "apiVersion: v1" } } }),
    `cluster.kubeconfig.contents is in plain text in the stack file
  value:    (hidden)
  expected: an encrypted value (\`secure: …\`)
  to do:    renew the credentials in it, for they may have been copied, and set it with: pulumi config set --secret --path cluster.kubeconfig.contents < FILE; or name the file: cluster.kubeconfig.path`,
  ],
];

it.each(texts)("%s is refused with a text that says where and what to do", (_name, config, text) => {
  expect(onlyProblem(config)).toBe(text);
});

const accepted: [string, Record<string, unknown>][] = [
  ["a connected cluster without kubeconfig and workloads", both({ cluster: connected, workloads: [] })],
  [
    "a plain cluster without any tenant of its own",
    { cluster: { ...plain, webhook: { tenantId: tenantB.tenantId } }, workloads: [{ ...workload, identity: typedIn }] },
  ],
  ["a plain cluster that takes the webhook's tenant from tenant B", both({ tenantA: undefined, cluster: plain })],
  [
    "an issuer of tenant A's own AKS",
    both({ cluster: { ...plain, oidcIssuerUrl: aksIssuerOfB.replace(tenantB.tenantId, tenantA.tenantId) } }),
  ],
  ["an AKS Arc cluster without workload identity, alone", { tenantA, cluster: { ...arc, workloadIdentity: false } }],
];

it.each(accepted)("%s is accepted", (_name, config) => {
  expect(() => load(config)).not.toThrow();
});

it("an encrypted kubeconfig is accepted", () => {
  const config = both({ cluster: { ...plain, kubeconfig: { contents: "apiVersion: v1", context: "x" } } });
  expect(() => load(config, ["cluster"])).not.toThrow();
});

it("an issuer of another tenant, typed in beside tenantA, is noted", () => {
  const config = { tenantA, tenantB, identities: both().identities, cluster: { oidcIssuerUrl: aksIssuerOfB } };
  expect(load(config).notes).toEqual([
    expect.stringContaining(`belongs to a cluster of tenant ${tenantB.tenantId}, and tenantA is ${tenantA.tenantId}`),
  ]);
});

it.each(["existingAks", "aksArc", "connected"])("kind %s without tenant A is refused", (kind) => {
  const value = { existingAks: existing, aksArc: arc, connected: { ...connected, kubeconfig: {} } }[kind];
  expect(onlyProblem(both({ tenantA: undefined, cluster: value }))).toContain(
    "tenantA is missing, and `cluster` needs it",
  );
});
