import { parse, stringify } from "yaml";
import { z } from "zod";
import { cloudOf } from "../../federation/clouds";
import type { ConnectedTenant, SignIn } from "../tenant-provider";

/** How kubelogin gets a token; its `--login` (azure.github.io/kubelogin, "Login Modes"). */
type LoginMethod = "azurecli" | "spn" | "workloadidentity" | "msi";

/** Who signs in to the cluster, and where. */
export type Deployer = Pick<ConnectedTenant, "tenantId" | "environment" | "signIn">;

const variableSchema = z.object({ name: z.string(), value: z.string() });
const execUserSchema = z.looseObject({
  name: z.string(),
  user: z.looseObject({
    exec: z
      .looseObject({
        command: z.string(),
        args: z.array(z.string()).default([]),
        env: z.array(variableSchema).nullish(),
      })
      .optional(),
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
export function convertedKubeconfig(kubeconfig: string, deployer: Deployer): string {
  const content = kubeconfigSchema.parse(parse(kubeconfig));
  const users = content.users.map((entry) => {
    const { exec } = entry.user;
    if (exec === undefined || !isKubelogin(exec.command)) return entry;
    const serverId = argument(exec.args, "--server-id");
    if (serverId === undefined) throw new Error("the kubeconfig that AKS gave has no --server-id for kubelogin");
    const args = [
      "get-token",
      "--login",
      loginMethod(deployer.signIn),
      "--server-id",
      serverId,
      ...loginArguments(deployer, argument(exec.args, "--environment")),
    ];
    const own = loginVariables(deployer);
    const env = [...(exec.env ?? []).filter(({ name }) => !own.some((variable) => variable.name === name)), ...own];
    return { ...entry, user: { exec: { ...exec, command: "kubelogin", args, env } } };
  });
  return stringify({ ...content, users });
}

function loginArguments({ tenantId, signIn }: Deployer, cloud: string | undefined): string[] {
  const client = signIn.clientId === undefined ? [] : ["--client-id", signIn.clientId];
  const environment = cloud === undefined ? [] : ["--environment", cloud];
  switch (loginMethod(signIn)) {
    case "msi":
      return client;
    case "azurecli":
      // The CLI may be signed in to both tenants.
      return ["--tenant-id", tenantId];
    case "workloadidentity": {
      const file = signIn.tokenFile === undefined ? [] : ["--federated-token-file", signIn.tokenFile];
      return [...client, "--tenant-id", tenantId, ...environment, ...file];
    }
    case "spn":
      return [...client, "--tenant-id", tenantId, ...environment];
  }
}

/**
 * The same once more as variables, and no secret among them: kubelogin lets the environment win over its arguments
 * (pkg/internal/token/options.go, UpdateFromEnv), and there may lie what signs in to the other tenant. An empty one
 * wins too, and so takes away what the environment has.
 */
function loginVariables({ tenantId, environment, signIn }: Deployer): { name: string; value: string }[] {
  const method = loginMethod(signIn);
  const { clientId, tokenFile } = signIn;
  return Object.entries({
    AAD_LOGIN_METHOD: method,
    AZURE_TENANT_ID: tenantId,
    ...(clientId !== undefined || method === "msi" ? { AZURE_CLIENT_ID: clientId ?? "" } : {}),
    // kubelogin prefers a certificate to a secret.
    ...(signIn.way === "clientSecret" ? { AZURE_CLIENT_CERTIFICATE_PATH: "" } : {}),
    ...(method === "workloadidentity" ? { AZURE_AUTHORITY_HOST: cloudOf(environment).authority } : {}),
    // And GitHub's token to a file.
    ...(method === "workloadidentity" && tokenFile !== undefined
      ? { AZURE_FEDERATED_TOKEN_FILE: tokenFile, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" }
      : {}),
  }).map(([name, value]) => ({ name, value }));
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
