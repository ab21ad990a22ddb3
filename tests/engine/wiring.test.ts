import { cluster, clusterSide, identity, identitySide, tenantA, tenantB, workload } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

let engine: Engine;
let project: Project;
let issuer: string;
let clientId: string;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ tenantA: clusterSide(), tenantB: identitySide() });
  await project.up("tenantA");
  await project.up("tenantB");
  issuer = String((await project.outputs("tenantA")).oidcIssuerUrl);
  clientId = String((await project.outputs("tenantB")).clientId);
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

afterEach(() => {
  project.configure("tenantA", clusterSide());
  project.configure("tenantB", identitySide());
});

it("plain values wire two companies that share no Pulumi state", async () => {
  project.configure("tenantA", {
    tenantA,
    cluster,
    workloads: [
      { ...workload, identity: { clientId, tenantId: tenantB.tenantId, subscriptionId: tenantB.subscriptionId } },
    ],
  });
  await project.up("tenantA");
  const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  expect(log).toContain("limit: ");

  project.configure("tenantB", {
    tenantB,
    identities: [identity],
    resourceProviders: ["Microsoft.Quota"],
    cluster: { oidcIssuerUrl: issuer },
  });
  await project.expectNoChanges("tenantB");
}, 120_000);

it("an issuer that differs from the cluster's own is refused in the preview, with both values", async () => {
  const withoutSlash = issuer.replace(/\/$/, "");
  project.configure("tenantB", identitySide({ clusterStack: "tenantA", cluster: { oidcIssuerUrl: withoutSlash } }));
  const preview = await project.pulumi("preview", "--stack", "tenantB");
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain(issuer);
  expect(preview.text).toContain(withoutSlash);
}, 60_000);

it("a service account that tenant B does not trust is refused in tenant A's preview, with both values", async () => {
  project.configure("tenantA", clusterSide({ workloads: [{ ...workload, serviceAccount: "someone-else" }] }));
  const preview = await project.pulumi("preview", "--stack", "tenantA");
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("system:serviceaccount:default:someone-else");
  expect(preview.text).toContain("system:serviceaccount:default:wi-demo-account");
}, 60_000);

it("a namespace that tenant B stops trusting while tenant A uses it is refused in tenant B's preview", async () => {
  const moved = { ...identity, trusts: [{ namespace: "elsewhere", serviceAccount: "wi-demo-account" }] };
  project.configure("tenantB", identitySide({ identities: [moved] }));
  const preview = await project.pulumi("preview", "--stack", "tenantB");
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("system:serviceaccount:default:wi-demo-account");
  expect(preview.text).toContain("system:serviceaccount:elsewhere:wi-demo-account");
}, 60_000);

it("a replaced cluster keeps its workloads waiting until tenant B trusts its new issuer, then all goes on", async () => {
  const moved = clusterSide({
    tenantA: { ...tenantA, location: "westus2" },
    cluster: { ...cluster, replace: cluster.name },
  });
  await project.up("tenantA");
  project.configure("tenantA", moved);
  const replaced = await project.up("tenantA");
  expect(replaced.text).toContain(issuer);
  expect(replaced.text).toContain("pulumi up --stack tenantB");
  const newIssuer = String((await project.outputs("tenantA")).oidcIssuerUrl);
  expect(newIssuer).toMatch(/^https:\/\/westus2\./);

  await project.up("tenantB");
  await project.up("tenantA");
  const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  expect(log).toContain("limit: ");
  await project.expectNoChanges("tenantA");
  await project.expectNoChanges("tenantB");
}, 180_000);
