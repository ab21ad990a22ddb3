import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { checkKubelogin, convertedKubeconfig, needsKubelogin } from "../../components/clusters/kubelogin";
import type { SignIn } from "../../components/tenant-provider";

const tenantId = "aaaaaaaa-0000-4000-8000-00000000000a";
const clientId = "cccccccc-0000-4000-8000-00000000000c";
const serverId = "6dae42f8-4368-4678-94ff-3960e28e3630";

/** What AKS gives for `format=exec`. */
const given = stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "aks-wi-demo",
  clusters: [{ name: "aks-wi-demo", cluster: { server: "https://aks-wi-demo.hcp.eastus.azmk8s.io:443" } }],
  contexts: [{ name: "aks-wi-demo", context: { cluster: "aks-wi-demo", user: "user" } }],
  users: [
    {
      name: "user",
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1beta1",
          command: "kubelogin",
          args: [
            ...["get-token", "--environment", "AzurePublicCloud", "--server-id", serverId],
            ...[
              "--client-id",
              "80faf920-1908-4b52-b5ef-a8e7bedfc67a",
              "--tenant-id",
              tenantId,
              "--login",
              "devicecode",
            ],
          ],
          provideClusterInfo: false,
        },
      },
    },
  ],
});

function signIn(changes: Partial<SignIn>): SignIn {
  return { way: undefined, clientId: undefined, tokenFile: undefined, ...changes };
}

describe("the kubeconfig of a cluster with Entra ID", () => {
  it.each<[string, Partial<SignIn>, string[]]>([
    ["as the Azure CLI", {}, ["azurecli", "--server-id", serverId, "--tenant-id", tenantId]],
    [
      "with a client secret",
      { way: "clientSecret", clientId },
      [
        ...["spn", "--server-id", serverId, "--client-id", clientId, "--tenant-id", tenantId],
        ...["--environment", "AzurePublicCloud"],
      ],
    ],
    [
      "with the CI system's token",
      { way: "useOidc", clientId, tokenFile: "/var/run/token" },
      [
        ...["workloadidentity", "--server-id", serverId, "--client-id", clientId, "--tenant-id", tenantId],
        ...["--federated-token-file", "/var/run/token"],
      ],
    ],
    ["as a managed identity", { way: "useMsi", clientId }, ["msi", "--server-id", serverId, "--client-id", clientId]],
  ])("signs in %s, as tenant A's deployer does", (_, way, args) => {
    const converted = convertedKubeconfig(given, tenantId, signIn(way));
    expect(parse(converted)).toMatchObject({
      "current-context": "aks-wi-demo",
      clusters: [{ cluster: { server: "https://aks-wi-demo.hcp.eastus.azmk8s.io:443" } }],
      users: [{ user: { exec: { command: "kubelogin", args: ["get-token", "--login", ...args] } } }],
    });
  });

  it("is told apart from one with a certificate", () => {
    expect(needsKubelogin(given)).toBe(true);
    const certificate = { users: [{ name: "user", user: { "client-certificate-data": "…" } }] };
    expect(needsKubelogin(stringify(certificate))).toBe(false);
    expect(needsKubelogin("apiVersion: v1")).toBe(false);
  });
});

describe("kubelogin", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kubelogin-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function installed(): string {
    const file = join(folder, "kubelogin");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o755);
    return folder;
  }

  it("is missed with the command that installs it", () => {
    expect(() => checkKubelogin("aks", signIn({}), { PATH: folder })).toThrow(
      [
        "Cluster aks lets in only who signs in with Entra ID, and kubelogin, which does that, is not on PATH. Nothing was deployed.",
        "  to do:   install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
      ].join("\n"),
    );
    expect(() => checkKubelogin("aks", signIn({}), { PATH: installed() })).not.toThrow();
  });

  it("needs the deployer's secret in a variable of its own, and never in the kubeconfig", () => {
    const PATH = installed();
    const deployer = signIn({ way: "clientSecret", clientId });
    expect(() => checkKubelogin("aks", deployer, { PATH })).toThrow(
      `to do:   export AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="$TENANT_A_ARM_CLIENT_SECRET" AAD_SERVICE_PRINCIPAL_CLIENT_ID=${clientId}`,
    );
    expect(() => checkKubelogin("aks", deployer, { PATH, AAD_SERVICE_PRINCIPAL_CLIENT_SECRET: "s" })).not.toThrow();
    expect(convertedKubeconfig(given, tenantId, deployer)).not.toMatch(/secret/i);
  });
});
