import { both, cluster, identity, load, tenantB, trust, workload } from "./config-fixtures";

const issuer = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";

it("an encrypted secret is accepted", () => {
  const credentials = { clientId: tenantB.tenantId, clientSecret: "hunter2" };
  expect(() => load(both({ tenantB: { ...tenantB, credentials } }), ["tenantB"])).not.toThrow();
});

it("tenant B may trust more than tenant A uses", () => {
  const trusts = [trust, { namespace: "elsewhere", serviceAccount: "another" }];
  expect(() => load(both({ identities: [{ ...identity, trusts }] }))).not.toThrow();
});

it("the same subject of two issuers is two trusts", () => {
  const trusts = [trust, { ...trust, issuer }];
  expect(() => load(both({ identities: [{ ...identity, trusts }] }))).not.toThrow();
});

it("an AKS issuer without its trailing slash is noted", () => {
  const config = load({ tenantB, identities: [identity], cluster: { oidcIssuerUrl: issuer.slice(0, -1) } });
  expect(config.notes).toEqual([expect.stringContaining("looks like one of AKS or Arc, and those end in a slash")]);
});

it("a variable that keeps the webhook from injecting its own is noted", () => {
  const config = load(both({ workloads: [{ ...workload, env: { AZURE_TENANT_ID: tenantB.tenantId } }] }));
  expect(config.notes).toEqual([expect.stringContaining("Workload wi-demo-app sets AZURE_TENANT_ID itself")]);
});

it("an issuer of another cloud than the tenants' is noted", () => {
  const notes = (environment: string) =>
    load({ tenantB: { ...tenantB, environment }, identities: [identity], cluster: { oidcIssuerUrl: issuer } }).notes;
  expect(notes("china")).toEqual([
    `Issuer ${issuer} is of a cluster in Azure's cloud public, and the tenants of this stack are in china. Is one of both wrong? A tenant's cloud is its key environment.`,
  ]);
  expect(notes("public")).toEqual([]);
});

describe("a Kubernetes version that AKS upgrades past", () => {
  const notes = (settings: Record<string, unknown>) => load(both({ cluster: { ...cluster, ...settings } })).notes;

  it("is noted where it names the patch, and patches come by themselves", () => {
    expect(notes({ kubernetesVersion: "1.35.2" })).toEqual([
      'cluster.kubernetesVersion is 1.35.2, and with autoUpgrade: patch AKS upgrades past it: after the next `pulumi refresh` a deployment would ask for the older version, which AKS refuses. Give it as "1.35", or set cluster.autoUpgrade to none.',
    ]);
    expect(notes({ nodePools: [{ name: "a" }, { name: "b", kubernetesVersion: "1.35.2" }] })).toEqual([
      expect.stringContaining("cluster.nodePools[1].kubernetesVersion is 1.35.2"),
    ]);
  });

  it.each(["stable", "rapid"])("is noted at all with channel %s", (autoUpgrade) => {
    expect(notes({ kubernetesVersion: "1.35", autoUpgrade })).toEqual([
      expect.stringContaining("Remove it, or set cluster.autoUpgrade to none."),
    ]);
  });

  it.each([
    { kubernetesVersion: "1.35" },
    { kubernetesVersion: "1.35.2", autoUpgrade: "none" },
    { kubernetesVersion: "1.35.2", autoUpgrade: "node-image" },
    {},
  ])("is not %j", (settings) => expect(notes(settings)).toEqual([]));
});
