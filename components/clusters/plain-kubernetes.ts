import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterPlace, checkIssuer } from "../../cluster-probe/check-issuer";
import { borrowedWebhook, checkWebhooks } from "../../cluster-probe/check-webhooks";
import { readKubeconfig } from "../../cluster-probe/kubeconfig";
import { openCluster } from "../../cluster-probe/open-cluster";
import { checkSigningKeys, issuerNotInUse } from "../../cluster-probe/published-issuer-use";
import type { KeySet } from "../../cluster-probe/reported-issuer";
import type { PlainKubernetes } from "../../config/cluster";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import { WorkloadIdentityWebhook } from "../webhook/workload-identity-webhook";
import { whenKnown } from "../when-known";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { PublishedIssuer } from "./published-issuer";

/**
 * Takes a cluster that somebody else runs. What it says of itself is compared with config before anything is made.
 * @throws pulumi.RunError when its API server is out of reach, it is another cluster than config means, or its webhooks are
 * not as config wants them.
 */
export async function makePlainKubernetes(cluster: PlainKubernetes, context: ClusterContext): Promise<Cluster> {
  const kubeconfig = readKubeconfig(cluster.kubeconfig, pulumi.getRootDirectory(), process.env);
  const place: ClusterPlace = {
    kind: "kubernetes",
    name: cluster.name,
    issuerFrom: "cluster.oidcIssuerUrl",
    kubeconfigFrom: `cluster.kubeconfig, context ${kubeconfig.context}`,
  };
  const probe = await openCluster(kubeconfig.yaml, `cluster ${cluster.name} (${place.kubeconfigFrom})`);
  const [reported, webhooks] = await Promise.all([probe.reportedIssuer(), probe.workloadIdentityWebhooks()]);
  if (cluster.oidcIssuerUrl !== undefined) checkIssuer(place, cluster.oidcIssuerUrl, reported);

  // A cluster that runs nothing of this stack may well be without.
  const { install } = cluster.webhook;
  const indifferent = !context.runsWorkloads && install === "never";
  const wish = { install, stack: context.stack };
  const installs = !indifferent && checkWebhooks(place, webhooks, wish) === "installed by the stack";

  const borrowed = installs ? undefined : borrowedWebhook(place, webhooks, wish);
  if (borrowed !== undefined) await pulumi.log.warn(borrowed);

  const keys = cluster.publishIssuer === undefined ? undefined : await probe.keys();
  if (keys !== undefined) checkSigningKeys(place, keys);

  const made = new PlainKubernetesCluster(cluster, context, { kubeconfig: kubeconfig.yaml, installs, keys });
  if (keys !== undefined) await holdBackUntilInUse(made, place, reported);
  return made;
}

/** Tokens of an issuer that nobody trusts are of no use: workloads wait until the API server signs with the published one. */
async function holdBackUntilInUse(
  made: PlainKubernetesCluster,
  place: ClusterPlace,
  reported: string | undefined,
): Promise<void> {
  // Before there is a storage account, no API server can be set to it.
  const published = await whenKnown(made.oidcIssuerUrl);
  if (published === reported && published !== undefined) return;
  if (published !== undefined && reported === undefined) {
    return pulumi.log.warn(
      `Cluster ${place.name} does not let the kubeconfig's user see its issuer, so nobody compared it with the published one, ${published}.`,
    );
  }
  made.holdBack();
  if (published !== undefined && reported !== undefined) {
    await pulumi.log.warn(issuerNotInUse(place, published, reported));
  }
}

interface Found {
  readonly kubeconfig: string;
  /** Whether the stack makes the webhook. */
  readonly installs: boolean;
  /** The cluster's keys, when the stack publishes them. */
  readonly keys: KeySet | undefined;
}

/** A cluster of any make; the stack owns what it puts into it, never the cluster. */
export class PlainKubernetesCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  public readonly clusterId: pulumi.Output<string>;
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  private held = false;
  private readonly way: ClusterAccess;

  constructor(cluster: PlainKubernetes, context: ClusterContext, found: Found) {
    super("cross-tenant-identity:kubernetes:Cluster", cluster.name, {});
    this.name = cluster.name;
    this.oidcIssuerUrl = this.issuer(cluster, context, found.keys);
    this.clusterId = this.oidcIssuerUrl.apply((issuer): string => issuer);

    const kubeconfig = pulumi.secret(found.kubeconfig);
    const kubernetes = new KubernetesProvider(
      cluster.name,
      {
        kubeconfig,
        clusterIdentifier: clusterIdentifier(cluster),
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
    this.way = {
      kubeconfig,
      kubernetes,
      contentOptions: () => (webhook === undefined ? {} : { dependsOn: [webhook.registration] }),
    };
    this.registerOutputs({ clusterId: this.clusterId, oidcIssuerUrl: this.oidcIssuerUrl });
  }

  public get access(): ClusterAccess | undefined {
    return this.held ? undefined : this.way;
  }

  /** From now on the cluster takes no workloads. */
  public holdBack(): void {
    this.held = true;
  }

  private issuer(
    cluster: PlainKubernetes,
    context: ClusterContext,
    keys: KeySet | undefined,
  ): pulumi.Output<IssuerUrl> {
    const { oidcIssuerUrl, publishIssuer } = cluster;
    if (oidcIssuerUrl !== undefined) return pulumi.output(issuerUrl(oidcIssuerUrl));
    if (publishIssuer === undefined || keys === undefined) {
      throw new Error("the cluster has neither issuer nor a place to publish it");
    }
    const args = { publish: publishIssuer, tenant: requiredTenantA(context), keys };
    return new PublishedIssuer(cluster.name, args, { parent: this }).url;
  }
}

/**
 * What makes it another cluster, so that objects are then made anew. A kubeconfig of other credentials or another address
 * is the same cluster, and so is an issuer whose trailing slash was put right.
 */
function clusterIdentifier({ name, oidcIssuerUrl, publishIssuer }: PlainKubernetes): string {
  return [name, oidcIssuerUrl?.replace(/\/$/, "") ?? publishIssuer?.storageAccount].join("/");
}
