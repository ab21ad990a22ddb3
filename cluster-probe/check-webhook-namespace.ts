import { RunError } from "@pulumi/pulumi";
import type { NamedCluster } from "./check-issuer";
import type { WebhookWish } from "./check-webhooks";
import type { FoundNamespace } from "./namespaces";
import { stackLabelKey } from "./webhooks";

/**
 * Looks at the namespace in which the stack is about to install the webhook, while no webhook is registered. One that is
 * somebody's, or a left-over, is neither taken over (it would go with the stack) nor left to the API server's refusal in the
 * middle of a deployment.
 * @returns a note when it is of an unfinished deployment of this stack
 * @throws RunError when it is not this stack's, or is just being deleted
 */
export function checkWebhookNamespace(
  cluster: NamedCluster,
  name: string,
  found: FoundNamespace | undefined,
  wish: WebhookWish,
): string | undefined {
  if (found === undefined) return undefined;
  if (found.terminating) {
    throw new RunError(
      [
        `Namespace ${name} of cluster ${cluster.name}, where the stack installs the workload identity webhook, is being deleted. Nothing in Azure or Kubernetes was changed.`,
        `  where:  ${cluster.kubeconfigFrom}`,
        `  to do:  kubectl wait --for=delete namespace/${name} --timeout=5m, then run \`pulumi up\` again`,
      ].join("\n"),
    );
  }
  const owner = found.labels[stackLabelKey];
  if (owner !== undefined && (owner === wish.stack || owner === wish.installedAs)) {
    return [
      `Namespace ${name} of cluster ${cluster.name} is there without its webhook: an earlier deployment of this stack did not come to its end, and this one goes on with it.`,
      "  Should something in it be said to exist already and not to be in the stack's state, that deployment was cut off. Then:",
      `  ${removal(name)}`,
    ].join("\n");
  }
  throw new RunError(
    [
      `Cluster ${cluster.name} has a namespace ${name} that this stack did not make, and no workload identity webhook. The stack installs the webhook in a namespace of this name. Nothing in Azure or Kubernetes was changed.`,
      `  found:  namespace ${name}${owner === undefined ? "" : `, made by stack ${owner}`} (${cluster.kubeconfigFrom})`,
      `  to do:  look whether somebody needs what is in it: kubectl get all --namespace ${name}`,
      "          A left-over (of Helm, or of a deployment that was cut off) goes with:",
      `            ${removal(name)}`,
      "          Somebody's own is theirs to finish: have the webhook installed there, and set cluster.webhook.install to never",
    ].join("\n"),
  );
}

/** What a webhook leaves outside of its namespace has the same fate. */
function removal(name: string): string {
  return `kubectl delete --ignore-not-found namespace/${name} clusterrole/azure-wi-webhook-manager-role clusterrolebinding/azure-wi-webhook-manager-rolebinding priorityclass/azure-wi-webhook`;
}
