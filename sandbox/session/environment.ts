import { delimiter, join } from "node:path";
import { projectRoot, type SandboxSession } from "./session.ts";

/**
 * Names that are reached directly although a proxy is set. Upper case only: the engine's gRPC clients read the
 * lower-case variables, and their connections stay on this machine anyway.
 */
const noProxy = "127.0.0.1,localhost";

/** The variables that lead a process to Azure's true host names inside the sandbox, and let it trust them. */
export function networkEnvironment(proxy: string, caFile: string): Record<string, string> {
  return { HTTPS_PROXY: proxy, NO_PROXY: noProxy, NODE_EXTRA_CA_CERTS: caFile };
}

/**
 * Everything that the sandbox sets for `pulumi`, `kubectl`, the SDKs and curl. The program itself does not know the
 * sandbox: with these variables it finds the simulated tenants where Azure would be.
 */
export function sandboxEnvironment(
  session: SandboxSession,
  inheritedPath = process.env.PATH ?? "",
): Record<string, string> {
  const path = [session.binDir, join(projectRoot, "node_modules", ".bin"), ...inheritedPath.split(delimiter)];
  const environment: Record<string, string> = {
    PATH: [...new Set(path.filter((folder) => folder !== ""))].join(delimiter),
    ...networkEnvironment(session.proxy, session.caFile),
    SSL_CERT_FILE: session.caBundleFile,
    CURL_CA_BUNDLE: session.caBundleFile,
    REQUESTS_CA_BUNDLE: session.caBundleFile,
    KUBECONFIG: session.kubeconfig,
    TMPDIR: join(session.stateDir, "tmp"), // an engine that is killed leaves files; they go with the sandbox
    PULUMI_HOME: session.pulumi.home,
    PULUMI_BACKEND_URL: session.pulumi.backendUrl,
    PULUMI_CONFIG_PASSPHRASE_FILE: session.pulumi.passphraseFile,
    PULUMI_CREDENTIAL_STORE: "plaintext",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  for (const tenant of session.tenants) {
    const prefix = environmentPrefix(tenant.key);
    environment[`${prefix}_ARM_CLIENT_ID`] = tenant.deployer.clientId;
    environment[`${prefix}_ARM_CLIENT_SECRET`] = tenant.deployer.clientSecret;
  }
  return environment;
}

/** `tenantA` → `TENANT_A`: the prefix of that tenant's ARM_* variables. */
function environmentPrefix(tenantKey: string): string {
  return tenantKey.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
}

/** The variables as lines that a POSIX shell can evaluate. */
export function shellExports(environment: Record<string, string>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
    .join("\n");
}
