import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials";
import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Aks } from "../../config/cluster";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";

/** Makes a managed cluster in tenant A. */
export async function makeAks(cluster: Aks, context: ClusterContext): Promise<AksCluster> {
  return new AksCluster(cluster, requiredTenantA(context));
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

  constructor(cluster: Aks, tenant: ConnectedTenant, opts?: pulumi.ComponentResourceOptions) {
    super("cross-tenant-identity:azure:AksCluster", cluster.name, {}, { ...opts, provider: tenant.provider });
    this.name = cluster.name;
    const tags = { ...tenant.tags, ...cluster.tags };
    const { location } = tenant;

    this.resourceGroup = new ResourceGroup(
      cluster.resourceGroup,
      { resourceGroupName: cluster.resourceGroup, location, tags },
      { parent: this },
    );

    this.managedCluster = new ManagedCluster(
      cluster.name,
      {
        resourceName: cluster.name,
        resourceGroupName: this.resourceGroup.name,
        location,
        tags,
        dnsPrefix: dnsPrefix(cluster.name),
        ...(cluster.kubernetesVersion === undefined ? {} : { kubernetesVersion: cluster.kubernetesVersion }),
        sku: { name: "Base", tier: cluster.tier },
        identity: { type: "SystemAssigned" },
        // Neither can be taken back by leaving it out: AKS keeps an issuer that was once switched on.
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        enableRBAC: true,
        // The Kubernetes provider signs in with the user credential, which is a local account until Entra ID is set up.
        disableLocalAccounts: false,
        // kubenet, the API's default, is being retired; overlay needs no address plan.
        networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay" },
        autoUpgradeProfile: { upgradeChannel: cluster.autoUpgrade, nodeOSUpgradeChannel: "NodeImage" },
        agentPoolProfiles: [systemPool(cluster.nodePool)],
      },
      // The autoscaler owns the count, once it is on.
      { parent: this, ...(scales(cluster.nodePool) ? { ignoreChanges: ["agentPoolProfiles[0].count"] } : {}) },
    );

    this.clusterId = this.managedCluster.id;
    this.oidcIssuerUrl = this.managedCluster.oidcIssuerProfile.apply((profile) =>
      reportedIssuer(cluster, profile?.issuerURL),
    );
    const kubeconfig = pulumi.secret(this.userKubeconfig(this.resourceGroup.name));

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

  private userKubeconfig(resourceGroupName: pulumi.Output<string>): pulumi.Output<string> {
    // The id is unknown until the cluster exists, and keeps a preview from asking a cluster that is yet to come.
    const names = pulumi
      .all([this.managedCluster.id, resourceGroupName, this.managedCluster.name])
      .apply(([, group, name]) => ({ resourceGroupName: group, resourceName: name }));
    const credentials = listManagedClusterUserCredentialsOutput(
      {
        resourceGroupName: names.apply((name) => name.resourceGroupName),
        resourceName: names.apply((name) => name.resourceName),
      },
      { parent: this, dependsOn: [this.managedCluster] },
    );
    return credentials.apply(({ kubeconfigs }) => {
      const [first] = kubeconfigs;
      if (first === undefined)
        throw new pulumi.RunError("Azure returned no kubeconfig for the cluster. Run `pulumi up` again.");
      return Buffer.from(first.value, "base64").toString("utf8");
    });
  }
}

function reportedIssuer(cluster: Aks, issuer: string | undefined): IssuerUrl {
  if (issuer) return issuerUrl(issuer);
  throw new pulumi.RunError(
    `Cluster ${cluster.name} reports no OIDC issuer, though it was made with one. Look with: az aks show -g ${cluster.resourceGroup} -n ${cluster.name} --query oidcIssuerProfile`,
  );
}

/**
 * A pool for system pods and workloads alike. Two nodes by default, so that an upgrade of one leaves the other; Azure
 * Linux, which boots fast and carries few packages.
 */
function systemPool(pool: Aks["nodePool"]) {
  return {
    name: "system",
    mode: "System",
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    vmSize: pool.vmSize,
    count: pool.count,
    ...(scales(pool) ? { enableAutoScaling: true, minCount: pool.minCount, maxCount: pool.maxCount } : {}),
  };
}

function scales({ minCount, maxCount }: Aks["nodePool"]): boolean {
  return minCount !== undefined && maxCount !== undefined;
}

/** 1–54 letters, digits and hyphens, first and last not a hyphen (azure-rest-api-specs, managedClusters.json). */
export function dnsPrefix(clusterName: string): string {
  return clusterName.replaceAll("_", "-").slice(0, 54).replace(/-+$/, "");
}

/**
 * Known before the cluster exists, so that a preview does not show every object of the cluster replaced while its
 * kubeconfig is unknown; and made of what replaces the cluster, so that a new cluster does get new objects.
 */
function clusterIdentifier(cluster: Aks, tenant: ConnectedTenant): string {
  return [tenant.tenantId, tenant.subscriptionId, cluster.resourceGroup, cluster.name, tenant.location].join("/");
}
