import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials";
import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Aks } from "../../config/cluster";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import { makeAgentPools } from "./agent-pools";
import { apiServerAccess, dnsPrefix, given, networkProfile, signIn, systemPool } from "./aks-properties";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { confirmedReplacement, type NeverChanged } from "./confirmed-replacement";
import { checkKubelogin } from "./kubelogin-check";
import { type SystemPoolCount, systemPoolCount } from "./system-pool-count";
import { credentialsFormat, deployersKubeconfig } from "./user-kubeconfig";

/**
 * Makes a managed cluster in tenant A.
 * @throws pulumi.RunError when the deployment could not sign in to the cluster that it would make.
 */
export async function makeAks(cluster: Aks, context: ClusterContext): Promise<AksCluster> {
  const tenant = requiredTenantA(context);
  if (cluster.entra && context.runsWorkloads) checkKubelogin(cluster.name, tenant.signIn, process.env);
  return new AksCluster(cluster, tenant, await systemPoolCount(cluster, tenant), context.confirmedChanges);
}

/** A managed cluster of tenant A that issues tokens which tenant B can trust. */
export class AksCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  /** Resource id of the cluster. */
  public readonly clusterId: pulumi.Output<string>;
  /** Issuer of its service account tokens, letter by letter as AKS reports it. */
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  public readonly access: ClusterAccess;
  private readonly resourceGroup: ResourceGroup;
  private readonly managedCluster: ManagedCluster;

  constructor(
    cluster: Aks,
    tenant: ConnectedTenant,
    systemCount: SystemPoolCount,
    confirmedChanges: readonly string[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cross-tenant-identity:azure:AksCluster", cluster.name, {}, { ...opts, provider: tenant.provider });
    this.name = cluster.name;
    const tags = { ...tenant.tags, ...cluster.tags };
    const { location } = tenant;
    const { protect } = cluster;

    this.resourceGroup = new ResourceGroup(
      cluster.resourceGroup,
      { resourceGroupName: cluster.resourceGroup, location, tags },
      // Deleting the group would delete the cluster in it.
      { parent: this, protect },
    );

    this.managedCluster = new ManagedCluster(
      cluster.name,
      {
        resourceName: cluster.name,
        resourceGroupName: this.resourceGroup.name,
        location,
        tags,
        dnsPrefix: dnsPrefix(cluster.name),
        ...given("kubernetesVersion", cluster.kubernetesVersion),
        sku: { name: "Base", tier: cluster.tier },
        identity: { type: "SystemAssigned" },
        // Neither can be taken back by leaving it out: AKS keeps an issuer that was once switched on.
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        enableRBAC: true,
        ...signIn(cluster),
        networkProfile: networkProfile(cluster.network),
        apiServerAccessProfile: apiServerAccess(cluster),
        autoUpgradeProfile: { upgradeChannel: cluster.autoUpgrade, nodeOSUpgradeChannel: "NodeImage" },
        agentPoolProfiles: [systemPool(cluster, systemCount.count)],
      },
      {
        parent: this,
        protect,
        // The other pools are not ignored, though AKS lists them here and a refresh brings them into the inputs: the engine
        // would send back what it ignores, as it was at that refresh, and so undo later changes of the pools, or fail with
        // "A new agent pool was introduced" (pulumi-azure-native issue 2719). An update that leaves pools out leaves them
        // alone (issue 1686).
        ...(systemCount.ignored.length > 0 ? { ignoreChanges: [...systemCount.ignored] } : {}),
        ...replacement(confirmedChanges),
      },
    );

    makeAgentPools({
      cluster,
      managedCluster: this.managedCluster,
      resourceGroupName: this.resourceGroup.name,
      tags,
      parent: this,
    });

    this.clusterId = this.managedCluster.id;
    this.oidcIssuerUrl = this.managedCluster.oidcIssuerProfile.apply((profile) =>
      reportedIssuer(cluster, profile?.issuerURL),
    );
    const kubeconfig = pulumi.secret(this.userKubeconfig(cluster, tenant));

    const kubernetes = new KubernetesProvider(
      cluster.name,
      {
        kubeconfig,
        clusterIdentifier: clusterIdentifier(cluster, tenant),
        // On a real cluster, a field that another controller took over must not break an update of ours.
        enableServerSideApply: true,
      },
      { parent: this },
    );
    this.access = { kubeconfig, kubernetes, contentOptions: () => this.contentOptions() };

    this.registerOutputs({ clusterId: this.clusterId, oidcIssuerUrl: this.oidcIssuerUrl });
  }

  /**
   * Options of everything in the cluster. What lies in it goes with it: nobody has to reach a cluster that is being
   * deleted, and one that is replaced gets all of it anew. The engine looks at the resource where a replacement starts,
   * which may be the group.
   */
  private contentOptions(): pulumi.CustomResourceOptions {
    return { deletedWith: this.managedCluster, replaceWith: [this.resourceGroup, this.managedCluster] };
  }

  private userKubeconfig(cluster: Aks, tenant: ConnectedTenant): pulumi.Output<string> {
    // The id is unknown until the cluster exists, and keeps a preview from asking a cluster that is yet to come.
    const names = pulumi
      .all([this.managedCluster.id, this.resourceGroup.name, this.managedCluster.name])
      .apply(([, group, name]) => ({ resourceGroupName: group, resourceName: name }));
    const publicName = typeof cluster.private === "object" && cluster.private.publicFqdn === true;
    const credentials = listManagedClusterUserCredentialsOutput(
      {
        resourceGroupName: names.apply((name) => name.resourceGroupName),
        resourceName: names.apply((name) => name.resourceName),
        ...(cluster.entra ? credentialsFormat : {}),
        ...(publicName ? { serverFqdn: "public" } : {}),
      },
      { parent: this, dependsOn: [this.managedCluster] },
    );
    return credentials.apply(({ kubeconfigs }) => deployersKubeconfig(cluster.name, kubeconfigs, tenant));
  }
}

/**
 * What AKS never changes in a cluster, by config path, and azure-native sends as an update all the same. (For the other
 * changes that cost a cluster, azure-native replaces it of its own accord.)
 */
const neverChanged: NeverChanged = {
  "cluster.nodePool.vmSize": "agentPoolProfiles[0].vmSize",
  "cluster.network.subnetId": "agentPoolProfiles[0].vnetSubnetID",
  "cluster.private": "apiServerAccessProfile",
  "cluster.private.dnsZone": "apiServerAccessProfile",
  "cluster.entra": "aadProfile",
};

/** For the confirmed changes that azure-native would not replace the cluster for. */
export function replacement(confirmedChanges: readonly string[]): pulumi.CustomResourceOptions {
  return confirmedReplacement(neverChanged, confirmedChanges);
}

function reportedIssuer(cluster: Aks, issuer: string | undefined): IssuerUrl {
  if (issuer) return issuerUrl(issuer);
  throw new pulumi.RunError(
    `Cluster ${cluster.name} reports no OIDC issuer, though it was made with one. Look with: az aks show -g ${cluster.resourceGroup} -n ${cluster.name} --query oidcIssuerProfile`,
  );
}

/**
 * Known before the cluster exists, so that a preview does not show every object of the cluster replaced while its
 * kubeconfig is unknown; and made of what replaces the cluster, so that a new cluster does get new objects.
 */
function clusterIdentifier(cluster: Aks, tenant: ConnectedTenant): string {
  return [tenant.tenantId, tenant.subscriptionId, cluster.resourceGroup, cluster.name, tenant.location].join("/");
}
