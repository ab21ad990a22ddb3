import { kubectlWith, makePlainCluster } from "./support/cluster-kinds.ts";
import { bothSides, cluster, resourceProviders, type StackConfig, tenantA, tenantB } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

let engine: Engine;
let project: Project;
let uids: string;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ both: bothSides() });
  await project.up("both");
  uids = await clusterUids();
}, 360_000);

afterAll(() => engine?.stop(), 90_000);

/** Unique ids of what a new cluster would have anew. */
async function clusterUids(): Promise<string> {
  const kubeconfig = await project.kubeconfigFile("both");
  return kubectlWith(engine, kubeconfig, "get", "namespace,pod", "--output", "jsonpath={.items[*].metadata.uid}");
}

/** What the program says to a config that would lose the cluster, with the engine's own lines taken out. */
async function refused(config: StackConfig): Promise<string> {
  project.configure("both", config);
  const preview = await project.pulumi("preview", "--stack", "both");
  const up = await project.pulumi("up", "--stack", "both", "--yes", "--skip-preview");
  expect([preview.code === 0, up.code === 0]).toEqual([false, false]);
  expect(up.text).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)$/m);
  expect(up.text).toContain("Nothing in Azure or Kubernetes was changed.");
  expect(await clusterUids()).toBe(uids);
  return up.text;
}

const lost = "Cluster aks-wi-demo (kind aks) would be deleted with all that is in it.";
const wayOut = "pulumi config set --stack both --path cluster.replace aks-wi-demo";

/** One difference as the text lists it. */
function difference(what: string, was: string, wouldBe: string): RegExp {
  const [path, before, after] = [what, was, wouldBe].map((text) => text.replaceAll(".", "\\."));
  return new RegExp(`^ *${path} +was ${before}\\s+would be ${after}$`, "m");
}

it("a kind that is switched by mistake is caught before anything is destroyed", async () => {
  const { issuerUrl, kubeconfigFile } = await makePlainCluster(engine, "elsewhere");
  const text = await refused(
    bothSides({
      cluster: {
        kind: "kubernetes",
        name: "elsewhere",
        oidcIssuerUrl: issuerUrl,
        kubeconfig: { path: kubeconfigFile },
      },
    }),
  );
  expect(text).toContain(lost);
  expect(text).toMatch(difference("cluster.kind", "aks", "kubernetes"));
  expect(text).toMatch(difference("cluster.name", "aks-wi-demo", "elsewhere"));
  expect(text).toContain(wayOut);
  await engine.admin("DELETE", "/sandbox/clusters/elsewhere");
}, 270_000);

it("a cluster that is taken out of the config is not deleted by that", async () => {
  const text = await refused({ tenantB, resourceProviders });
  expect(text).toContain(lost);
  expect(text).toContain("has no `cluster` any more where cluster aks-wi-demo of kind aks was");
  expect(text).toContain("pulumi destroy --stack both");
  expect(text).toContain("Where cluster.protect is true: set it to false");
}, 180_000);

it.each<[string, StackConfig, [string, string, string]]>([
  ["another name", { cluster: { ...cluster, name: "aks-renamed" } }, ["cluster.name", "aks-wi-demo", "aks-renamed"]],
  [
    "another resource group",
    { cluster: { ...cluster, resourceGroup: "rg-other" } },
    ["cluster.resourceGroup", "rg-wi-demo", "rg-other"],
  ],
  ["another region", { tenantA: { ...tenantA, location: "westus2" } }, ["tenantA.location", "eastus", "westus2"]],
  [
    "another address range",
    { cluster: { ...cluster, network: { podCidr: "10.9.0.0/16" } } },
    ["cluster.network.podCidr", "not given", "10.9.0.0/16"],
  ],
])(
  "%s would replace the cluster, and is refused until config confirms it",
  async (_name, change, changed) => {
    const text = await refused(bothSides(change));
    expect(text).toContain(lost);
    expect(text).toMatch(difference(...changed));
    expect(text).toContain(wayOut);
  },
  180_000,
);

it("ordinary changes replace nothing", async () => {
  project.configure(
    "both",
    bothSides({
      cluster: { ...cluster, tier: "Premium", tags: { stage: "test" }, nodePools: [{ name: "work", count: 1 }] },
    }),
  );
  const steps = await project.plannedSteps("both");
  expect(steps.filter((step) => /replace|delete/.test(step))).toEqual([]);
  await project.up("both");
  expect(await clusterUids()).toBe(uids);
  await project.expectNoChanges("both");
}, 270_000);

it("a confirmed replacement goes through, and its preview is shown", async () => {
  project.configure("both", bothSides({ cluster: { ...cluster, name: "aks-renamed", replace: cluster.name } }));
  expect((await project.plannedSteps("both")).some((step) => /delete|replace/.test(step))).toBe(true);
  await project.up("both");
  expect(await clusterUids()).not.toBe(uids);
  await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  await project.expectNoChanges("both");
  await project.destroy("both");
  expect(await engine.everythingInAzure()).toEqual([]);
}, 540_000);
