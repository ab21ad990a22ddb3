import { kubectlWith, makeConnectedCluster, makePlainCluster, type PlainCluster } from "./support/cluster-kinds.ts";
import { bothSides, clusterSide, type StackConfig, tenantA, workload } from "./support/configs.ts";
import { Engine, type Project, type StateResource } from "./support/engine.ts";

let engine: Engine;
let project: Project;
let refusals: Project | undefined;
let edge: PlainCluster;
let before: string[];
let issuer: string;
let firstPreview: StateResource[];

const connected = (name: string, changes: StackConfig = {}) => ({
  kind: "connected",
  name,
  resourceGroup: "rg-arc",
  ...changes,
});
const stack = (changes: StackConfig = {}) =>
  bothSides({ cluster: connected("edge", { kubeconfig: { path: edge.kubeconfigFile }, ...changes }) });

beforeAll(async () => {
  engine = await Engine.start();
  edge = await makeConnectedCluster(engine, "edge");
  before = await engine.everythingInAzure();
  const { body } = await engine.armOf(
    "tenantA",
    "GET",
    `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-arc/providers/Microsoft.Kubernetes/connectedClusters/edge`,
    "2026-05-01",
  );
  issuer = (body as { properties: { oidcIssuerProfile: { issuerUrl: string } } }).properties.oidcIssuerProfile
    .issuerUrl;
  project = await engine.project({ edge: stack() });
  const preview = await project.pulumi("preview", "--stack", "edge", "--json");
  const plan = JSON.parse(preview.stdout) as { steps: { newState?: StateResource }[] };
  firstPreview = plan.steps.flatMap(({ newState }) => (newState === undefined ? [] : [newState]));
  await project.up("edge");
}, 300_000);

afterAll(() => engine?.stop(), 90_000);

afterEach(() => project.configure("edge", stack()));

/** The text with which the preview of a stack that makes nothing yet is refused. */
async function refused(config: StackConfig): Promise<string> {
  refusals ??= await engine.project({ refused: config });
  refusals.configure("refused", config);
  const { code, text } = await refusals.pulumi("preview", "--stack", "refused");
  if (code === 0) throw new Error(`It was accepted:\n${text}`);
  expect(text).not.toMatch(/at .*\.ts:\d+/);
  return text;
}

it("row 5: a workload in a cluster that Arc connects reads tenant B's quota", async () => {
  const options = { kubeconfig: edge.kubeconfigFile, seconds: 180 };
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "), options);
  expect(log).toContain("limit: ");
}, 240_000);

it("row 5: the issuer is known in the first preview already, letter by letter as Azure has it", async () => {
  expect((await project.outputs("edge")).oidcIssuerUrl).toBe(issuer);
  const [credential] = firstPreview.filter(({ type }) => type.endsWith(":FederatedIdentityCredential"));
  expect(credential?.inputs.issuer).toBe(issuer);
}, 180_000);

it("row 5: nothing is made in tenant A, and a second preview is empty", async () => {
  const { resources } = await project.exported("edge");
  const inTenantA = resources.filter(
    ({ type, provider }) => type.startsWith("azure-native:") && provider?.includes("::tenantA::"),
  );
  expect(inTenantA).toEqual([]);
  await project.expectNoChanges("edge");
}, 180_000);

it("row 5: without a kubeconfig the stack says the issuer and nothing else", async () => {
  const only = await engine.project({ only: { tenantA, cluster: connected("edge") } });
  await only.up("only");
  const { oidcIssuerUrl, kubeconfig } = await only.outputs("only");
  expect([oidcIssuerUrl, kubeconfig]).toEqual([issuer, undefined]);
  await only.expectNoChanges("only");
  await only.destroy("only");
}, 240_000);

it("row 5: features that are off are refused with the words to switch them on", async () => {
  const { kubeconfigFile } = await makeConnectedCluster(engine, "bare", { oidcIssuer: false, workloadIdentity: false });
  const text = await refused(bothSides({ cluster: connected("bare", { kubeconfig: { path: kubeconfigFile } }) }));
  expect(text).toContain("az connectedk8s update -n bare -g rg-arc --enable-oidc-issuer --enable-workload-identity");
  expect(text).toContain("the OIDC issuer (oidcIssuerProfile.enabled) and workload identity");
}, 240_000);

it("row 5: a cluster without the webhook takes no workloads", async () => {
  const { kubeconfigFile } = await makeConnectedCluster(engine, "half", { oidcIssuer: true, workloadIdentity: false });
  const text = await refused(bothSides({ cluster: connected("half", { kubeconfig: { path: kubeconfigFile } }) }));
  expect(text).toContain("has workload identity (securityProfile.workloadIdentity.enabled) switched off");
}, 240_000);

it("row 5: a kubeconfig of another cluster is refused with both issuers", async () => {
  const other = await makePlainCluster(engine, "elsewhere");
  const text = await refused(bothSides({ cluster: connected("edge", { kubeconfig: { path: other.kubeconfigFile } }) }));
  expect(text).toContain("The kubeconfig leads to another cluster than edge.");
  expect(text).toContain(issuer);
  expect(text).toContain(other.issuerUrl);
}, 240_000);

it("row 5: a cluster that is not connected is refused with how to look for it and how to connect it", async () => {
  const text = await refused(clusterSide({ cluster: connected("nowhere"), workloads: [], identityStack: undefined }));
  expect(text).toContain("Arc-enabled cluster nowhere does not exist.");
  expect(text).toContain("az connectedk8s connect -n nowhere -g rg-arc");
}, 180_000);

it("row 5: destroy takes the workload away and leaves the cluster as it was", async () => {
  await project.destroy("edge");
  expect((await engine.everythingInAzure()).filter((id) => before.includes(id))).toEqual(before);
  const objects = await kubectlWith(engine, edge.kubeconfigFile, "get", "pods,serviceaccounts", "--all-namespaces");
  expect(objects).not.toContain("wi-demo");
}, 240_000);
