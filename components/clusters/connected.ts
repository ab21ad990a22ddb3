import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { checkIssuer, type NamedCluster } from "../../cluster-probe/check-issuer";
import { checkNamespaces } from "../../cluster-probe/check-namespaces";
import { checkWebhooks } from "../../cluster-probe/check-webhooks";
import { readKubeconfig } from "../../cluster-probe/kubeconfig";
import { openCluster } from "../../cluster-probe/open-cluster";
import type { Connected } from "../../config/cluster";
import { type ClusterPlace, existingPlace } from "../../config/clusters/place";
import type { IssuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import { connectedClusters } from "./arc-api";
import { type ArcEnabledCluster, checkArcEnabled } from "./arc-enabled";
import { readArcResource } from "./arc-reading";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { projectFolder } from "./project-folder";
import { unreadableCluster } from "./unreadable";

/**
 * Takes an Arc-enabled cluster that exists. Nothing of it is changed, and nothing is made but, where config gives a
 * kubeconfig, the provider of what comes into it.
 * @throws pulumi.RunError when it does not exist, cannot be trusted by tenant B, or the kubeconfig leads elsewhere
 */
export async function makeConnected(config: Connected, context: ClusterContext): Promise<ConnectedCluster> {
  const tenant = requiredTenantA(context);
  const { namespace, type } = connectedClusters;
  const place = existingPlace(`${namespace}/${type}`, config, tenant.subscriptionId);
  const cluster = await readCluster(place, context, tenant);
  const kubeconfig = config.kubeconfig && (await openAndCheck(config.kubeconfig, place, cluster.issuer, context));
  for (const warning of cluster.warnings) await pulumi.log.warn(warning);
  return new ConnectedCluster(place, cluster, kubeconfig, tenant);
}

/** An Arc-enabled cluster of tenant A that exists, and that the stack never deletes. */
export class ConnectedCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  /** Resource id of the connected cluster. */
  public readonly clusterId: pulumi.Output<string>;
  /** Issuer of its service account tokens, letter by letter as Azure reports it. */
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  /** Undefined without a kubeconfig: the stack then only says the issuer. */
  public readonly access: ClusterAccess | undefined;

  constructor(
    place: ClusterPlace,
    cluster: ArcEnabledCluster,
    kubeconfig: string | undefined,
    tenant: ConnectedTenant,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cross-tenant-identity:azure:ConnectedCluster", place.name, {}, { ...opts, provider: tenant.provider });
    this.name = place.name;
    this.clusterId = pulumi.output(cluster.id);
    this.oidcIssuerUrl = pulumi.output(cluster.issuer);
    this.access = kubeconfig === undefined ? undefined : this.open(place, kubeconfig);
    this.registerOutputs({ clusterId: this.clusterId, oidcIssuerUrl: this.oidcIssuerUrl });
  }

  private open({ id, name }: ClusterPlace, text: string): ClusterAccess {
    const kubeconfig = pulumi.secret(text);
    const kubernetes = new KubernetesProvider(
      name,
      // The cluster is the same whichever address or user a kubeconfig has for it.
      { kubeconfig, clusterIdentifier: id.toLowerCase(), enableServerSideApply: true },
      { parent: this },
    );
    return { kubeconfig, kubernetes, contentOptions: () => ({}) };
  }
}

async function readCluster(
  place: ClusterPlace,
  { runsWorkloads }: ClusterContext,
  tenant: ConnectedTenant,
): Promise<ArcEnabledCluster> {
  const { name, resourceGroup } = place;
  const { tenantId, subscriptionId } = tenant;
  const reading = await readArcResource(connectedClusters, { subscriptionId, resourceGroup, name }, tenant);
  if (reading.found !== undefined) {
    return checkArcEnabled(reading.found, { name, resourceGroup, tenantId, runsWorkloads });
  }
  throw unreadableCluster(`Arc-enabled cluster ${name}`, place, tenant, reading, {
    look: `az connectedk8s list --subscription ${subscriptionId} --query "[].{name:name, group:resourceGroup}" -o table`,
    or: `connect it: az connectedk8s connect -n ${name} -g ${resourceGroup} --enable-oidc-issuer --enable-workload-identity`,
  });
}

/** Asks the cluster behind the kubeconfig whether it is the one that Azure has the issuer of. */
async function openAndCheck(
  source: NonNullable<Connected["kubeconfig"]>,
  { name, resourceGroup }: ClusterPlace,
  issuer: IssuerUrl,
  { runsWorkloads, newNamespaces = [] }: ClusterContext,
): Promise<string> {
  const { yaml, context } = readKubeconfig(source, projectFolder(), process.env);
  const place: NamedCluster = {
    kind: "connected",
    name,
    resourceGroup,
    issuerFrom: "as Azure reports it: oidcIssuerProfile",
    kubeconfigFrom: `cluster.kubeconfig, context ${context}`,
  };
  const probe = await openCluster(yaml, `cluster ${name} (${place.kubeconfigFrom})`);
  checkIssuer(place, issuer, await probe.reportedIssuer());
  if (runsWorkloads) checkWebhooks(place, await probe.workloadIdentityWebhooks());
  await checkNamespaces(place, probe, newNamespaces);
  return yaml;
}
