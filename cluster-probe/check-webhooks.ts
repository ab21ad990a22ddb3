import { RunError } from "@pulumi/pulumi";
import type { NamedCluster } from "./check-issuer";
import { type FoundWebhook, stackLabelKey } from "./webhooks";

/** What config says about the webhook of a cluster that has no managed one. */
export interface WebhookWish {
  readonly install: "auto" | "always" | "never";
  /** The label value by which this stack knows its own webhook again. */
  readonly stack: string;
  /**
   * That of the webhook which this stack installed, as its outputs last said it: a stack that was renamed, or moved to another
   * backend, had another value then.
   */
  readonly installedAs?: string | undefined;
}

/** Whether the stack makes the webhook (or goes on to have it), or leaves the one that is there. */
export type WebhookDecision = "installed by the stack" | "there already";

/**
 * Workload pods need exactly one webhook that answers. Two would both mutate a pod, and which of them wins is by chance;
 * none leaves the pod without a token; a dead one has every such pod refused.
 * @param wish of kind `kubernetes`; every other kind has a webhook that Azure manages
 * @throws RunError
 */
export function checkWebhooks(
  place: NamedCluster,
  found: readonly FoundWebhook[],
  wish?: WebhookWish,
): WebhookDecision {
  const own = found.filter((webhook) => isOwn(webhook, wish));
  const foreign = found.filter((webhook) => !own.includes(webhook));
  // With `never` the stack's own is about to go.
  const staying = wish?.install === "never" ? foreign : found;
  if (staying.length > 1) throw two(place, staying, wish);
  const [only] = foreign;
  // The stack would delete its own objects, and those are known by name.
  if (only !== undefined && wish?.installedAs !== undefined && own.length === 0) throw takenOver(place, only, wish);
  if (only !== undefined) {
    if (wish?.install === "always") throw inTheWay(place, only);
    if (only.healthy === false) throw unhealthy(place, only);
    return "there already";
  }
  if (wish === undefined || wish.install === "never") throw absent(place, own.length > 0);
  return "installed by the stack";
}

/** Whether this stack installed it, under the name that it has or had. */
function isOwn({ stack }: FoundWebhook, wish: WebhookWish | undefined): boolean {
  return stack !== undefined && wish !== undefined && (stack === wish.stack || stack === wish.installedAs);
}

/**
 * Says that the webhook in use belongs to another stack, with which it would go; undefined when it does not. A stack that was
 * renamed before it ever was deployed to the end looks like another one too, and would take its webhook out.
 */
export function borrowedWebhook(
  place: NamedCluster,
  found: readonly FoundWebhook[],
  wish: WebhookWish,
): string | undefined {
  const borrowed = found.find((webhook) => webhook.stack !== undefined && !isOwn(webhook, wish));
  if (borrowed === undefined) return undefined;
  return [
    `Cluster ${place.name} uses the workload identity webhook that stack ${borrowed.stack} installed; it goes when that stack is destroyed.`,
    `  If this stack was ${borrowed.stack} before it was renamed, keep the webhook: kubectl label mutatingwebhookconfiguration ${borrowed.configuration} ${stackLabelKey}=${wish.stack} --overwrite`,
  ].join("\n");
}

function two(place: NamedCluster, found: readonly FoundWebhook[], wish: WebhookWish | undefined): RunError {
  const own = found.find((webhook) => isOwn(webhook, wish));
  return new RunError(
    [
      `Cluster ${place.name} has ${found.length} workload identity webhooks, and only one may mutate pods. Nothing in Azure or Kubernetes was changed.`,
      ...found.map((webhook) => `  found:  ${described(webhook, wish)}`),
      own === undefined
        ? `  to do:  ${tooMany(place)}`
        : "  to do:  keep the other one with cluster.webhook.install: never; this stack then removes its own. Or uninstall the other one",
    ].join("\n"),
  );
}

function inTheWay(place: NamedCluster, webhook: FoundWebhook): RunError {
  return new RunError(
    [
      `Cluster ${place.name} has a workload identity webhook already, and config wants another one. Nothing in Azure or Kubernetes was changed.`,
      `  found:   ${described(webhook, undefined)}`,
      "  config:  cluster.webhook.install: always",
      "  to do:   set cluster.webhook.install to auto, which uses the one that is there; or uninstall that one first",
    ].join("\n"),
  );
}

function takenOver(place: NamedCluster, webhook: FoundWebhook, wish: WebhookWish): RunError {
  return new RunError(
    [
      `This stack installed the workload identity webhook of cluster ${place.name}, and the one that is there now is not marked as its own. Removing its own objects, the stack would remove this one. Nothing in Azure or Kubernetes was changed.`,
      `  found:  ${described(webhook, wish)}`,
      "  to do:  where it is this stack's still (somebody changed the label):",
      `            kubectl label mutatingwebhookconfiguration ${webhook.configuration} ${stackLabelKey}=${wish.stack} --overwrite`,
      "          where somebody else has installed it since, have the stack forget its own (the URN: pulumi stack --show-urns):",
      "            pulumi state delete --target-dependents 'URN of the WorkloadIdentityWebhook'",
      "            pulumi up",
    ].join("\n"),
  );
}

function unhealthy(place: NamedCluster, webhook: FoundWebhook): RunError {
  const namespace = webhook.namespace ?? "NAMESPACE";
  return new RunError(
    [
      `The workload identity webhook of cluster ${place.name} does not answer: the API server would refuse every workload pod. Nothing in Azure or Kubernetes was changed.`,
      `  found:  ${described(webhook, undefined)}, without a ready endpoint or without its certificate authority`,
      `  to do:  kubectl get pods,endpointslices --namespace ${namespace}; kubectl logs --namespace ${namespace} deployment/azure-wi-webhook-controller-manager`,
    ].join("\n"),
  );
}

function absent(place: NamedCluster, goes: boolean): RunError {
  const none = goes ? "would be left without a workload identity webhook" : "has no workload identity webhook";
  return new RunError(
    [
      `Cluster ${place.name} ${none}, so its pods would get no token for Azure. Nothing in Azure or Kubernetes was changed.`,
      `  where:  MutatingWebhookConfigurations of the cluster (${place.kubeconfigFrom})`,
      `  to do:  ${remedy(place)}`,
    ].join("\n"),
  );
}

/** What Azure installed comes again until it is switched off there. */
function tooMany({ kind, name, resourceGroup = "GROUP" }: NamedCluster): string {
  const delivered = "helm list --all-namespaces; kubectl delete mutatingwebhookconfiguration NAME";
  const own = {
    aks: { whose: "AKS's own", namespace: "kube-system", command: "az aks update" },
    existingAks: { whose: "AKS's own", namespace: "kube-system", command: "az aks update" },
    aksArc: undefined,
    connected: { whose: "Arc's own", namespace: "arc-workload-identity", command: "az connectedk8s update" },
    kubernetes: undefined,
  }[kind];
  if (own === undefined) return `remove those that nobody needs: ${delivered}`;
  return [
    `keep ${own.whose} (namespace ${own.namespace}) and remove the others: ${delivered}`,
    `          ${own.whose} goes only when workload identity is switched off; the cluster is then one of kind kubernetes:`,
    `            ${own.command} --resource-group ${resourceGroup} --name ${name} --disable-workload-identity`,
  ].join("\n");
}

function remedy({ kind, name, resourceGroup = "GROUP" }: NamedCluster): string {
  const place = `--resource-group ${resourceGroup} --name ${name}`;
  // Azure says of such a cluster that the feature is on: switching it on once more would change nothing.
  const again = (command: string, namespace: string) =>
    [
      `Azure has workload identity on, so its webhook should be there: kubectl get pods --namespace ${namespace}. Switch it off and on again:`,
      `            ${command} ${place} --disable-workload-identity`,
      `            ${command} ${place} --enable-workload-identity`,
      "          Should it not come back, it is a case for Azure support",
    ].join("\n");
  switch (kind) {
    case "kubernetes":
      return "set cluster.webhook.install to auto, and the stack installs it; or install it yourself: https://azure.github.io/azure-workload-identity/docs/installation.html";
    case "aks":
      return `pulumi up --refresh mends it; by hand: az aks update ${place} --enable-oidc-issuer --enable-workload-identity`;
    case "existingAks":
      return again("az aks update", "kube-system");
    case "connected":
      return again("az connectedk8s update", "arc-workload-identity");
    case "aksArc":
      return "AKS Arc installs it when the cluster is made with workload identity, and at no later time: look at the pods of namespace arc-workload-identity, else make a new cluster";
  }
}

function described(webhook: FoundWebhook, wish: WebhookWish | undefined): string {
  const by =
    webhook.stack === undefined
      ? (webhook.managedBy ?? "unknown")
      : isOwn(webhook, wish)
        ? "this stack"
        : `stack ${webhook.stack}`;
  return `${webhook.configuration} (namespace ${webhook.namespace ?? "none, called by URL"}, managed by ${by})`;
}
