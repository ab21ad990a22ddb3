import { getClientTokenOutput } from "@pulumi/azure-native/authorization/getClientToken";
import { listManagedClusterUserCredentials } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { checkIssuer, type NamedCluster } from "../../cluster-probe/check-issuer";
import { checkNamespaces } from "../../cluster-probe/check-namespaces";
import { checkWebhooks } from "../../cluster-probe/check-webhooks";
import { readKubeconfig } from "../../cluster-probe/kubeconfig";
import { openCluster } from "../../cluster-probe/open-cluster";
import type { ExistingAks } from "../../config/cluster";
import { type ClusterPlace, existingPlace } from "../../config/clusters/place";
import { managedClusterType } from "../../config/clusters/resource-types";
import { setCommand } from "../../config/set-command";
import { cloudOf } from "../../federation/clouds";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import { type Cluster, type ClusterAccess, type ClusterContext, requiredTenantA } from "./cluster";
import { checkSettled, type ExistingFacts, readExistingAks } from "./existing-aks-reading";
import { needsKubelogin } from "./kubelogin";
import { checkInstalled, checkKubelogin } from "./kubelogin-check";
import { ManagedClusterFeatures } from "./managed-cluster-features";
import { projectFolder } from "./project-folder";
import { credentialsFormat, deployersKubeconfig } from "./user-kubeconfig";

/**
 * Takes a managed cluster that exists. Where config allows it, issuer and workload identity are switched; nothing else
 * of the cluster changes, and it stays when the stack goes.
 * @throws pulumi.RunError when the cluster is not fit for its purpose.
 */
export async function makeExistingAks(config: ExistingAks, context: ClusterContext): Promise<ExistingAksCluster> {
  const tenant = requiredTenantA(context);
  const place = existingPlace(managedClusterType, config, tenant.subscriptionId);
  const facts = await readExistingAks(place, tenant);
  const { features } = facts;
  if (!config.enable) checkFeatures(config, place, facts);
  const changes = features.oidcIssuer !== "enabled" || features.workloadIdentity !== config.workloadIdentity;
  if (changes) checkSettled(facts, place);

  const kubeconfig = await kubeconfigOf(config, place, tenant);
  if (context.runsWorkloads) {
    if (needsKubelogin(kubeconfig.yaml)) {
      // A kubeconfig of the user's own says itself who signs in.
      if (config.kubeconfig !== undefined) checkInstalled(place.name, process.env);
      else checkKubelogin(place.name, tenant.signIn, process.env);
    }
    await probe(place, facts, kubeconfig, context.newNamespaces);
  }
  if (config.workloadIdentity === "disabled" && features.workloadIdentity === "enabled") {
    await pulumi.log.warn(
      `Workload identity of cluster ${place.name} is switched off. Its OIDC issuer stays on: AKS has no way to switch one off (learn.microsoft.com/azure/aks/use-oidc-issuer).`,
    );
  }
  return new ExistingAksCluster(config, place, facts, kubeconfig.yaml, tenant);
}

/** A managed cluster of tenant A that exists, and that the stack never deletes. */
export class ExistingAksCluster extends pulumi.ComponentResource implements Cluster {
  public readonly name: string;
  /** Resource id of the cluster. */
  public readonly clusterId: pulumi.Output<string>;
  /** Issuer of its service account tokens, letter by letter as AKS reports it. */
  public readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  public readonly access: ClusterAccess;

  constructor(
    config: ExistingAks,
    place: ClusterPlace,
    { issuer, features: found }: ExistingFacts,
    yaml: string,
    tenant: ConnectedTenant,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cross-tenant-identity:azure:ExistingAksCluster", place.name, {}, { ...opts, provider: tenant.provider });
    this.name = place.name;
    this.clusterId = pulumi.output(place.id);

    const { workloadIdentity } = config;
    const features =
      config.enable || workloadIdentity === "disabled"
        ? new ManagedClusterFeatures(
            place.name,
            {
              clusterId: place.id,
              endpoint: cloudOf(tenant.environment).resourceManager,
              token: getClientTokenOutput({}, { provider: tenant.provider }).token,
              oidcIssuer: "enabled",
              workloadIdentity,
              found,
            },
            { parent: this },
          )
        : undefined;
    this.oidcIssuerUrl = issuer === undefined ? issuerOf(features) : pulumi.output(issuer);

    const kubeconfig = pulumi.secret(yaml);
    const kubernetes = new KubernetesProvider(
      place.name,
      // The cluster is the same whichever address or user a kubeconfig has for it.
      { kubeconfig, clusterIdentifier: place.id.toLowerCase(), enableServerSideApply: true },
      { parent: this },
    );
    // Pods get tokens only when the webhook is there as they are made.
    const contentOptions = () => (features === undefined ? {} : { dependsOn: [features] });
    this.access = { kubeconfig, kubernetes, contentOptions };
    this.registerOutputs({ clusterId: this.clusterId, oidcIssuerUrl: this.oidcIssuerUrl });
  }
}

function issuerOf(features: ManagedClusterFeatures | undefined): pulumi.Output<IssuerUrl> {
  if (features === undefined) throw new Error("a cluster without an issuer, and nothing that switches one on");
  return features.issuerUrl.apply(issuerUrl);
}

/** Without `enable`, what is off has to be switched on by whoever owns the cluster. */
function checkFeatures(config: ExistingAks, { name, resourceGroup }: ClusterPlace, { features }: ExistingFacts): void {
  const issuerOff = features.oidcIssuer === "disabled";
  const workloadIdentityOff = config.workloadIdentity === "enabled" && features.workloadIdentity === "disabled";
  if (!issuerOff && !workloadIdentityOff) return;
  const off = [...(issuerOff ? ["OIDC issuer"] : []), ...(workloadIdentityOff ? ["workload identity"] : [])];
  const flags = [
    ...(issuerOff ? ["--enable-oidc-issuer"] : []),
    ...(workloadIdentityOff ? ["--enable-workload-identity"] : []),
  ];
  throw new pulumi.RunError(
    [
      `Cluster ${name} has ${off.join(" and ")} off. Nothing in Azure or Kubernetes was changed.`,
      `  where:   resource group ${resourceGroup} of tenant A (${off.length === 2 ? "oidcIssuerProfile, securityProfile.workloadIdentity" : issuerOff ? "oidcIssuerProfile" : "securityProfile.workloadIdentity"})`,
      `  to do:   az aks update -g ${resourceGroup} -n ${name} ${flags.join(" ")}`,
      `           or let the stack do it: ${setCommand("cluster.enable", "true")}`,
      ...(issuerOff ? ["           An issuer once switched on stays for ever"] : []),
    ].join("\n"),
  );
}

interface Kubeconfig {
  readonly yaml: string;
  /** Where it is from, as an error names it. */
  readonly from: string;
}

async function kubeconfigOf(config: ExistingAks, place: ClusterPlace, tenant: ConnectedTenant): Promise<Kubeconfig> {
  if (config.kubeconfig !== undefined) {
    const { yaml, context } = readKubeconfig(config.kubeconfig, projectFolder(), process.env);
    return { yaml, from: `cluster.kubeconfig, context ${context}` };
  }
  try {
    const { kubeconfigs } = await listManagedClusterUserCredentials(
      { resourceGroupName: place.resourceGroup, resourceName: place.name, ...credentialsFormat },
      { provider: tenant.provider },
    );
    return { yaml: deployersKubeconfig(place.name, kubeconfigs, tenant), from: "the user credential that Azure gives" };
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) throw error;
    throw noCredential(place, error instanceof Error ? error.message : String(error));
  }
}

function noCredential({ name, resourceGroup }: ClusterPlace, answer: string): pulumi.RunError {
  return new pulumi.RunError(
    [
      `Azure gives no kubeconfig for cluster ${name}. Nothing in Azure or Kubernetes was changed.`,
      `  answer:  ${answer.trim().split("\n")[0]}`,
      `  try:     az aks get-credentials -g ${resourceGroup} -n ${name} --format exec --file -`,
      "  to do:   give tenant A's deployer Microsoft.ContainerService/managedClusters/listClusterUserCredential/action on it",
      "           (permissions/tenantA-deployer.json), or set cluster.kubeconfig",
    ].join("\n"),
  );
}

/** Asks the cluster whether it is the one that Azure has the issuer of, and has one webhook where it should have it. */
async function probe(
  { name, resourceGroup }: ClusterPlace,
  { issuer, features }: ExistingFacts,
  { yaml, from }: Kubeconfig,
  newNamespaces: readonly string[] = [],
): Promise<void> {
  const place: NamedCluster = {
    kind: "existingAks",
    name,
    resourceGroup,
    issuerFrom: "as Azure reports it: oidcIssuerProfile",
    kubeconfigFrom: from,
  };
  const cluster = await openCluster(yaml, `cluster ${name} (${from})`);
  if (issuer !== undefined) checkIssuer(place, issuer, await cluster.reportedIssuer());
  await checkNamespaces(place, cluster, newNamespaces);
  const webhooks = await cluster.workloadIdentityWebhooks();
  if (features.workloadIdentity === "enabled") {
    checkWebhooks(place, webhooks);
    return;
  }
  // What AKS itself left behind from an earlier time is in kube-system.
  const foreign = webhooks.filter(({ namespace }) => namespace !== "kube-system");
  if (foreign.length > 0) throw secondWebhook(name, foreign);
}

/** Switching workload identity on has AKS install its own webhook in kube-system, beside any other (azure-workload-identity issue 856). */
function secondWebhook(
  name: string,
  found: readonly { readonly configuration: string; readonly namespace: string | undefined }[],
): pulumi.RunError {
  return new pulumi.RunError(
    [
      `Cluster ${name} has a workload identity webhook of its own, and switching workload identity on would add AKS's. Only one may mutate pods. Nothing in Azure or Kubernetes was changed.`,
      ...found.map(
        ({ configuration, namespace }) =>
          `  found:   ${configuration}${namespace === undefined ? "" : `, namespace ${namespace}`}`,
      ),
      "  to do:   uninstall it first (helm list --all-namespaces); or leave it and take the cluster as kind kubernetes",
    ].join("\n"),
  );
}
