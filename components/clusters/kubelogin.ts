import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { SignIn } from "../tenant-provider";

/** How kubelogin gets a token; its `--login` (azure.github.io/kubelogin, "Login Modes"). */
type LoginMethod = "azurecli" | "spn" | "workloadidentity" | "msi";

const execUserSchema = z.looseObject({
  name: z.string(),
  user: z.looseObject({
    exec: z.looseObject({ command: z.string(), args: z.array(z.string()).default([]) }).optional(),
  }),
});
const kubeconfigSchema = z.looseObject({ users: z.array(execUserSchema) });

/** Whether a kubeconfig signs in by kubelogin, as AKS writes it for clusters with Entra ID. */
export function needsKubelogin(kubeconfig: string): boolean {
  const { data } = kubeconfigSchema.safeParse(parse(kubeconfig));
  return data?.users.some(({ user }) => isKubelogin(user.exec?.command)) ?? false;
}

function isKubelogin(command: string | undefined): boolean {
  return command !== undefined && /(^|[\\/])kubelogin(\.exe)?$/i.test(command);
}

/**
 * What `kubelogin convert-kubeconfig` does: AKS's kubeconfig asks for a device code, which nobody types during a
 * deployment; this one signs in as tenant A's deployer does. Secrets stay in the environment of the process.
 */
export function convertedKubeconfig(kubeconfig: string, tenantId: string, signIn: SignIn): string {
  const content = kubeconfigSchema.parse(parse(kubeconfig));
  const users = content.users.map((entry) => {
    const { exec } = entry.user;
    if (exec === undefined || !isKubelogin(exec.command)) return entry;
    const serverId = argument(exec.args, "--server-id");
    if (serverId === undefined) throw new Error("the kubeconfig that AKS gave has no --server-id for kubelogin");
    const args = [
      "get-token",
      "--login",
      loginMethod(signIn),
      "--server-id",
      serverId,
      ...loginArguments(tenantId, signIn, exec.args),
    ];
    return { ...entry, user: { exec: { ...exec, command: "kubelogin", args } } };
  });
  return stringify({ ...content, users });
}

function loginArguments(tenantId: string, signIn: SignIn, given: readonly string[]): string[] {
  const client = signIn.clientId === undefined ? [] : ["--client-id", signIn.clientId];
  switch (loginMethod(signIn)) {
    case "msi":
      return client;
    case "azurecli":
      // The CLI may be signed in to both tenants.
      return ["--tenant-id", tenantId];
    case "workloadidentity": {
      const file = signIn.tokenFile === undefined ? [] : ["--federated-token-file", signIn.tokenFile];
      return [...client, "--tenant-id", tenantId, ...file];
    }
    case "spn": {
      const environment = argument(given, "--environment");
      return [...client, "--tenant-id", tenantId, ...(environment === undefined ? [] : ["--environment", environment])];
    }
  }
}

function loginMethod({ way }: SignIn): LoginMethod {
  switch (way) {
    case "clientSecret":
    case "clientCertificatePath":
      return "spn";
    case "useOidc":
      return "workloadidentity";
    case "useMsi":
      return "msi";
    default:
      return "azurecli";
  }
}

function argument(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args[at + 1];
}

/** Variables that kubelogin takes the deployer's secret from (kubelogin, internal/env/variables.go). */
const secretVariables = {
  clientSecret: ["AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "AZURE_CLIENT_SECRET"],
  clientCertificatePath: ["AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE", "AZURE_CLIENT_CERTIFICATE_PATH"],
} as const;

/**
 * Checks that the Kubernetes provider, which starts with this process's environment, will be able to sign in.
 * @throws pulumi.RunError that says what to install or to set.
 */
export function checkKubelogin(cluster: string, signIn: SignIn, environment: NodeJS.ProcessEnv): void {
  if (!isOnPath("kubelogin", environment)) {
    throw new pulumi.RunError(
      [
        `Cluster ${cluster} lets in only who signs in with Entra ID, and kubelogin, which does that, is not on PATH. Nothing was deployed.`,
        "  to do:   install it: az aks install-cli, or https://azure.github.io/kubelogin/install.html",
      ].join("\n"),
    );
  }
  if (signIn.way !== "clientSecret" && signIn.way !== "clientCertificatePath") return;
  const [variable, ...others] = secretVariables[signIn.way];
  if ([variable, ...others].some((name) => environment[name])) return;
  const own = signIn.way === "clientSecret" ? "TENANT_A_ARM_CLIENT_SECRET" : "TENANT_A_ARM_CLIENT_CERTIFICATE_PATH";
  throw new pulumi.RunError(
    [
      `Cluster ${cluster} lets in only who signs in with Entra ID, and kubelogin has no secret of tenant A's deployer${signIn.clientId === undefined ? "" : ` (client ${signIn.clientId})`}. Nothing was deployed.`,
      "  cause:   kubelogin looks in the environment; the kubeconfig, which is in the state, carries no secret",
      `  to do:   export ${variable}="$${own}"${signIn.clientId === undefined ? "" : ` AAD_SERVICE_PRINCIPAL_CLIENT_ID=${signIn.clientId}`}`,
    ].join("\n"),
  );
}

function isOnPath(command: string, environment: NodeJS.ProcessEnv): boolean {
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
