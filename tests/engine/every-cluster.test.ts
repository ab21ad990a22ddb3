import { clusterKinds, kubectlWith } from "./support/cluster-kinds.ts";
import { bothSides, identity, type StackConfig, workload } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

/** What one life of a stack showed; each test below looks at one side of it. */
interface Observed {
  outputs: Record<string, unknown>;
  clusterId: string;
  pod: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
  log: string;
  webhooks: string[];
  left: string[];
  leftInCluster: string;
}

describe.each(clusterKinds)("a stack whose cluster is of kind $kind", ({ kind, prepare, leaves }) => {
  let engine: Engine;
  let observed: Observed;

  beforeAll(async () => {
    engine = await Engine.start();
    const cluster = await prepare(engine);
    observed = await wholeLife(engine, await engine.project({ both: bothSides({ cluster }) }), cluster);
  }, 300_000);

  afterAll(() => engine?.stop(), 30_000);

  it("lets its workload read tenant B's quota, and a second preview is empty", () => {
    expect(observed.log).toContain("limit: ");
    expect(observed.log).toContain("usage: ");
  });

  it("has exactly one webhook, and the pod carries what it injects", () => {
    expect(observed.webhooks).toHaveLength(1);
    const env = Object.fromEntries(
      (observed.pod.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
    );
    expect(env).toMatchObject({
      AZURE_CLIENT_ID: observed.outputs.clientId,
      AZURE_TENANT_ID: observed.outputs.tenantId,
      AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
      AZURE_FEDERATED_TOKEN_FILE: expect.stringContaining("azure-identity-token"),
    });
  });

  it("says the cluster's issuer and id, and tenant B trusts that issuer letter by letter", () => {
    const { oidcIssuerUrl, clusterId, identities } = observed.outputs;
    expect(oidcIssuerUrl).toMatch(/^https:\/\//);
    expect(clusterId).toEqual(kind === "kubernetes" ? oidcIssuerUrl : expect.stringContaining("/subscriptions/"));
    expect(identities).toMatchObject({ [identity.name]: { trusts: [{ issuer: oidcIssuerUrl }] } });
  });

  it("leaves after destroy what it did not make, and nothing else", () => {
    expect(observed.left.filter((id) => !leaves.some((end) => id.endsWith(end)))).toEqual([]);
    for (const end of leaves) expect(observed.left.some((id) => id.endsWith(end))).toBe(true);
    expect(observed.leftInCluster).not.toContain("wi-demo");
    expect(observed.leftInCluster).not.toContain("azure-workload-identity-system");
  });
});

async function wholeLife(engine: Engine, project: Project, cluster: StackConfig): Promise<Observed> {
  await project.up("both");
  const kubeconfig = await project.kubeconfigFile("both");
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "), { kubeconfig });
  const pod = JSON.parse(await kubectlWith(engine, kubeconfig, "get", "pod", workload.name, "--output", "json"));
  const webhooks = await kubectlWith(engine, kubeconfig, "get", "mutatingwebhookconfigurations", "--output", "name");
  await project.expectNoChanges("both");
  const outputs = await project.outputs("both");
  await project.destroy("both");
  const stillThere = cluster.kind !== "aks" && cluster.kind !== "aksArc";
  return {
    outputs,
    clusterId: String(outputs.clusterId),
    pod,
    log,
    webhooks: webhooks.split("\n").filter((line) => line !== ""),
    left: await engine.everythingInAzure(),
    leftInCluster: stillThere
      ? await kubectlWith(engine, kubeconfig, "get", "pods,serviceaccounts,namespaces", "--all-namespaces")
      : "",
  };
}
