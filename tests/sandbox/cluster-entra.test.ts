import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { entraKubeconfig } from "../../sandbox/tenants/arm/managed-cluster-access.ts";
import type { EntraIntegration } from "../../sandbox/tenants/cluster-backend.ts";
import { useCloud } from "./support/cloud-fixture.ts";
import { ClusterHost, type Kubectl, waitFor } from "./support/cluster-client.ts";
import { clusterSpec } from "./support/cluster-objects.ts";

// Ends what would never end; no test measures it.
jest.setTimeout(120_000);

const world = useCloud();
const host = new ClusterHost();
const admins = "aaaaaaaa-2222-4222-8222-22222222222a";
let admin: Kubectl;
let deployer: Kubectl;
let outsider: Kubectl;

const entra = (...adminGroupObjectIds: string[]): EntraIntegration => ({
  tenantId: world.a.spec.tenantId,
  adminGroupObjectIds,
  cloudPort: world.cloud.port,
  caFile: world.cloud.caFile,
});

beforeAll(async () => {
  await host.start([]);
  const spec = { ...clusterSpec("aks-entra", false), environment: "public" as const, entra: entra(admins) };
  admin = await host.cluster(spec);
  deployer = await signedIn(world.a, "deployer");
  outsider = await signedIn(world.b, "outsider");
});
afterAll(() => host.close(), 30_000);

/** kubectl with AKS's kubeconfig of a user; in kubelogin's place stands a script that gives the token that it would get. */
async function signedIn(tenant: typeof world.a, name: string): Promise<Kubectl> {
  const scope = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";
  const token = await tenant.credential.getToken(scope);
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    status: { token: token?.token },
  };
  const program = join(host.stateDir, name, "kubelogin");
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`);
  chmodSync(program, 0o700);
  const own = readFileSync(join(host.stateDir, "aks-entra.kubeconfig"), "utf8");
  const kubeconfig = entraKubeconfig(own, "user", tenant.spec.tenantId, "public");
  expect(parse(kubeconfig).contexts[0].context.user).toBe("user");
  const file = join(host.stateDir, `${name}.kubeconfig`);
  writeFileSync(file, kubeconfig.replace("command: kubelogin", `command: ${program}`));
  return admin.as(file);
}

const whoAmI = async (kubectl: Kubectl) => {
  const { code, stdout, stderr } = await kubectl.run(["auth", "whoami", "-o", "json"]);
  return code === 0 ? JSON.parse(stdout).status.userInfo : stderr;
};

describe("an API server that takes tokens of Entra ID", () => {
  it("knows who signs in by object id, and the groups", async () => {
    await waitFor(
      async () => (await deployer.run(["get", "namespaces"])).code === 0,
      () => "the deployer to be let in",
    );
    expect(await whoAmI(deployer)).toMatchObject({
      username: world.a.deployer.objectId,
      groups: [admins, "system:authenticated"],
    });
  });

  it("lets in nobody of another tenant", async () => {
    expect(await whoAmI(outsider)).toContain("Unauthorized");
  });

  it("lets the admin groups do everything, for as long as they are the admin groups", async () => {
    await deployer.out("create", "namespace", "made-by-admins");
    const others = "aaaaaaaa-3333-4333-8333-33333333333a";
    await host.ask({ ask: "setEntra", cluster: "aks-entra", entra: entra(others) });
    await waitFor(
      async () => (await deployer.run(["get", "namespaces"])).stderr.includes("is forbidden"),
      () => "the deployer to have no rights",
    );
    await host.ask({ ask: "setEntra", cluster: "aks-entra", entra: undefined });
    await waitFor(
      async () => String(await whoAmI(deployer)).includes("Unauthorized"),
      () => "the deployer to be nobody",
    );
    expect(await admin.out("get", "namespace", "made-by-admins", "-o", "name")).toBe("namespace/made-by-admins\n");
    await host.ask({ ask: "setEntra", cluster: "aks-entra", entra: entra(admins) });
    await waitFor(
      async () => (await deployer.run(["get", "namespaces"])).code === 0,
      () => "the deployer to be let in",
    );
  });
});
