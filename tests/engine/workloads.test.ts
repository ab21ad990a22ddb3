import { bothSides, identity, workload } from "./support/configs.ts";
import { Engine, type Project } from "./support/engine.ts";

interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  status: { phase: string };
}

const namespace = "quota-readers";
const kinds = [
  { ...workload, name: "reader-deployment", kind: "Deployment", replicas: 2 },
  { ...workload, name: "reader-job", kind: "Job", args: ["--once"] },
  { ...workload, name: "reader-cronjob", kind: "CronJob", schedule: "0 3 * * *", args: ["--once"] },
].map((entry) => ({
  ...entry,
  namespace,
  createNamespace: true,
  serviceAccount: "quota-reader",
  identity: "mi-readers",
}));

const readers = {
  ...identity,
  name: "mi-readers",
  trusts: [{ namespace, serviceAccount: "quota-reader" }],
};

let engine: Engine;
let project: Project;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ both: bothSides({ workloads: kinds, identities: [readers] }) });
  await project.up("both");
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

async function podsOf(name: string): Promise<Pod[]> {
  const pods = await engine.kubernetesObjects<Pod>("pods", "--selector", "azure.workload.identity/use=true");
  return pods.filter((pod) => pod.metadata.name.startsWith(name));
}

it("row 16: a Deployment's replicas, a Job and a CronJob's Job all read the quota, in a namespace of their own", async () => {
  await engine.kubectl("create", "job", "manual-run", "--from=cronjob/reader-cronjob", "--namespace", namespace);
  const deployment = await podsOf("reader-deployment");
  expect(deployment).toHaveLength(2);
  const deadline = Date.now() + 30_000;
  while ((await podsOf("manual-run")).length === 0 && Date.now() < deadline)
    await new Promise((r) => setTimeout(r, 200));
  const pods = [...deployment, ...(await podsOf("reader-job")), ...(await podsOf("manual-run"))];
  expect(pods).toHaveLength(4);
  for (const pod of pods) {
    const log = await engine.logWhen(namespace, pod.metadata.name, (text) => text.includes("usage: "));
    expect(log).toContain("limit: {");
  }
}, 90_000);

it("a Job with --once completes", async () => {
  const [job] = await engine.kubernetesObjects<{ metadata: { name: string }; status: { succeeded?: number } }>(
    "jobs",
    "--field-selector",
    "metadata.name=reader-job",
  );
  expect(job?.status.succeeded).toBe(1);
});

it("the preview after up is empty", async () => {
  await project.expectNoChanges("both");
}, 30_000);

it("a new client id rolls the pods, because the webhook mutates pods only when they are created", async () => {
  const before = (await podsOf("reader-deployment")).map((pod) => pod.metadata.uid);
  const other = { ...readers, name: "mi-readers-two" };
  project.configure(
    "both",
    bothSides({
      workloads: kinds.map((entry) => ({ ...entry, identity: "mi-readers-two" })),
      identities: [other],
    }),
  );
  await project.up("both");
  const after = (await podsOf("reader-deployment")).filter((pod) => pod.status.phase === "Running");
  expect(after.map((pod) => pod.metadata.uid)).not.toEqual(expect.arrayContaining(before));
  const outputs = await project.outputs("both");
  for (const pod of after) {
    const log = await engine.logWhen(namespace, pod.metadata.name, (text) => text.includes("usage: "));
    expect(log).toContain("limit: {");
  }
  const accounts = await engine.kubernetesObjects<{ metadata: { name: string; annotations?: Record<string, string> } }>(
    "serviceaccounts",
  );
  const account = accounts.find(({ metadata }) => metadata.name === "quota-reader");
  expect(account?.metadata.annotations?.["azure.workload.identity/client-id"]).toBe(outputs.clientId);
}, 120_000);
