import { kubectlWith, makePlainCluster, type PlainCluster, plainStack } from "./support/cluster-kinds.ts";
import { type StackConfig, workload } from "./support/configs.ts";
import { Engine, type Project, typeAndName } from "./support/engine.ts";

interface Pod {
  spec: { containers: { env: { name: string; value?: string }[]; volumeMounts: { mountPath: string }[] }[] };
}

interface Registration {
  metadata: { name: string; labels: Record<string, string> };
  webhooks: { clientConfig: { caBundle?: string; service?: { namespace: string } } }[];
}

/** Everything that one life of the stack showed; each test below looks at one side of it. */
interface Observed {
  log: string;
  pod: Pod;
  registrations: Registration[];
  webhookPods: string[];
  order: string[];
  providers: string[];
  authorityBefore: string;
  authorityAfterUpdate: string;
  renamed: string[];
  labelsAfterRename: Record<string, string> | undefined;
  namespacesAfterDestroy: string;
  registrationsAfterDestroy: Registration[];
}

let engine: Engine;
let cluster: PlainCluster;
let project: Project;
let observed: Observed;

const config = (changes: StackConfig = {}) => plainStack(cluster, changes);

const kubectl = (...args: string[]) => kubectlWith(engine, cluster.kubeconfigFile, ...args);

async function registrations(): Promise<Registration[]> {
  return JSON.parse(await kubectl("get", "mutatingwebhookconfigurations", "--output", "json")).items;
}

const authority = async () => (await registrations())[0]?.webhooks[0]?.clientConfig.caBundle ?? "";

beforeAll(async () => {
  engine = await Engine.start();
  cluster = await makePlainCluster(engine, "eks-demo");
  project = await engine.project({ both: config() });
  observed = await wholeLife();
}, 300_000);

afterAll(() => engine?.stop(), 30_000);

async function wholeLife(): Promise<Observed> {
  await project.up("both");
  const { kubeconfigFile: kubeconfig } = cluster;
  const log = await engine.logWhen("default", workload.name, (text) => text.includes("usage: "), { kubeconfig });
  const pod: Pod = JSON.parse(await kubectl("get", "pod", workload.name, "--output", "json"));
  const found = await registrations();
  const webhookPods = await kubectl("get", "pods", "--namespace", "azure-workload-identity-system", "--output", "name");
  await project.expectNoChanges("both");
  // The certificate and its authority, which the webhook wrote, are seen by a refresh and are no difference.
  await project.pulumi("refresh", "--stack", "both", "--yes", "--skip-preview");
  await project.expectNoChanges("both");
  const { resources } = await project.exported("both");
  const authorityBefore = await authority();
  project.configure("both", config({ webhook: { replicas: 1 } }));
  await project.up("both");
  const authorityAfterUpdate = await authority();
  await project.pulumi("stack", "rename", "renamed", "--stack", "both");
  const renamed = await project.plannedSteps("renamed");
  await project.up("renamed");
  const labelsAfterRename = (await registrations())[0]?.metadata.labels;
  await project.expectNoChanges("renamed");
  await project.destroy("renamed");
  return {
    log,
    pod,
    registrations: found,
    webhookPods: webhookPods.trim().split("\n"),
    order: resources.map(({ urn }) => typeAndName(urn)),
    providers: resources
      .filter(({ type }) => type === "pulumi:providers:azure-native")
      .map(({ urn }) => typeAndName(urn)),
    authorityBefore,
    authorityAfterUpdate,
    renamed,
    labelsAfterRename,
    namespacesAfterDestroy: await kubectl("get", "namespaces,clusterroles,priorityclasses", "--output", "name"),
    registrationsAfterDestroy: await registrations(),
  };
}

describe("a cluster that is nothing of Azure's", () => {
  it("row 6: its workload reads tenant B's quota, with the webhook that the stack installed", () => {
    expect(observed.log).toContain("usage: ");
    expect(observed.registrations).toHaveLength(1);
    expect(observed.registrations[0]?.metadata.labels).toMatchObject({
      "app.kubernetes.io/managed-by": "pulumi",
      "cross-tenant-identity/stack": expect.stringMatching(/both$/),
    });
    expect(observed.webhookPods).toHaveLength(2);
  });

  it("row 6: the pod carries what the webhook injects", () => {
    const [container] = observed.pod.spec.containers;
    expect(container?.env.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_AUTHORITY_HOST",
      ]),
    );
    expect(container?.volumeMounts.map(({ mountPath }) => mountPath)).toContain("/var/run/secrets/azure/wi");
  });

  it("needs no sign-in to tenant A", () =>
    expect(observed.providers).toEqual(["pulumi:providers:azure-native tenantB"]));

  it("registers the webhook after it answers, and starts the workload after that", () => {
    const at = (name: string) => observed.order.indexOf(name);
    const registered = at(
      "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration azure-wi-webhook-mutating-webhook-configuration",
    );
    expect(at("kubernetes:apps/v1:Deployment azure-wi-webhook-controller-manager")).toBeLessThan(registered);
    expect(at("kubernetes:core/v1:Pod default/wi-demo-app")).toBeGreaterThan(registered);
  });

  it("an update leaves alone what the webhook wrote into its registration", () => {
    expect(observed.authorityBefore).not.toBe("");
    expect(observed.authorityAfterUpdate).toBe(observed.authorityBefore);
  });

  it("keeps its webhook when the stack is renamed, and marks it with the new name", () => {
    expect(observed.renamed.length).toBeGreaterThan(0);
    for (const step of observed.renamed) expect(step).toMatch(/^update kubernetes:/);
    expect(observed.labelsAfterRename).toMatchObject({
      "cross-tenant-identity/stack": expect.stringMatching(/renamed$/),
    });
  });

  it("destroy takes the webhook out and leaves the cluster", () => {
    expect(observed.registrationsAfterDestroy).toEqual([]);
    expect(observed.namespacesAfterDestroy).not.toMatch(/azure-wi|azure-workload-identity/);
    expect(observed.namespacesAfterDestroy).toContain("namespace/kube-system");
  });
});
