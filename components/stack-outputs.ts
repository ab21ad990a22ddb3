import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../config/workload";
import type { ClusterOutput, ServiceAccountOutput } from "../federation/outputs";
import type { Cluster } from "./clusters/cluster";
import type { UserAssignedIdentity } from "./user-assigned-identity";

/**
 * Outputs of the tenant A side. The service accounts are listed even while their workloads wait, so that B can compare.
 * `description` is what this stack's next deployment compares its config with (plan/cluster-change.ts).
 */
export function clusterOutputs(cluster: Cluster, workloads: readonly Workload[], description?: ClusterOutput) {
  return {
    ...(description === undefined ? {} : { cluster: description }),
    oidcIssuerUrl: cluster.oidcIssuerUrl,
    clusterId: cluster.clusterId,
    serviceAccounts: workloads.map(
      ({ namespace, serviceAccount, identity, name }): ServiceAccountOutput => ({
        namespace,
        name: serviceAccount,
        identity: typeof identity === "string" ? identity : identity.clientId,
        workload: name,
      }),
    ),
    ...(cluster.access ? { kubeconfig: cluster.access.kubeconfig } : {}),
    ...(cluster.sshPrivateKey ? { sshPrivateKey: cluster.sshPrivateKey } : {}),
  };
}

/** Outputs of the tenant B side, with the ids on their own when there is just one identity. */
export function identityOutputs(identities: ReadonlyMap<string, UserAssignedIdentity>) {
  const [only, ...others] = identities.values();
  if (only === undefined) return {};
  const outputs = pulumi.output(
    Object.fromEntries([...identities].map(([name, identity]) => [name, identity.output()])),
  );
  if (others.length > 0) return { identities: outputs };
  const { clientId, tenantId, subscriptionId } = only;
  return { identities: outputs, clientId, tenantId, subscriptionId };
}

/**
 * Says what the cluster is before it is made. The engine keeps the last outputs that it was told, also when the deployment
 * fails or is interrupted afterwards (pulumi, deployment_executor.go, "Finalize the stack outputs"): so the next one knows
 * the cluster that may stand already. A program that fails before it asks for any resource takes it back.
 */
export function announceCluster(cluster: ClusterOutput): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack !== undefined) pulumi.runtime.registerResourceOutputs(stack, { cluster });
}
