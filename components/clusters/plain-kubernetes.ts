import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { checkIssuer, type NamedCluster } from "../../cluster-probe/check-issuer";
import { checkNamespaces } from "../../cluster-probe/check-namespaces";
import { checkWebhookNamespace } from "../../cluster-probe/check-webhook-namespace";
import { borrowedWebhook, checkWebhooks, type WebhookWish } from "../../cluster-probe/check-webhooks";
import { readKubeconfig } from "../../cluster-probe/kubeconfig";
import { type ClusterProbe, openCluster } from "../../cluster-probe/open-cluster";
import { checkSameCluster, checkSigningKeys, issuerUse } from "../../cluster-probe/published-issuer-use";
import type { KeySet } from "../../cluster-probe/reported-issuer";
import type { FoundWebhook } from "../../cluster-probe/webhooks";
import type { PlainKubernetes } from "../../config/cluster";
import { type IssuerUrl, issuerFault, issuerUrl } from "../../federation/issuer";
import type { ClusterOutput } from "../../federation/outputs";
import { webhookNamespace } from "../webhook/chart";
import { WorkloadIdentityWebhook } from "../webhook/workload-identity-webhook";
import { whenKnown } from "../when-known";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { projectFolder } from "./project-folder";
import { PublishedIssuer } from "./published-issuer";

/**
 * Takes a cluster that somebody else runs. What it says of itself is compared with config before anything is made.
 * @throws pulumi.RunError when its API server is out of reach, it is another cluster than config means, or its webhooks are
 * not as config wants them.
 */
export async function makePlainKubernetes(cluster: PlainKubernetes, context: ClusterContext): Promise<Cluster> {
  const kubeconfig = readKubeconfig(cluster.kubeconfig, projectFolder(), process.env);
  const named: NamedCluster = {
    kind: "kubernetes",
    name: cluster.name,
    issuerFrom: "cluster.oidcIssuerUrl",
    kubeconfigFrom: `cluster.kubeconfig, context ${kubeconfig.context}`,
  };
  const probe = await openCluster(kubeconfig.yaml, `cluster ${cluster.name} (${named.kubeconfigFrom})`);
  const published = context.published?.name === cluster.replace ? undefined : context.published;
  const [reported, webhooks] = await Promise.all([probe.reportedIssuer(), probe.workloadIdentityWebhooks()]);
  if (cluster.oidcIssuerUrl !== undefined) checkIssuer(named, cluster.oidcIssuerUrl, reported);
  const publishes = cluster.publishIssuer === undefined ? undefined : await whatToPublish(named, probe, published);

  await checkNamespaces(named, probe, context.newNamespaces ?? []);

  // A cluster that runs nothing of this stack may well be without.
  const indifferent = !context.runsWorkloads && cluster.webhook.install === "never";
  const wish = { install: cluster.webhook.install, stack: context.stack, installedAs: published?.webhook };
  const installs = !indifferent && (await installsWebhook(named, probe, webhooks, wish));

  const found = { named, kubeconfig: kubeconfig.yaml, reported, installs, publishes, published };
  return new PlainKubernetesCluster(cluster, context, found);
}

/** Whether the stack makes the webhook, or goes on to have it. */
async function installsWebhook(
  named: NamedCluster,
  probe: ClusterProbe,
  webhooks: readonly FoundWebhook[],
  wish: WebhookWish,
): Promise<boolean> {
  if (checkWebhooks(named, webhooks, wish) === "there already") {
    const borrowed = borrowedWebhook(named, webhooks, wish);
    if (borrowed !== undefined) await pulumi.log.warn(borrowed);
    return false;
  }
  if (webhooks.length === 0) {
    const namespace = await probe.namespace(webhookNamespace);
    const unfinished = checkWebhookNamespace(named, webhookNamespace, namespace, wish);
    if (unfinished !== undefined) await pulumi.log.warn(unfinished);
  }
  return true;
}

/** The keys, of the cluster that is meant. */
async function whatToPublish(
  named: NamedCluster,
  probe: ClusterProbe,
  published: ClusterOutput | undefined,
): Promise<Publication> {
  const [keys, namespace] = await Promise.all([probe.keys(), probe.namespace("kube-system")]);
  if (namespace === undefined) throw new Error(`cluster ${named.name} has no namespace kube-system`);
  checkSameCluster(named, published?.uid, namespace.uid);
  checkSigningKeys(named, keys);
  return { keys, uid: namespace.uid };
}

/** What the stack publishes of a cluster. */
interface Publication {
  readonly keys: KeySet;
  /** By which the cluster is known again. */
  readonly uid: string;
}

interface Found {
  readonly named: NamedCluster;
  readonly kubeconfig: string;
  /** The issuer that the API server signs with, as far as it says so. */
  readonly reported: string | undefined;
  /** Whether the stack makes the webhook. */
  readonly installs: boolean;
  /** Undefined where the issuer is somebody else's to publish. */
  readonly publishes: Publication | undefined;
  /** What the stack last said of this same cluster. */
  readonly published: ClusterOutput | undefined;
}

/** A cluster of any make; the stack owns what it puts into it, never the cluster. */
export class PlainKubernetesCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  public readonly clusterId: pulumi.Output<string>;
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  public readonly access: ClusterAccess;
  public readonly remembered: Pick<ClusterOutput, "uid" | "webhook">;

  constructor(
    cluster: PlainKubernetes,
    context: ClusterContext,
    private readonly found: Found,
  ) {
    super("cross-tenant-identity:kubernetes:Cluster", cluster.name, {});
    this.name = cluster.name;
    this.oidcIssuerUrl = this.issuer(cluster, context, found);
    this.remembered = {
      ...(found.publishes === undefined ? {} : { uid: found.publishes.uid }),
      ...(found.installs ? { webhook: context.stack } : {}),
    };
    this.clusterId = this.oidcIssuerUrl.apply((issuer): string => issuer);

    const kubeconfig = pulumi.secret(found.kubeconfig);
    const kubernetes = new KubernetesProvider(
      cluster.name,
      {
        kubeconfig,
        clusterIdentifier: clusterIdentifier(cluster, found.publishes),
        enableServerSideApply: true,
        // A new default tenant then changes the webhook's settings in place, and its pods after them.
        enableConfigMapMutable: true,
      },
      { parent: this },
    );
    const webhook = found.installs
      ? new WorkloadIdentityWebhook(
          cluster.name,
          {
            kubernetes,
            stack: context.stack,
            tenantId: context.tenantId,
            environment: context.environment,
            replicas: cluster.webhook.replicas,
          },
          { parent: this },
        )
      : undefined;
    this.access = {
      kubeconfig,
      kubernetes,
      contentOptions: () => (webhook === undefined ? {} : { dependsOn: [webhook.registration] }),
    };
    this.registerOutputs({ clusterId: this.clusterId, oidcIssuerUrl: this.oidcIssuerUrl });
  }

  public async signsWith(issuer: pulumi.Output<IssuerUrl>): Promise<boolean | undefined> {
    const { named, publishes, reported, published } = this.found;
    if (publishes === undefined) return undefined;
    const wasInUse = published?.issuerInUse === true;
    const { inUse, note } = issuerUse(named, await whenKnown(issuer), reported, wasInUse);
    if (note !== undefined) await pulumi.log.warn(note);
    return inUse;
  }

  private issuer(
    cluster: PlainKubernetes,
    context: ClusterContext,
    { publishes, published }: Found,
  ): pulumi.Output<IssuerUrl> {
    const { oidcIssuerUrl, publishIssuer } = cluster;
    if (oidcIssuerUrl !== undefined) return pulumi.output(issuerUrl(oidcIssuerUrl));
    if (publishIssuer === undefined || publishes === undefined) {
      throw new Error("the cluster has neither issuer nor a place to publish it");
    }
    const last = published === undefined ? undefined : context.publishedIssuer;
    const args = {
      publish: publishIssuer,
      tenant: requiredTenantA(context),
      keys: publishes.keys,
      lastKnown: last !== undefined && issuerFault(last) === undefined ? issuerUrl(last) : undefined,
    };
    return new PublishedIssuer(cluster.name, args, { parent: this }).url;
  }
}

/**
 * What makes it another cluster, so that objects are then made anew. A kubeconfig of other credentials or another address
 * is the same cluster, and so is an issuer whose trailing slash was put right.
 */
function clusterIdentifier(
  { name, oidcIssuerUrl, publishIssuer }: PlainKubernetes,
  publishes: Publication | undefined,
): string {
  if (oidcIssuerUrl !== undefined) return [name, oidcIssuerUrl.replace(/\/$/, "")].join("/");
  return [name, publishIssuer?.storageAccount, publishes?.uid].join("/");
}
