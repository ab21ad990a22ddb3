import { both, identity, load, tenantB, trust, workload } from "./config-fixtures";

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
