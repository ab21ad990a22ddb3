import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { both, identity, tenantA, tenantB, workload } from "./config-fixtures";
import { issuer, ofType, runProgram, type World } from "./program-mocks";

const mockProbe = { issuer: "" as string | undefined, webhooks: [] as object[], opened: [] as string[] };

jest.mock("../../cluster-probe/open-cluster", () => ({
  openCluster: async (yaml: string, where: string) => {
    mockProbe.opened.push(`${where} ${yaml}`);
    return {
      reportedIssuer: async () => mockProbe.issuer,
      workloadIdentityWebhooks: async () => mockProbe.webhooks,
      namespace: async () => ({ uid: "1", labels: {}, managers: ["kubectl-create"], terminating: false }),
    };
  },
}));

const cluster = { kind: "existingAks", resourceGroup: "rg-apps", name: "aks-apps" };
const id = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-apps/providers/Microsoft.ContainerService/managedClusters/aks-apps`;
const features = "pulumi-nodejs:dynamic/azure:ManagedClusterFeatures";
const webhook = { configuration: "wi", namespace: "kube-system", managedBy: undefined, healthy: true };

const on = {
  provisioningState: "Succeeded",
  powerState: { code: "Running" },
  identity: { tenantId: tenantA.tenantId },
  oidcIssuerProfile: { enabled: true, issuerURL: issuer },
  securityProfile: { workloadIdentity: { enabled: true } },
};
const issuerOff = { ...on, oidcIssuerProfile: { enabled: false } };
const bothOff = { ...issuerOff, securityProfile: {} };
const workloadIdentityOff = { ...on, securityProfile: { workloadIdentity: { enabled: false } } };

beforeEach(() => Object.assign(mockProbe, { issuer, webhooks: [webhook], opened: [] }));

/** As it is before AKS has installed its own. */
function withoutWebhook(): void {
  mockProbe.webhooks = [];
}

function run(changes: object, existing: World["existing"], config: object = {}) {
  return runProgram(both({ cluster: { ...cluster, ...changes }, ...config }), { existing });
}

/** Without workloads and tenant B: the cluster's side alone. */
function runAlone(changes: object, existing: World["existing"]) {
  return runProgram({ tenantA, cluster: { ...cluster, ...changes } }, { existing });
}

async function refusal(changes: object, existing: World["existing"]): Promise<string> {
  const { created, error } = await run(changes, existing);
  expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
  expect(error).toHaveProperty("__pulumiRunError", true); // no stack trace
  return error?.message ?? "";
}

describe("a managed cluster that exists", () => {
  it("is taken as it is: nothing in Azure is made for it, and its workloads run", async () => {
    const { created, error, outputs } = await run({}, on);
    expect(error).toBeUndefined();
    expect(created.filter(({ type }) => /containerservice|ManagedClusterFeatures/.test(type))).toEqual([]);
    expect(outputs).toMatchObject({ oidcIssuerUrl: issuer, clusterId: id });
    expect(ofType(created, "kubernetes:core/v1:Pod").map(({ provider }) => provider)).toEqual(["aks-apps"]);
    expect(ofType(created, "pulumi:providers:kubernetes")[0]?.inputs.clusterIdentifier).toBe(id.toLowerCase());
    expect(mockProbe.opened).toHaveLength(1);
  });

  it("with a namespace that the stack is to make is refused, before anything is made", async () => {
    const shop = { ...workload, namespace: "shop", createNamespace: true };
    const trusts = [{ namespace: "shop", serviceAccount: workload.serviceAccount }];
    const { created, error } = await run({}, on, { workloads: [shop], identities: [{ ...identity, trusts }] });
    expect(error?.message).toMatch(/^Cluster aks-apps has a namespace shop already/);
    expect(created.filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
  });

  it("may be given by its id", async () => {
    const { outputs, error } = await run({ resourceGroup: undefined, name: undefined, id }, on);
    expect(error).toBeUndefined();
    expect(outputs).toMatchObject({ clusterId: id });
  });

  it("has its issuer known in previews", async () => {
    const { created, error } = await runProgram(both({ cluster }), { existing: on, preview: true });
    expect(error).toBeUndefined();
    const [credential] = ofType(created, "azure-native:managedidentity:FederatedIdentityCredential");
    expect(credential?.inputs.issuer).toBe(issuer);
  });

  it.each([
    [bothOff, "OIDC issuer and workload identity", "--enable-oidc-issuer --enable-workload-identity"],
    [issuerOff, "OIDC issuer", "--enable-oidc-issuer"],
    [workloadIdentityOff, "workload identity", "--enable-workload-identity"],
  ])("with something off is refused with the command that switches it on (%#)", async (existing, what, flags) => {
    const text = await refusal({}, existing);
    expect(text).toContain(`Cluster aks-apps has ${what} off. Nothing in Azure or Kubernetes was changed.`);
    expect(text).toMatch(new RegExp(`to do: {3}az aks update -g rg-apps -n aks-apps ${flags}$`, "m"));
    expect(text).toContain("or let the stack do it: pulumi config set --stack test --path cluster.enable true");
  });

  it("has what is off switched on where config allows it, with what was found as inputs", async () => {
    withoutWebhook();
    const { created, error, outputs } = await run({ enable: true }, bothOff);
    expect(error).toBeUndefined();
    expect(ofType(created, features)[0]?.inputs).toMatchObject({
      ...{
        clusterId: id,
        endpoint: "https://management.azure.com",
        oidcIssuer: "enabled",
        workloadIdentity: "enabled",
      },
      found: { oidcIssuer: "disabled", workloadIdentity: "disabled" },
    });
    expect(outputs).toMatchObject({ oidcIssuerUrl: issuer });
  });

  it("has workload identity switched off without `enable`, and the words that the issuer stays", async () => {
    const { created, warnings } = await runAlone({ workloadIdentity: "disabled" }, on);
    expect(ofType(created, features)[0]?.inputs).toMatchObject({ oidcIssuer: "enabled", workloadIdentity: "disabled" });
    expect(warnings).toEqual([expect.stringContaining("Its OIDC issuer stays on: AKS has no way to switch one off")]);
    expect((await runAlone({ workloadIdentity: "disabled" }, workloadIdentityOff)).warnings).toEqual([]);
  });

  it("that does not exist is told, with how to look for it", async () => {
    const text = await refusal({}, undefined);
    expect(text).toContain("Cluster aks-apps does not exist. Nothing in Azure or Kubernetes was changed.");
    expect(text).toContain(`az aks list --subscription ${tenantA.subscriptionId}`);
  });

  it("that cannot be read is told, with the answer's cause", async () => {
    const failing = { "azure-native:containerservice:getManagedCluster in tenantA": 'Code="AuthorizationFailed"' };
    const { error } = await runProgram(both({ cluster }), { existing: on, failing });
    expect(error?.message).toMatch(
      /^Cluster aks-apps could not be read\. Nothing in Azure or Kubernetes was changed\.[\s\S]*AuthorizationFailed[\s\S]*cause:/,
    );
  });

  it("that cannot be read is told with commands of its own cloud", async () => {
    const failing = { "azure-native:containerservice:getManagedCluster in tenantA": "Please run 'az login'" };
    const environment = "usgovernment";
    const { error } = await runProgram({ tenantA: { ...tenantA, environment }, cluster }, { existing: on, failing });
    expect(error?.message).toContain("az cloud set --name AzureUSGovernment && az login");
  });

  const foreignIssuer = issuer.replace(tenantA.tenantId, tenantB.tenantId);
  it.each([
    [
      "its issuer",
      {
        ...on,
        oidcIssuerProfile: {
          enabled: true,
          issuerURL: foreignIssuer.replace("6d1f", "6d1f0000-0000-4000-8000-000000000000"),
        },
      },
    ],
    ["its identity", { ...on, identity: { tenantId: tenantB.tenantId } }],
  ])("of another tenant is refused, seen by %s", async (by, existing) => {
    const text = await refusal({}, existing);
    expect(text).toContain("Cluster aks-apps belongs to another tenant. Nothing in Azure or Kubernetes was changed.");
    expect(text).toContain(`cluster:     ${tenantB.tenantId} (${by}`);
  });

  it("that is stopped is told, with the command that starts it", async () => {
    const text = await refusal({}, { ...on, powerState: { code: "Stopped" } });
    expect(text).toContain("Cluster aks-apps is stopped. Nothing in Azure or Kubernetes was changed.");
    expect(text).toContain("az aks start -g rg-apps -n aks-apps");
  });

  it("that is being made or deleted is told", async () => {
    expect(await refusal({}, { ...on, provisioningState: "Creating" })).toContain("is just being made");
    expect(await refusal({}, { ...on, provisioningState: "Deleting" })).toContain("is just being deleted");
  });

  it("is not to be switched while its last operation has failed, or another one runs", async () => {
    const failed = await refusal({ enable: true }, { ...bothOff, provisioningState: "Failed" });
    expect(failed).toContain("Cluster aks-apps is in a failed state, and its features are to be switched.");
    const busy = await refusal({ enable: true }, { ...bothOff, provisioningState: "Upgrading" });
    expect(busy).toContain("Somebody is just changing cluster aks-apps");
    expect(busy).toContain("az aks wait -g rg-apps -n aks-apps --updated");
    mockProbe.webhooks = [webhook];
    expect((await run({ enable: true }, { ...on, provisioningState: "Upgrading" })).error).toBeUndefined();
  });

  it("is refused when its webhook is not there, though workload identity is on, or the kubeconfig is another's", async () => {
    mockProbe.webhooks = [];
    expect(await refusal({}, on)).toContain("Cluster aks-apps has no workload identity webhook");
    mockProbe.webhooks = [webhook];
    mockProbe.issuer = "https://example.com/another/";
    expect(await refusal({}, on)).toContain("The kubeconfig leads to another cluster than aks-apps");
  });

  it("with Entra ID is signed in to as tenant A's deployer is", async () => {
    const args = ["get-token", "--server-id", "server", "--login", "devicecode"];
    const user = { name: "user", user: { exec: { command: "kubelogin", args } } };
    const credentials = { clientId: tenantB.tenantId, useOidc: true, oidcTokenFilePath: "/var/run/token" };
    const { outputs, error } = await runProgram(
      { tenantA: { ...tenantA, credentials }, cluster },
      { existing: on, kubeconfig: JSON.stringify({ users: [user] }) },
    );
    expect(error).toBeUndefined();
    expect(String(outputs.kubeconfig)).toContain("workloadidentity");
    expect(String(outputs.kubeconfig)).not.toContain("devicecode");
  });

  it("with a kubeconfig of the user's own is signed in to as that one says", async () => {
    const args = ["get-token", "--server-id", "server", "--login", "azurecli"];
    const contents = JSON.stringify({
      "current-context": "apps",
      clusters: [{ name: "apps", cluster: { server: "https://apps.example.com" } }],
      contexts: [{ name: "apps", context: { cluster: "apps", user: "me" } }],
      users: [{ name: "me", user: { exec: { command: "kubelogin", args } } }],
    });
    const folder = mkdtempSync(join(tmpdir(), "kubelogin-"));
    writeFileSync(join(folder, "kubelogin"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(folder, "apps.kubeconfig"), contents);
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      // The deployer's way to sign in, for which kubelogin would have no secret here, is not asked for.
      const credentials = { clientId: tenantB.tenantId, clientCertificatePath: "./deployer.pfx" };
      const { error, outputs } = await runProgram(
        both({
          tenantA: { ...tenantA, credentials },
          cluster: { ...cluster, kubeconfig: { path: join(folder, "apps.kubeconfig") } },
        }),
        { existing: on },
      );
      expect(error).toBeUndefined();
      expect(String(outputs.kubeconfig)).toContain("azurecli");
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });

  it("gets no second webhook", async () => {
    mockProbe.webhooks = [{ ...webhook, namespace: "azure-workload-identity-system" }];
    expect(await refusal({ enable: true }, bothOff)).toMatch(
      /Cluster aks-apps has a workload identity webhook of its own[\s\S]*found: {3}wi, namespace azure-workload-identity-system[\s\S]*uninstall it first/,
    );
  });

  it("whose credential Azure does not give is told", async () => {
    const token = "azure-native:containerservice:listManagedClusterUserCredentials in tenantA";
    const { error } = await runProgram(both({ cluster }), {
      existing: on,
      failing: { [token]: "AuthorizationFailed" },
    });
    expect(error?.message).toMatch(
      /Azure gives no kubeconfig for cluster aks-apps[\s\S]*listClusterUserCredential\/action/,
    );
  });

  it("is not asked anything over its own API when nothing is to run in it", async () => {
    expect((await runAlone({}, on)).error).toBeUndefined();
    expect(mockProbe.opened).toEqual([]);
  });
});
