import { bothSides, workload } from "./support/configs.ts";
import { Engine, type Project, type StateResource } from "./support/engine.ts";

/** It asks Entra ID for a token of its own again and again, so that a refusal shows at once. */
const asking = { ...workload, env: { ...workload.env, APP_INTERVAL_SECONDS: "1", APP_RETRY_SECONDS: "20" } };

let engine: Engine;
let project: Project;
let context: string;

beforeAll(async () => {
  engine = await Engine.start();
  // So short that the app exchanges a token of the cluster for each reading, where it would keep one for an hour.
  await engine.admin("PUT", "/sandbox/access-tokens", { lifetimeSeconds: 5 });
  project = await engine.project({ both: bothSides({ workloads: [asking] }) });
  await project.up("both");
  await engine.logWhen("default", workload.name, (text) => text.includes("usage: "));
  const [cluster] = await engine.admin<{ context: string }[]>("GET", "/sandbox/clusters");
  context = cluster?.context ?? "";
}, 120_000);

afterAll(() => engine?.stop(), 30_000);

it("row 22: signing keys rotate under a running workload: it reads on, and nothing in the state changes", async () => {
  const before = await project.exported("both");
  const [first] = await keyIds();
  const restartsBefore = await restarts();

  await rotate("add");
  const both = await keyIds();
  expect(both).toHaveLength(2);
  expect(both).toContain(first);
  await workloadReads();

  await rotate("retire");
  const [newKey = "", ...others] = await keyIds();
  expect(others).toEqual([]);
  expect(newKey).not.toBe(first);
  await workloadReads();

  expect(await restarts()).toBe(restartsBefore);
  await project.expectNoChanges("both");
  const refreshed = await project.pulumi("refresh", "--stack", "both", "--yes", "--expect-no-changes");
  expect(refreshed.text).not.toMatch(/[~+-] (updated|created|deleted)/);
  const after = await project.exported("both");
  expect(after.text).not.toContain(newKey);
  expect(after.resources.map(comparable)).toEqual(before.resources.map(comparable));
}, 180_000);

function rotate(step: "add" | "retire"): Promise<unknown> {
  return engine.admin("POST", `/sandbox/clusters/${context}/signing-keys`, { step });
}

/** What a resource is, without the ciphertext of its secrets, which is new in every write of the state. */
function comparable({ urn, id, inputs }: StateResource): unknown {
  return { urn, id, inputs: JSON.stringify(inputs ?? {}).replaceAll(/"ciphertext":"[^"]*"/g, "") };
}

/** Key ids that tenant B sees at the issuer, asked where Entra ID asks. */
async function keyIds(): Promise<string[]> {
  const { oidcIssuerUrl } = await project.outputs("both");
  const read = "fetch(process.argv[1]).then((answer) => answer.text()).then((text) => console.log(text))";
  const address = `${String(oidcIssuerUrl)}openid/v1/jwks`;
  const answer = await engine.run("node", ["--eval", read, address], { env: { NODE_USE_ENV_PROXY: "1" } });
  return (JSON.parse(answer.stdout) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

/** Waits until the workload has read the quota anew, with a token of the cluster that it exchanged anew. */
async function workloadReads(): Promise<void> {
  const count = (text: string) => text.split("usage: ").length;
  const exchanged = await exchanges();
  const { stdout } = await engine.kubectl("logs", workload.name);
  const seen = count(stdout);
  const log = await engine.logWhen("default", workload.name, (text) => count(text) > seen + 1);
  expect(log.slice(stdout.length)).not.toMatch(/AADSTS/);
  expect(await exchanges()).toBeGreaterThan(exchanged);
}

/** How many tokens Entra ID has given to the workload's identity. */
async function exchanges(): Promise<number> {
  const { clientId } = await project.outputs("both");
  const { requests } = await engine.admin<{ requests: { path: string; status: number; principal?: string }[] }>(
    "GET",
    "/sandbox/requests",
  );
  return requests.filter(
    ({ path, status, principal }) => path.includes("/oauth2/v2.0/token") && status === 200 && principal === clientId,
  ).length;
}

async function restarts(): Promise<number> {
  const [pod] = await engine.kubernetesObjects<{ status: { containerStatuses: { restartCount: number }[] } }>("pods");
  return pod?.status.containerStatuses[0]?.restartCount ?? -1;
}
