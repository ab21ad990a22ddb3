import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { SignIn } from "../tenant-provider";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Checks that the Kubernetes provider, which starts with this process's environment, will be able to sign in as tenant
 * A's deployer.
 * @throws pulumi.RunError that says what to install or to set.
 */
export function checkKubelogin(cluster: string, signIn: SignIn, environment: Variables): void {
  checkInstalled(cluster, environment);
  switch (signIn.way) {
    case "clientSecret":
    case "clientCertificatePath":
      checkSecret(cluster, signIn.way, signIn, environment);
      break;
    case "useOidc":
      checkToken(cluster, signIn, environment);
      break;
    case "useDefaultAzureCredential":
      throw refusal(
        cluster,
        "tenant A is signed in to with DefaultAzureCredential, which kubelogin does not know",
        "where:   tenantA.credentials.useDefaultAzureCredential, or ARM_USE_DEFAULT_AZURE_CREDENTIAL",
        "to do:   name the way that it would find: az login and no credentials at all, clientSecret, useOidc or useMsi",
      );
  }
}

/** @throws pulumi.RunError that says how to install kubelogin where it is missing. */
export function checkInstalled(cluster: string, environment: Variables): void {
  if (isOnPath("kubelogin", environment)) return;
  throw refusal(
    cluster,
    "kubelogin, which does that, is not on PATH",
    "to do:   install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
  );
}

/** Variables that kubelogin takes the deployer's secret from: its own, and the generic one, which wins (internal/env/variables.go). */
const secretVariables = {
  clientSecret: [["AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "AZURE_CLIENT_SECRET"]],
  clientCertificatePath: [
    ["AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE", "AZURE_CLIENT_CERTIFICATE_PATH"],
    ["AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD"],
  ],
} as const;

function checkSecret(cluster: string, way: keyof typeof secretVariables, signIn: SignIn, environment: Variables): void {
  const { clientId } = signIn;
  const deployer = `tenant A's deployer${clientId === undefined ? "" : ` (client ${clientId})`}`;
  for (const [own, generic] of secretVariables[way]) {
    const value = environment[generic];
    if (value === undefined || value === environment[own] || isOf(signIn, environment)) continue;
    throw refusal(
      cluster,
      `kubelogin would take ${generic} for the secret of ${deployer}`,
      `cause:   that variable wins over ${own}, and AZURE_CLIENT_ID, whose it is, is ${environment.AZURE_CLIENT_ID || "not set"}`,
      `to do:   unset ${generic}; export ${own}="$${ownSource(own)}"`,
    );
  }
  const [[own, generic]] = secretVariables[way];
  if (environment[own] || environment[generic]) return;
  throw refusal(
    cluster,
    `kubelogin has no secret of ${deployer}`,
    "cause:   kubelogin looks in the environment; the kubeconfig, which is in the state, carries no secret",
    `to do:   export ${own}="$${ownSource(own)}"`,
  );
}

/** Whether the generic variables of the environment belong to the deployer. */
function isOf({ clientId }: SignIn, { AZURE_CLIENT_ID: of }: Variables): boolean {
  return clientId !== undefined && of?.toLowerCase() === clientId.toLowerCase();
}

/** The variable that azure-native takes the same from. */
function ownSource(variable: string): string {
  const [, what = ""] = /^AAD_SERVICE_PRINCIPAL_CLIENT_(.*)$/.exec(variable) ?? [];
  return `TENANT_A_ARM_CLIENT_${what === "CERTIFICATE" ? "CERTIFICATE_PATH" : what}`;
}

/** kubelogin asks GitHub for a token itself, and else reads a file; a token in a variable is nothing to it. */
function checkToken(cluster: string, signIn: SignIn, environment: Variables): void {
  if (signIn.tokenFile !== undefined) return;
  if (environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN && environment.ACTIONS_ID_TOKEN_REQUEST_URL) return;
  if (environment.AZURE_FEDERATED_TOKEN_FILE && isOf(signIn, environment)) return;
  throw refusal(
    cluster,
    "kubelogin finds no token of the CI system",
    "cause:   outside of GitHub Actions it takes one from a file only, not from ARM_OIDC_TOKEN",
    'to do:   write it to a file: printf %s "$ARM_OIDC_TOKEN" > token; export TENANT_A_ARM_OIDC_TOKEN_FILE_PATH="$PWD/token"',
  );
}

function refusal(cluster: string, fault: string, ...lines: string[]): pulumi.RunError {
  return new pulumi.RunError(
    [
      `Cluster ${cluster} lets in only who signs in with Entra ID, and ${fault}. Nothing in Azure or Kubernetes was changed.`,
      ...lines.map((line) => `  ${line}`),
    ].join("\n"),
  );
}

function isOnPath(command: string, environment: Variables): boolean {
  const folders = (environment.PATH ?? environment.Path ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => [command, `${command}.exe`].some((name) => isExecutable(join(folder, name))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
