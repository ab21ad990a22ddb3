import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sessionFile } from "../../sandbox/session/session.ts";
import { clusterSide, identitySide } from "./support/configs.ts";
import { Engine, mustSucceed, type Project } from "./support/engine.ts";

const root = join(__dirname, "..", "..");
const deployMain = join(root, "deploy", "main.ts");

let engine: Engine;
let project: Project;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({});
  project.configure("tenantA", clusterSide());
  project.configure("tenantB", identitySide());
}, 60_000);

afterAll(() => engine?.stop(), 30_000);

function deploy(...args: string[]) {
  return engine.run(process.execPath, [deployMain, ...args, "--cwd", project.folder]);
}

it("npm run deploy --preview makes nothing, not even a stack, and leaves the stack files alone", async () => {
  const before = readFileSync(join(project.folder, "Pulumi.tenantA.yaml"), "utf8");
  const result = mustSucceed(await deploy("deploy", "--preview"));
  expect(result.text).toContain("tenantA, tenantB");
  expect(mustSucceed(await project.pulumi("stack", "ls", "--json")).stdout.trim()).toBe("[]");
  expect(readFileSync(join(project.folder, "Pulumi.tenantA.yaml"), "utf8")).toBe(before);
}, 60_000);

it("npm run destroy has nothing to do where no stack is", async () => {
  mustSucceed(await deploy("destroy", "--yes"));
  expect(mustSucceed(await project.pulumi("stack", "ls", "--json")).stdout.trim()).toBe("[]");
}, 60_000);

it("npm run deploy without a terminal and without --yes changes nothing and says what to add", async () => {
  const result = await deploy("deploy");
  expect(result.code).toBe(1);
  expect(result.text).toContain("--yes");
  expect(await engine.everythingInAzure()).toEqual([]);
}, 60_000);

it("npm run deploy --yes ends with a running workload, finds nothing to do the second time, and npm run destroy takes all down", async () => {
  mustSucceed(await deploy("deploy", "--yes"));
  const preview = mustSucceed(await deploy("deploy", "--preview"));
  expect(preview.text).toContain("tenantA: nothing to change");
  await engine.logWhen("default", "wi-demo-app", (text) => text.includes("usage: "));
  const again = mustSucceed(await deploy("deploy", "--yes"));
  expect(again.text.match(/nothing to change/g)?.length).toBeGreaterThanOrEqual(2);

  const destroyed = mustSucceed(await deploy("destroy", "--yes"));
  const order = ["core/v1:Pod", "managedidentity:FederatedIdentityCredential", "containerservice:ManagedCluster"].map(
    (type) => destroyed.text.lastIndexOf(`deleted  ${type}`),
  );
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order.every((position) => position >= 0)).toBe(true);
  expect(await engine.everythingInAzure()).toEqual([]);
}, 180_000);

it("a stack that has no file is named, with those that have one", async () => {
  const result = await deploy("deploy", "tenantC", "--yes");
  expect(result.code).toBe(1);
  expect(result.text).toContain("Pulumi.tenantC.yaml");
}, 30_000);

it("the session file is readable by its owner alone and names what other programs need", () => {
  const file = sessionFile(engine.sandbox.session.stateDir);
  const session = JSON.parse(readFileSync(file, "utf8"));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(session).toMatchObject({ version: 1, cloud: expect.stringMatching(/^https:\/\/127\.0\.0\.1:/) });
  expect(session.tenants).toHaveLength(2);
});
