import { RunError } from "@pulumi/pulumi";
import type { NamedCluster } from "./check-issuer";
import type { FoundNamespace } from "./namespaces";
import type { ClusterProbe } from "./open-cluster";

/**
 * Looks for the namespaces that a stack makes in its first deployment. The API server would refuse one that is there, in
 * the middle of the deployment, and its text knows nothing of the config.
 * @param names those that the workloads ask for with `createNamespace`; empty once the stack has made them
 * @throws RunError for the first one that is not this stack's to make
 */
export async function checkNamespaces(
  cluster: NamedCluster,
  probe: Pick<ClusterProbe, "namespace">,
  names: readonly string[],
): Promise<void> {
  for (const name of new Set(names)) {
    const found = await probe.namespace(name);
    if (found === undefined || (ofPulumi(found) && !found.terminating)) continue;
    throw found.terminating ? going(cluster, name) : inTheWay(cluster, name);
  }
}

/**
 * A first deployment that was cut off leaves namespaces that this one goes on with. What pulumi-kubernetes makes names it
 * as the manager of its fields, always (pulumi-kubernetes pull request 2271).
 */
function ofPulumi({ managers }: FoundNamespace): boolean {
  return managers.some((manager) => manager.startsWith("pulumi-"));
}

function inTheWay(cluster: NamedCluster, name: string): RunError {
  return new RunError(
    [
      `Cluster ${cluster.name} has a namespace ${name} already, and this stack is to make it. Nothing in Azure or Kubernetes was changed.`,
      `  where:  createNamespace of the workloads in ${name} (${cluster.kubeconfigFrom})`,
      "  to do:  take createNamespace out of these workloads: the stack uses the namespace then, and never deletes it.",
      `          A left-over that nobody needs: kubectl get all --namespace ${name}; kubectl delete namespace ${name}`,
    ].join("\n"),
  );
}

function going(cluster: NamedCluster, name: string): RunError {
  return new RunError(
    [
      `Namespace ${name} of cluster ${cluster.name}, which this stack is to make, is being deleted. Nothing in Azure or Kubernetes was changed.`,
      `  where:  createNamespace of the workloads in ${name} (${cluster.kubeconfigFrom})`,
      `  to do:  kubectl wait --for=delete namespace/${name} --timeout=5m, then run \`pulumi up\` again`,
    ].join("\n"),
  );
}
