import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { entraKubeconfig } from "../../sandbox/tenants/arm/managed-cluster-access.ts";
import type { EntraIntegration } from "../../sandbox/tenants/cluster-backend.ts";
import { aksServerApplication } from "../../sandbox/tenants/entra/aks-sign-in.ts";
import { locateTools } from "../../sandbox/tools/locate.mjs";
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
  deployer = await byKubelogin();
  outsider = await ofTenantB();
});
afterAll(() => host.close(), 30_000);

/** kubectl with the kubeconfig that AKS gives users, with another way to get the token than a device code. */
function signingIn(name: string, tenantId: string, exec: Record<string, unknown>): Kubectl {
  const own = readFileSync(join(host.stateDir, "aks-entra.kubeconfig"), "utf8");
  const kubeconfig = parse(entraKubeconfig(own, name, tenantId, "public"));
  expect(kubeconfig.contexts).toMatchObject([{ context: { user: name } }]);
  Object.assign(kubeconfig.users[0].user.exec, exec);
  const file = join(host.stateDir, `${name}.kubeconfig`);
  writeFileSync(file, stringify(kubeconfig));
  return admin.as(file);
}

/** The real kubelogin, as the deployer of tenant A: through the proxy, by Entra ID's true name. */
async function byKubelogin(): Promise<Kubectl> {
  const { clientId, clientSecret } = world.a.deployer;
  const { tenantId } = world.a.spec;
  const { kubelogin } = await locateTools();
  return signingIn("deployer", tenantId, {
    command: kubelogin,
    args: ["get-token", "--login", "spn", "--server-id", aksServerApplication, "--tenant-id", tenantId],
    env: Object.entries({
      AAD_SERVICE_PRINCIPAL_CLIENT_ID: clientId,
      AAD_SERVICE_PRINCIPAL_CLIENT_SECRET: clientSecret,
      HTTPS_PROXY: process.env.HTTPS_PROXY ?? "",
      SSL_CERT_FILE: world.cloud.caFile,
    }).map(([name, value]) => ({ name, value })),
  });
}

/** Somebody of tenant B, with a token for AKS of that tenant. */
async function ofTenantB(): Promise<Kubectl> {
  const token = await world.b.credential.getToken(`${aksServerApplication}/.default`);
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    status: { token: token?.token },
  };
  return signingIn("outsider", world.b.spec.tenantId, { command: "echo", args: [JSON.stringify(credential)] });
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
