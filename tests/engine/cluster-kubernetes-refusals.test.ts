import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubectlWith, makePlainCluster, type PlainCluster, plainStack } from "./support/cluster-kinds.ts";
import type { StackConfig } from "./support/configs.ts";
import { type CommandResult, Engine, type Project } from "./support/engine.ts";

let engine: Engine;
let cluster: PlainCluster;
let project: Project;

beforeAll(async () => {
  engine = await Engine.start();
  cluster = await makePlainCluster(engine, "eks-demo");
  project = await engine.project({ both: config() });
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

const config = (changes: StackConfig = {}) => plainStack(cluster, changes);

/** A preview of a changed cluster, which has to fail. */
async function refused(changes: StackConfig): Promise<CommandResult> {
  project.configure("both", config(changes));
  const result = await project.pulumi("preview", "--stack", "both");
  expect(result.code).not.toBe(0);
  expect(result.text).not.toMatch(/^\s+at .*\(/m);
  expect(result.text).not.toMatch(/\+ .*kubernetes:/);
  return result;
}

/** A registration of somebody else, past Pulumi. */
async function foreign(name: string): Promise<void> {
  const file = join(project.folder, `${name}.json`);
  const webhook = {
    name: "mutation.azure-workload-identity.io",
    admissionReviewVersions: ["v1"],
    clientConfig: { url: "https://127.0.0.1:1/mutate-v1-pod" },
    sideEffects: "None",
    failurePolicy: "Ignore",
    objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  };
  const metadata = { name, labels: { "app.kubernetes.io/managed-by": "Helm" } };
  const kind = { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" };
  writeFileSync(file, JSON.stringify({ ...kind, metadata, webhooks: [webhook] }));
  await kubectlWith(engine, cluster.kubeconfigFile, "apply", "--filename", file);
}

it("refuses an API server that nobody reaches", async () => {
  const file = join(project.folder, "away.yaml");
  const away = readFileSync(cluster.kubeconfigFile, "utf8").replace(/server: .*/, "server: https://127.0.0.1:1");
  writeFileSync(file, away, { mode: 0o600 });
  const { text } = await refused({ kubeconfig: { path: file } });
  expect(text).toMatch(
    /API server of cluster eks-demo .* cannot be reached[\s\S]*https:\/\/127\.0\.0\.1:1[\s\S]*ECONNREFUSED/,
  );
}, 60_000);

it("refuses a kubeconfig that is not there, and a context that is not in it", async () => {
  expect((await refused({ kubeconfig: { path: "absent.yaml" } })).text).toMatch(
    /kubeconfig[\s\S]*is not there[\s\S]*absent\.yaml/,
  );
  const { text } = await refused({ kubeconfig: { path: cluster.kubeconfigFile, context: "other" } });
  expect(text).toMatch(/no context other[\s\S]*contexts: +eks-demo/);
}, 60_000);

it("refuses a kubeconfig of another cluster", async () => {
  const { text } = await refused({ oidcIssuerUrl: "https://oidc.eks.us-east-1.amazonaws.com/id/ANOTHER" });
  expect(text).toMatch(/leads to another cluster than eks-demo/);
  expect(text).toContain(cluster.issuerUrl);
}, 60_000);

it("refuses an issuer with a slash that the cluster's own has not", async () => {
  const { text } = await refused({ oidcIssuerUrl: `${cluster.issuerUrl}/` });
  expect(text).toMatch(
    /differ only in the trailing slash[\s\S]*pulumi config set --stack both --path cluster\.oidcIssuerUrl/,
  );
}, 60_000);

it("refuses a cluster without a webhook when config wants none installed", async () => {
  const { text } = await refused({ webhook: { install: "never" } });
  expect(text).toMatch(/has no workload identity webhook[\s\S]*cluster\.webhook\.install to auto/);
}, 60_000);

it("refuses a namespace for the webhook that somebody else made", async () => {
  const namespace = "azure-workload-identity-system";
  await kubectlWith(engine, cluster.kubeconfigFile, "create", "namespace", namespace);
  expect((await refused({})).text).toMatch(/namespace azure-workload-identity-system that this stack did not make/);
  await kubectlWith(engine, cluster.kubeconfigFile, "delete", "namespace", namespace);
}, 60_000);

it("refuses a second webhook, and two of somebody else", async () => {
  await foreign("installed-by-helm");
  expect((await refused({ webhook: { install: "always" } })).text).toMatch(
    /has a workload identity webhook already[\s\S]*installed-by-helm/,
  );
  await foreign("installed-twice");
  expect((await refused({})).text).toMatch(
    /2 workload identity webhooks[\s\S]*installed-by-helm[\s\S]*installed-twice/,
  );
}, 60_000);
