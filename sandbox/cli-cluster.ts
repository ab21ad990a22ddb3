import { adminRequest } from "./session/inventory.ts";
import type { SandboxSession } from "./session/session.ts";
import { SandboxError } from "./session/start.ts";
import type { ClusterListing } from "./tenants/admin-clusters.ts";

export const clusterUsage = `  cluster list                          every cluster that runs, with its issuer
  cluster add NAME                      a Kubernetes cluster that is no Azure resource, as on EKS
                                        (--issuer URL, --unpublished: its documents are served nowhere)
  cluster rotate-keys NAME add|retire   a new signing key beside the old one; then the new one alone
  cluster issuer NAME URL               sign for another issuer
  cluster remove NAME                   end a cluster that was added`;

/** `npm run sandbox -- cluster …` @returns false when the words make no command. */
export async function clusterCommand(
  session: SandboxSession,
  words: string[],
  options: { issuer: string | undefined; unpublished: boolean },
): Promise<boolean> {
  const [verb, name = "", more = "", ...rest] = words;
  const path = `/sandbox/clusters/${encodeURIComponent(name)}`;
  if (verb === "list" && name === "") {
    await list(session);
  } else if (verb === "add" && name !== "" && more === "") {
    const body = { name, publish: !options.unpublished, ...(options.issuer ? { issuerUrl: options.issuer } : {}) };
    const added = await admin<ClusterListing>(session, "POST", "/sandbox/clusters", body);
    console.log(`The cluster ${added.context} runs.\n${describe(added)}`);
  } else if (verb === "rotate-keys" && (more === "add" || more === "retire") && rest.length === 0) {
    await admin(session, "POST", `${path}/signing-keys`, { step: more });
    console.log(
      more === "add"
        ? `A new key signs the tokens of ${name}; its issuer serves the former one too.`
        : `The issuer of ${name} serves only the key that signs now.`,
    );
  } else if (verb === "issuer" && name !== "" && more !== "" && rest.length === 0) {
    console.log(describe(await admin<ClusterListing>(session, "PUT", `${path}/issuer`, { issuerUrl: more })));
  } else if (verb === "remove" && name !== "" && more === "") {
    await admin(session, "DELETE", path);
    console.log(`The cluster ${name} is gone.`);
  } else {
    return false;
  }
  return true;
}

async function list(session: SandboxSession): Promise<void> {
  const clusters = await admin<ClusterListing[]>(session, "GET", "/sandbox/clusters");
  console.log(clusters.length === 0 ? "No cluster runs." : clusters.map(describe).join("\n"));
}

function describe({ context, kind, issuerUrl, kubeconfigFile, tenant }: ClusterListing): string {
  const owner = tenant === undefined ? "no tenant" : tenant;
  const kubeconfig = kubeconfigFile === undefined ? "" : `\n  kubeconfig: ${kubeconfigFile}`;
  return `${context} (${kind}, ${owner})\n  issuer:     ${issuerUrl}${kubeconfig}`;
}

async function admin<Answer>(
  session: SandboxSession,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer> {
  try {
    return await adminRequest<Answer>(session, method, path, body);
  } catch (error) {
    throw new SandboxError(error instanceof Error ? error.message : String(error));
  }
}
