import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { convertedKubeconfig, type Deployer, needsKubelogin } from "../../components/clusters/kubelogin";
import { checkKubelogin } from "../../components/clusters/kubelogin-check";
import type { SignIn } from "../../components/tenant-provider";
import { tenantId } from "../../federation/ids";

const tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
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
            ...["--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "--tenant-id", tenant, "--login", "devicecode"],
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

function deployer(changes: Partial<SignIn>): Deployer {
  return { tenantId: tenantId(tenant), environment: "public", signIn: signIn(changes) };
}

/** How the converted kubeconfig runs kubelogin. */
function execOf(changes: Partial<SignIn>, kubeconfig = given): { args: string[]; env: Record<string, string> } {
  const { users } = parse(convertedKubeconfig(kubeconfig, deployer(changes)));
  const { args, env } = users[0].user.exec as { args: string[]; env: { name: string; value: string }[] };
  return { args, env: Object.fromEntries(env.map(({ name, value }) => [name, value])) };
}

describe("the kubeconfig of a cluster with Entra ID", () => {
  const application = ["--client-id", clientId, "--tenant-id", tenant, "--environment", "AzurePublicCloud"];
  const said = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: clientId };

  it.each<[string, Partial<SignIn>, string[], Record<string, string>]>([
    ["as the Azure CLI", {}, ["azurecli", "--tenant-id", tenant], { AZURE_TENANT_ID: tenant }],
    [
      "with a client secret",
      { way: "clientSecret", clientId },
      ["spn", ...application],
      { ...said, AZURE_CLIENT_CERTIFICATE_PATH: "" },
    ],
    ["with a certificate", { way: "clientCertificatePath", clientId }, ["spn", ...application], said],
    [
      "with the CI system's token",
      { way: "useOidc", clientId, tokenFile: "/var/run/token" },
      ["workloadidentity", ...application, "--federated-token-file", "/var/run/token"],
      {
        ...said,
        AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
        AZURE_FEDERATED_TOKEN_FILE: "/var/run/token",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "",
      },
    ],
    [
      "with GitHub's token",
      { way: "useOidc", clientId },
      ["workloadidentity", ...application],
      { ...said, AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/" },
    ],
    ["as a managed identity", { way: "useMsi", clientId }, ["msi", "--client-id", clientId], said],
    ["as the machine's own identity", { way: "useMsi" }, ["msi"], { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: "" }],
  ])("signs in %s, whatever else lies in the environment", (_, way, [method = "", ...args], env) => {
    const exec = execOf(way);
    expect(exec.args).toEqual(["get-token", "--login", method, "--server-id", serverId, ...args]);
    expect(exec.env).toEqual({ AAD_LOGIN_METHOD: method, ...env });
  });

  it("stays the same beside that", () => {
    expect(parse(convertedKubeconfig(given, deployer({})))).toMatchObject({
      "current-context": "aks-wi-demo",
      clusters: [{ cluster: { server: "https://aks-wi-demo.hcp.eastus.azmk8s.io:443" } }],
      users: [{ user: { exec: { command: "kubelogin", provideClusterInfo: false } } }],
    });
  });

  it("keeps variables that AKS gives it, except those that say who signs in", () => {
    const own = [
      { name: "AAD_LOGIN_METHOD", value: "devicecode" },
      { name: "AZURE_CLI_TIMEOUT", value: "2m" },
    ];
    const content = parse(given);
    content.users[0].user.exec.env = own;
    expect(execOf({}, stringify(content)).env).toMatchObject({ AAD_LOGIN_METHOD: "azurecli", AZURE_CLI_TIMEOUT: "2m" });
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
        "Cluster aks lets in only who signs in with Entra ID, and kubelogin, which does that, is not on PATH. Nothing in Azure or Kubernetes was changed.",
        "  to do:   install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
      ].join("\n"),
    );
    expect(() => checkKubelogin("aks", signIn({}), { PATH: installed() })).not.toThrow();
  });

  const check = (changes: Partial<SignIn>, variables: Record<string, string>) => () =>
    checkKubelogin("aks", signIn(changes), { PATH: installed(), ...variables });

  it("needs the deployer's secret in a variable of its own, and never in the kubeconfig", () => {
    const way = { way: "clientSecret", clientId } as const;
    expect(check(way, {})).toThrow('to do:   export AAD_SERVICE_PRINCIPAL_CLIENT_SECRET="$TENANT_A_ARM_CLIENT_SECRET"');
    expect(check(way, { AAD_SERVICE_PRINCIPAL_CLIENT_SECRET: "s" })).not.toThrow();
    expect(convertedKubeconfig(given, deployer(way))).not.toMatch(/secret/i);
  });

  it.each([
    ["clientSecret", "AZURE_CLIENT_SECRET", "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "TENANT_A_ARM_CLIENT_SECRET"],
    [
      "clientCertificatePath",
      "AZURE_CLIENT_CERTIFICATE_PATH",
      "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE",
      "TENANT_A_ARM_CLIENT_CERTIFICATE_PATH",
    ],
  ] as const)(
    "takes %s from a variable that others use too only where the client is the same",
    (way, generic, own, source) => {
      const mine = { way, clientId };
      expect(check(mine, { [generic]: "s", AZURE_CLIENT_ID: clientId.toUpperCase() })).not.toThrow();
      expect(check(mine, { [generic]: "s", [own]: "s" })).not.toThrow();
      for (const variables of [{ [generic]: "b" }, { [generic]: "b", [own]: "s", AZURE_CLIENT_ID: tenant }]) {
        expect(check(mine, variables)).toThrow(`to do:   unset ${generic}; export ${own}="$${source}"`);
      }
    },
  );

  it("finds a CI system's token with GitHub or in a file, and in no variable", () => {
    const way = { way: "useOidc", clientId } as const;
    expect(check(way, { ARM_OIDC_TOKEN: "ey" })).toThrow("export TENANT_A_ARM_OIDC_TOKEN_FILE_PATH=");
    expect(check({ ...way, tokenFile: "/var/run/token" }, {})).not.toThrow();
    expect(
      check(way, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t", ACTIONS_ID_TOKEN_REQUEST_URL: "https://t" }),
    ).not.toThrow();
    expect(check(way, { AZURE_FEDERATED_TOKEN_FILE: "/token", AZURE_CLIENT_ID: clientId })).not.toThrow();
    expect(check(way, { AZURE_FEDERATED_TOKEN_FILE: "/token" })).toThrow("kubelogin finds no token");
  });

  it("does not know DefaultAzureCredential", () => {
    expect(check({ way: "useDefaultAzureCredential" }, {})).toThrow("to do:   name the way that it would find");
  });
});
