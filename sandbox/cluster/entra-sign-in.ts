import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiException, type KubeConfig, RbacAuthorizationV1Api } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { namesOf } from "../tenants/azure-clouds.ts";
import type { AzureEnvironment, EntraIntegration } from "../tenants/cluster-backend.ts";
import { aksServerApplication } from "../tenants/entra/aks-sign-in.ts";

/** As AKS names it. */
const bindingName = "aks-cluster-admin-binding-aad";

/** The file of --authentication-config. The API server takes a change of it while it runs. */
export function authenticationFile(directory: string): string {
  return join(directory, "authentication.yaml");
}

/**
 * Says whose tokens the API server takes beside its own: those of a tenant of Microsoft Entra ID that are for AKS, with the
 * user and group names that AKS gives (learn.microsoft.com/azure/aks/concepts-identity: object ids). None without `entra`.
 */
export function writeAuthentication(
  directory: string,
  environment: AzureEnvironment,
  entra: EntraIntegration | undefined,
): void {
  const file = authenticationFile(directory);
  const text = stringify({
    apiVersion: "apiserver.config.k8s.io/v1beta1",
    kind: "AuthenticationConfiguration",
    jwt: entra === undefined ? [] : [authenticator(environment, entra)],
  });
  // In one step: the API server would read half a file.
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function authenticator(environment: AzureEnvironment, { tenantId, cloudPort, caFile }: EntraIntegration) {
  return {
    issuer: {
      // Tokens for AKS are of version 1.0.
      url: `https://${namesOf(environment).sts}/${tenantId}/`,
      // The cloud's own address: an API server has no proxy.
      discoveryURL: `https://127.0.0.1:${cloudPort}/${tenantId}/.well-known/openid-configuration`,
      certificateAuthority: readFileSync(caFile, "utf8"),
      audiences: [aksServerApplication],
    },
    claimMappings: {
      username: { claim: "oid", prefix: "" },
      groups: { claim: "groups", prefix: "" },
    },
  };
}

/** Lets the members of the admin groups do everything, and nobody else who signs in with Entra ID. */
export async function bindAdminGroups(admin: KubeConfig, entra: EntraIntegration | undefined): Promise<void> {
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  await rbac.deleteClusterRoleBinding({ name: bindingName }).catch((error: unknown) => {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
  });
  const groups = entra?.adminGroupObjectIds ?? [];
  if (groups.length === 0) return;
  await rbac.createClusterRoleBinding({
    body: {
      metadata: { name: bindingName },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: groups.map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name })),
    },
  });
}
