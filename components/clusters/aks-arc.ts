import { getClientTokenOutput } from "@pulumi/azure-native/authorization/getClientToken";
import { Resource } from "@pulumi/azure-native/resources/resource";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { AksArc } from "../../config/cluster";
import { cloudOf } from "../../federation/clouds";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import { ArcAdminKubeconfig } from "./arc-admin-kubeconfig";
import { ArcAgents } from "./arc-agents";
import { connectedClusters, instanceParent, provisionedClusterInstances } from "./arc-api";
import { type AzureLocalPlace, findAzureLocalPlace } from "./arc-place";
import { readStandingPools, type StandingPools } from "./arc-pools";
import {
  connectedClusterProperties,
  instanceProperties,
  neverChanged,
  writtenByAgents,
  writtenByAzureLocal,
} from "./arc-properties";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { confirmedReplacement } from "./confirmed-replacement";
import { startDynamicProvider } from "./dynamic-provider";
import { PodDisruptionBudgetRemoval } from "./pod-disruption-budgets";
import { SshKey } from "./ssh-key";

/**
 * Makes an AKS Arc cluster on Azure Local.
 * @throws pulumi.RunError when the place for it is not there.
 */
export async function makeAksArc(cluster: AksArc, context: ClusterContext): Promise<AksArcCluster> {
  const tenant = requiredTenantA(context);
  const [place, pools] = await Promise.all([findAzureLocalPlace(cluster, tenant), readStandingPools(cluster, tenant)]);
  // A replacement begins with a deletion that a dynamic resource does, that of the PodDisruptionBudgets.
  await startDynamicProvider();
  return new AksArcCluster(cluster, place, pools, tenant, context.confirmedChanges);
}

/** A cluster on Azure Local: a connected cluster in Azure, and the instance of it that Azure Local runs. */
export class AksArcCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  /** Resource id of the connected cluster. */
  public readonly clusterId: pulumi.Output<string>;
  /** Issuer of its service account tokens, letter by letter as Azure reports it. */
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  public readonly access: ClusterAccess;
  /** Private key for the nodes (PEM, a secret), where the stack made one. */
  public readonly sshPrivateKey: pulumi.Output<string> | undefined;

  constructor(
    cluster: AksArc,
    place: AzureLocalPlace,
    pools: StandingPools,
    tenant: ConnectedTenant,
    confirmedChanges: readonly string[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cross-tenant-identity:azure:AksArcCluster", cluster.name, {}, { ...opts, provider: tenant.provider });
    this.name = cluster.name;
    const { location } = tenant;
    const tags = { ...tenant.tags, ...cluster.tags };
    const own = { parent: this, protect: cluster.protect };

    const resourceGroup = new ResourceGroup(
      cluster.resourceGroup,
      { resourceGroupName: cluster.resourceGroup, location, tags },
      own,
    );

    const connected = new Resource(
      cluster.name,
      {
        apiVersion: connectedClusters.apiVersion,
        resourceGroupName: madeWith(resourceGroup, cluster.resourceGroup),
        resourceProviderNamespace: connectedClusters.namespace,
        parentResourcePath: "",
        resourceType: connectedClusters.type,
        resourceName: cluster.name,
        kind: "ProvisionedCluster",
        location,
        tags,
        identity: { type: "SystemAssigned" },
        properties: connectedClusterProperties(cluster, tenant),
      },
      {
        ...own,
        ignoreChanges: [...writtenByAgents],
        ...confirmedReplacement(neverChanged.connected, confirmedChanges),
      },
    );

    const sshKey = cluster.sshPublicKey === undefined ? new SshKey(cluster.name, { parent: this }) : undefined;
    const instance = new Resource(
      `${cluster.name}-instance`,
      {
        apiVersion: provisionedClusterInstances.apiVersion,
        resourceGroupName: madeWith(resourceGroup, cluster.resourceGroup),
        resourceProviderNamespace: connectedClusters.namespace,
        parentResourcePath: madeWith(connected, instanceParent(cluster.name)),
        resourceType: provisionedClusterInstances.type,
        resourceName: "default",
        extendedLocation: { type: "CustomLocation", name: place.customLocation },
        properties: instanceProperties(cluster, place, pools, sshKey?.publicKey ?? cluster.sshPublicKey ?? ""),
      },
      {
        ...own,
        // What Azure Local chose for the old cluster (an address in its network, say) is not for the one that replaces it.
        ignoreChanges: confirmedChanges.length > 0 ? [] : writtenByAzureLocal(cluster, pools),
        ...confirmedReplacement(neverChanged.instance, confirmedChanges),
      },
    );

    this.clusterId = connected.id;
    // All that follows is done once the cluster stands, and anew with each new one. Not by `replaceWith`: resources that
    // have it are deleted in any order, and the budgets have to go before the instance does.
    const standing = { parent: this, dependsOn: [instance] };
    const clusterId = pulumi.all([connected.id, instance.id]).apply(([id]) => id);
    const asDeployer = {
      clusterId,
      endpoint: cloudOf(tenant.environment).resourceManager,
      // Fetched when the instance stands: a token lives for an hour, and Azure Local may take that long.
      token: getClientTokenOutput({}, { parent: this, dependsOn: [instance] }).token,
    };
    const kubeconfig = pulumi.secret(new ArcAdminKubeconfig(cluster.name, asDeployer, standing).kubeconfig);
    new PodDisruptionBudgetRemoval(cluster.name, { clusterId, kubeconfig }, standing);
    const agents = new ArcAgents(cluster.name, asDeployer, standing);
    this.oidcIssuerUrl = agents.issuerUrl.apply(issuerUrl);

    const kubernetes = new KubernetesProvider(
      cluster.name,
      {
        // The webhook comes with the agents: without it a pod would start and have no token.
        kubeconfig: pulumi.secret(pulumi.all([kubeconfig, agents.issuerUrl]).apply(([text]) => text)),
        clusterIdentifier: clusterIdentifier(cluster, tenant),
        enableServerSideApply: true,
      },
      { parent: this },
    );
    this.access = {
      kubeconfig,
      kubernetes,
      contentOptions: () => ({ deletedWith: instance, replaceWith: [resourceGroup, connected, instance] }),
    };
    this.sshPrivateKey = sshKey === undefined ? undefined : pulumi.secret(sshKey.privateKey);

    this.registerOutputs({
      clusterId: this.clusterId,
      oidcIssuerUrl: this.oidcIssuerUrl,
      ...(this.sshPrivateKey === undefined ? {} : { sshPrivateKey: this.sshPrivateKey }),
    });
  }
}

/**
 * A text that is known as long as the resource stays, and unknown when it is made anew. A resource's own outputs are
 * unknown in the preview of every update, and as part of an id would show a replacement that does not happen.
 */
function madeWith(resource: pulumi.CustomResource, text: string): pulumi.Output<string> {
  return resource.id.apply(() => text);
}

/** Known before the cluster exists, and made of what replaces it: as in kind aks. */
function clusterIdentifier(cluster: AksArc, tenant: ConnectedTenant): string {
  const { tenantId, subscriptionId, location } = tenant;
  return [tenantId, subscriptionId, cluster.resourceGroup, cluster.name, location, "aksArc"].join("/");
}
