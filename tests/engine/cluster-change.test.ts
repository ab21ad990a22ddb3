import { kubectlWith, makePlainCluster } from "./support/cluster-kinds.ts";
import { bothSides, cluster, type StackConfig, tenantA } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

let engine: Engine;
let project: Project;
let uids: string;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ both: bothSides() });
  await project.up("both");
  uids = await clusterUids();
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

/** Unique ids of what a new cluster would have anew. */
async function clusterUids(): Promise<string> {
  const kubeconfig = await project.kubeconfigFile("both");
  return kubectlWith(engine, kubeconfig, "get", "namespace,pod", "--output", "jsonpath={.items[*].metadata.uid}");
}

async function refused(config: StackConfig): Promise<string> {
  project.configure("both", config);
  const preview = await project.pulumi("preview", "--stack", "both");
  const up = await project.pulumi("up", "--stack", "both", "--yes", "--skip-preview");
  expect([preview.code === 0, up.code === 0]).toEqual([false, false]);
  expect(up.text).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)$/m);
  expect(await clusterUids()).toBe(uids);
  return up.text;
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
  expect(text).toMatch(/aks-wi-demo/);
  expect(text).toMatch(/kind/);
  expect(text).toMatch(/cluster\.replace: aks-wi-demo/);
  await engine.admin("DELETE", "/sandbox/clusters/elsewhere");
}, 90_000);

it.each<[string, StackConfig, RegExp]>([
  ["another name", { cluster: { ...cluster, name: "aks-renamed" } }, /aks-renamed/],
  ["another resource group", { cluster: { ...cluster, resourceGroup: "rg-other" } }, /rg-other/],
  ["another region", { tenantA: { ...tenantA, location: "westus2" } }, /westus2/],
  ["another address range", { cluster: { ...cluster, network: { podCidr: "10.9.0.0/16" } } }, /10\.9\.0\.0\/16/],
])(
  "%s would replace the cluster, and is refused until config confirms it",
  async (_name, change, named) => {
    const text = await refused(bothSides(change));
    expect(text).toMatch(named);
    expect(text).toMatch(/cluster\.replace: aks-wi-demo/);
  },
  60_000,
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
}, 90_000);

it("a confirmed replacement goes through, and its preview is shown", async () => {
  project.configure("both", bothSides({ cluster: { ...cluster, name: "aks-renamed", replace: cluster.name } }));
  expect((await project.plannedSteps("both")).some((step) => /delete|replace/.test(step))).toBe(true);
  await project.up("both");
  expect(await clusterUids()).not.toBe(uids);
  await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  await project.expectNoChanges("both");
  await project.destroy("both");
  expect(await engine.everythingInAzure()).toEqual([]);
}, 180_000);
