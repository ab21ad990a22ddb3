import { kubectlWith, makePlainCluster, type PlainCluster } from "./support/cluster-kinds.ts";
import { bothSides, type StackConfig, tenantA, workload } from "./support/configs.ts";
import { type CommandResult, Engine, type Project, type StateResource } from "./support/engine.ts";

const inside = "https://kubernetes.default.svc.cluster.local";

/** Everything that one life of the stack showed; each test below looks at one side of it. */
interface Observed {
  firstUp: CommandResult;
  firstResources: StateResource[];
  issuer: string;
  waiting: CommandResult;
  log: string;
  tagged: string[];
  elsewhere: CommandResult;
  forAWhile: CommandResult;
  podBefore: string;
  podAfter: string;
  afterNewKey: string[];
  left: string[];
}

let engine: Engine;
let cluster: PlainCluster;
let observed: Observed;

function config({ kubeconfigFile = cluster.kubeconfigFile, tags = {} } = {}): StackConfig {
  return bothSides({
    tenantA: { ...tenantA, tags },
    cluster: {
      kind: "kubernetes",
      name: "factory-k3s",
      kubeconfig: { path: kubeconfigFile },
      publishIssuer: { resourceGroup: "rg-issuer", storageAccount: "wiissuer4711" },
    },
  });
}

async function podUid(): Promise<string> {
  const { metadata } = JSON.parse(
    await kubectlWith(engine, cluster.kubeconfigFile, "get", "pod", workload.name, "--output", "json"),
  );
  return metadata.uid;
}

beforeAll(async () => {
  engine = await Engine.start();
  cluster = await makePlainCluster(engine, "factory-k3s", { issuerUrl: inside, publish: false });
  observed = await wholeLife(await engine.project({ both: config() }));
}, 300_000);

afterAll(() => engine?.stop(), 30_000);

async function wholeLife(project: Project): Promise<Observed> {
  const { context, kubeconfigFile: kubeconfig } = cluster;
  const firstUp = await project.up("both");
  const { resources: firstResources } = await project.exported("both");
  const issuer = String((await project.outputs("both")).oidcIssuerUrl);
  const waiting = await project.expectNoChanges("both");

  await engine.admin("PUT", `/sandbox/clusters/${context}/issuer`, { issuerUrl: issuer });
  await project.up("both");
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "), { kubeconfig });
  await project.expectNoChanges("both");

  project.configure("both", config({ tags: { owner: "team" } }));
  const tagged = await project.plannedSteps("both");
  const other = await makePlainCluster(engine, "other-k3s", { issuerUrl: inside, publish: false });
  project.configure("both", config({ kubeconfigFile: other.kubeconfigFile }));
  const elsewhere = await project.pulumi("preview", "--stack", "both");
  project.configure("both", config());

  const podBefore = await podUid();
  await engine.admin("PUT", `/sandbox/clusters/${context}/issuer`, { issuerUrl: inside });
  const forAWhile = await project.up("both");
  const podAfter = await podUid();
  await engine.admin("PUT", `/sandbox/clusters/${context}/issuer`, { issuerUrl: issuer });
  await project.expectNoChanges("both");

  await engine.admin("POST", `/sandbox/clusters/${context}/signing-keys`, { step: "add" });
  const afterNewKey = await project.plannedSteps("both");
  await project.up("both");
  await project.expectNoChanges("both");

  await project.destroy("both");
  return {
    firstUp,
    firstResources,
    issuer,
    waiting,
    log,
    tagged,
    elsewhere,
    forAWhile,
    podBefore,
    podAfter,
    afterNewKey,
    left: await engine.everythingInAzure(),
  };
}

describe("a cluster whose issuer nobody outside can read", () => {
  it("has its keys published at a storage account's website, with the slash that Azure reports", () => {
    expect(observed.issuer).toMatch(/^https:\/\/wiissuer4711\.z\d+\.web\.core\.windows\.net\/$/);
    const blobs = observed.firstResources.filter(({ type }) => type === "azure-native:storage:Blob");
    expect(blobs.map(({ inputs }) => inputs.blobName).sort()).toEqual([
      ".well-known/openid-configuration",
      "openid/v1/jwks",
    ]);
  });

  it("holds the workload back, and says with which flags the API server signs for that issuer", () => {
    const { text } = observed.firstUp;
    expect(text).toMatch(/factory-k3s are published, but its API server signs with another issuer/);
    expect(text).toContain(`--service-account-issuer=${observed.issuer}`);
    expect(text).toContain(`--service-account-jwks-uri=${observed.issuer}openid/v1/jwks`);
    expect(text).toContain(`--service-account-issuer=${inside}`);
    expect(observed.firstResources.filter(({ type }) => type === "kubernetes:core/v1:Pod")).toEqual([]);
    expect(observed.waiting.code).toBe(0);
  });

  it("row 6: lets the workload read tenant B's quota once the API server does", () => {
    expect(observed.log).toContain("usage: ");
  });

  it("a preview that changes the storage account leaves trust and workload alone", () => {
    expect(observed.tagged).toContain("update azure-native:storage:StorageAccount wiissuer4711");
    for (const step of observed.tagged) expect(step).toMatch(/^update azure-native:/);
    expect(observed.tagged.filter((step) => /Blob|FederatedIdentityCredential/.test(step))).toEqual([]);
  });

  it("refuses to publish the keys of another cluster that the kubeconfig leads to", () => {
    expect(observed.elsewhere.code).not.toBe(0);
    expect(observed.elsewhere.text).toMatch(
      /leads to another cluster than the one whose keys this stack has published for factory-k3s[\s\S]*cluster\.replace factory-k3s/,
    );
  });

  it("leaves the workload alone when the API server signs with another issuer for a while, and says so", () => {
    expect(observed.forAWhile.text).toMatch(/factory-k3s no longer signs with the published issuer/);
    expect(observed.podAfter).toBe(observed.podBefore);
  });

  it("publishes a new signing key with the next up, and changes nothing else", () => {
    expect(observed.afterNewKey.length).toBeGreaterThan(0);
    for (const step of observed.afterNewKey) expect(step).toMatch(/azure-native:storage:Blob openid\/v1\/jwks$/);
  });

  it("leaves nothing in Azure", () => expect(observed.left).toEqual([]));
});
