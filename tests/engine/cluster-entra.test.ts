import { bothSides, cluster, identity, tenantB, workload } from "./support/configs.ts";
import { Engine, mustSucceed, type Project } from "./support/engine.ts";

/** The group that tenant A's deployer is in. */
const admins = "aaaaaaaa-2222-4222-8222-22222222222a";
const nobodys = "aaaaaaaa-3333-4333-8333-33333333333a";
/** Nothing of it depends on the cluster, nor anything of the cluster on it. */
const idle = { ...identity, name: "mi-idle", trusts: [{ namespace: "default", serviceAccount: "of-nobody" }] };
const config = (adminGroup: string, changes: object = { protect: true }) =>
  bothSides({
    cluster: { ...cluster, entra: { adminGroupObjectIds: [adminGroup] }, ...changes },
    identities: [identity, idle],
  });

let engine: Engine;
let project: Project;
/** The deployer's secret for kubelogin, among variables of somebody else that kubelogin prefers to its own arguments. */
let secret: Record<string, string>;

beforeAll(async () => {
  engine = await Engine.start();
  project = await engine.project({ both: config(admins) });
  secret = {
    AAD_SERVICE_PRINCIPAL_CLIENT_SECRET: engine.environment.TENANT_A_ARM_CLIENT_SECRET ?? "",
    AZURE_TENANT_ID: tenantB.tenantId,
    AZURE_CLIENT_ID: nobodys,
    AAD_LOGIN_METHOD: "devicecode",
  };
}, 60_000);

afterAll(() => engine?.stop(), 30_000);

const pulumi = (command: string, ...options: string[]) =>
  project.pulumiWith(secret, command, "--stack", "both", ...options);

it("row 14: without its deployer's secret for kubelogin, nothing is deployed", async () => {
  const { code, text } = await project.pulumi("up", "--stack", "both", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(text).toContain('export AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="$TENANT_A_ARM_CLIENT_SECRET"');
  expect(await engine.everythingInAzure()).toEqual([]);
}, 120_000);

it("row 14: with local accounts off, the deployer signs in with kubelogin, and the workload reads", async () => {
  mustSucceed(await pulumi("up", "--yes", "--skip-preview"));
  await engine.logWhen(workload.namespace, workload.name, (log) => log.includes("cores"));
  const { text } = await project.exported("both");
  expect(text).not.toContain(secret.AAD_SERVICE_PRINCIPAL_CLIENT_SECRET);
  mustSucceed(await pulumi("preview", "--expect-no-changes", "--diff"));
}, 240_000);

it("row 14: other admin groups are an update of the cluster, not another cluster", async () => {
  project.configure("both", config(nobodys));
  const steps = mustSucceed(await pulumi("preview", "--diff")).text;
  expect(steps).toContain(nobodys);
  expect(steps).not.toContain("replace");
  project.configure("both", config(admins));
}, 120_000);

it("row 1: a destroy of a protected cluster is refused before anything of the other side goes either", async () => {
  const before = await engine.everythingInAzure();
  const { code } = await pulumi("destroy", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(await engine.everythingInAzure()).toEqual(before);
  project.configure("both", config(admins, {}));
  mustSucceed(await pulumi("up", "--yes", "--skip-preview"));
}, 240_000);

it("row 14: destroy signs in too, and leaves nothing", async () => {
  mustSucceed(await pulumi("destroy", "--yes", "--skip-preview"));
  expect(await engine.everythingInAzure()).toEqual([]);
}, 240_000);
