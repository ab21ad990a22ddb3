import { defaultPropagation } from "../../sandbox/topology.ts";
import { bothSides, identity, tenantB, workload } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

const apiVersion = "2024-11-30";

let engine: Engine;
let project: Project;
let credentialId: string;

/** Short intervals, so that a refusal that began after the first success shows soon. */
const impatient = { ...workload, env: { ...workload.env, APP_INTERVAL_SECONDS: "1", APP_RETRY_SECONDS: "20" } };

const unchanged = bothSides({ workloads: [impatient] });

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ both: unchanged });
  await project.up("both");
  const { resources } = await project.exported("both");
  credentialId = resources.find(({ type }) => type.endsWith(":FederatedIdentityCredential"))?.id ?? "";
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

/** Whatever a test left, the next one begins with the deployed stack as its config has it. */
beforeEach(async () => {
  await engine.admin("PUT", "/sandbox/propagation", { ...defaultPropagation });
  project.configure("both", unchanged);
  await project.up("both", "--refresh");
}, 60_000);

/** Ends the pod and lets `pulumi up --refresh` make it again: the next process has no token in its cache. */
async function freshPod(): Promise<void> {
  await engine.kubectl("delete", "pod", "wi-demo-app", "--namespace", "default", "--wait=true");
}

/** The pod's environment and spec, started by hand as a pod of another name, so that Pulumi's own stays as it is. */
async function startCopy(name: string): Promise<void> {
  const [pod] = await engine.kubernetesObjects<{
    spec: { containers: { image: string; env: { name: string; value?: string }[] }[] };
  }>("pods");
  const env = (pod?.spec.containers[0]?.env ?? []).filter(
    ({ name }) => !/CLIENT_ID|TENANT_ID|TOKEN_FILE|AUTHORITY/.test(name),
  );
  const overrides = {
    metadata: { labels: { "azure.workload.identity/use": "true" } },
    spec: { serviceAccountName: "wi-demo-account", containers: [{ name, image: workload.image, env }] },
  };
  const result = await engine.kubectl(
    "run",
    name,
    `--image=${workload.image}`,
    "--namespace=default",
    `--overrides=${JSON.stringify(overrides)}`,
  );
  if (result.code !== 0) throw new Error(result.text);
}

async function errorsOf(pod: string, accept: (log: string) => boolean): Promise<string> {
  return engine.logWhen("default", pod, accept);
}

it("a preview of an unchanged stack is empty, twenty times out of twenty", async () => {
  for (let round = 0; round < 20; round += 1) {
    const result = await project.expectNoChanges("both");
    expect(result.code).toBe(0);
  }
}, 180_000);

it("a federated credential deleted behind Pulumi's back stops the workload with AADSTS70021x, and up --refresh repairs it", async () => {
  await engine.admin("PUT", "/sandbox/propagation", { federatedCredentialMs: 0 }); // a deletion spreads late, too
  const removed = await engine.armOf("tenantB", "DELETE", credentialId, apiVersion);
  expect(removed.status).toBeLessThan(300);
  await startCopy("wi-without-trust");
  const refusal = await errorsOf("wi-without-trust", (log) => /AADSTS70021\d?/.test(log) && !log.includes("limit: "));
  expect(refusal).toMatch(/AADSTS70021[0-9]?/);

  await project.up("both", "--refresh");
  const answer = await engine.armOf("tenantB", "GET", credentialId, apiVersion);
  expect(answer.status).toBe(200);
  const repaired = await errorsOf("wi-without-trust", (log) => log.includes("usage: "));
  expect(repaired).toContain("limit: ");
  await engine.kubectl("delete", "pod", "wi-without-trust", "--namespace", "default", "--wait=false");
}, 120_000);

it("a subject with one letter in another case is refused with AADSTS7002138", async () => {
  await engine.admin("PUT", "/sandbox/propagation", { federatedCredentialMs: 0 });
  const changed = await engine.armOf("tenantB", "PUT", credentialId, apiVersion, {
    properties: {
      issuer: (await project.outputs("both")).oidcIssuerUrl,
      subject: "system:serviceaccount:default:wi-demo-Account",
      audiences: ["api://AzureADTokenExchange"],
    },
  });
  expect(changed.status).toBeLessThan(300);
  await startCopy("wi-other-case");
  const refusal = await errorsOf("wi-other-case", (log) => log.includes("AADSTS7002138"));
  expect(refusal).not.toContain("limit: ");

  const preview = await project.pulumi("preview", "--stack", "both", "--refresh", "--diff");
  expect(preview.text).toContain("wi-demo-Account");
  await project.up("both", "--refresh");
  const answer = await engine.armOf("tenantB", "GET", credentialId, apiVersion);
  expect(answer.body).toMatchObject({ properties: { subject: "system:serviceaccount:default:wi-demo-account" } });
  await engine.kubectl("delete", "pod", "wi-other-case", "--namespace", "default", "--wait=false");
}, 120_000);

it("row 18: a workload that starts before trust and role have spread waits for them, and ends with the quota", async () => {
  await engine.admin("PUT", "/sandbox/propagation", {
    federatedCredentialMs: 4000,
    roleAssignmentMs: 5000,
    identityMs: 0,
  });
  const late = { ...identity, name: "mi-late", trusts: [{ namespace: "default", serviceAccount: "late-account" }] };
  const lateWorkload = { ...workload, name: "late-app", serviceAccount: "late-account", identity: "mi-late" };
  project.configure("both", bothSides({ workloads: [impatient, lateWorkload], identities: [identity, late] }));
  await project.up("both");
  const log = await engine.logWhen("default", "late-app", (text) => text.includes("usage: "));
  expect(log).toContain("limit: ");
  const waited = (await engine.kubectl("logs", "--namespace", "default", "late-app")).text;
  expect(waited).toMatch(/AADSTS70021|AuthorizationFailed/);
}, 120_000);

it("a pod deleted behind Pulumi's back is made again", async () => {
  await freshPod();
  await project.up("both", "--refresh");
  const log = await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  expect(log).toContain(tenantB.subscriptionId);
}, 120_000);

it("a changed service account name shows the resources that it touches, and no other", async () => {
  const renamed = (object: object) => ({ ...object, serviceAccount: "wi-renamed-account" });
  project.configure(
    "both",
    bothSides({
      workloads: [renamed(impatient)],
      identities: [{ ...identity, trusts: [renamed({ namespace: "default" })] }],
    }),
  );
  const steps = await project.plannedSteps("both");
  const types = [...new Set(steps.map((step) => step.split(" ")[1]))].sort();
  expect(types).toEqual([
    "azure-native:managedidentity:FederatedIdentityCredential",
    "kubernetes:core/v1:Pod",
    "kubernetes:core/v1:ServiceAccount",
  ]);
}, 120_000);
