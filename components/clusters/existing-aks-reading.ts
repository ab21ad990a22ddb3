import {
  type GetManagedClusterResult,
  getManagedCluster,
} from "@pulumi/azure-native/containerservice/getManagedCluster";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlace } from "../../config/clusters/place";
import { azureIssuer } from "../../federation/azure-issuer";
import { sameId } from "../../federation/ids";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";
import type { ConnectedTenant } from "../tenant-provider";
import type { FoundFeatures } from "./managed-cluster-features";
import { unreadable, unreadableCluster } from "./unreadable";

/** What a managed cluster that exists says about itself. */
export interface ExistingFacts {
  /** Letter by letter as AKS reports it; undefined while the issuer is off. */
  readonly issuer: IssuerUrl | undefined;
  readonly features: FoundFeatures;
  /** Succeeded when nothing is going on. */
  readonly state: string;
}

/**
 * Reads a cluster as it is now: plain, and so known in previews too.
 * @throws pulumi.RunError when it is not there, is not tenant A's, or does not run.
 */
export async function readExistingAks(place: ClusterPlace, tenant: ConnectedTenant): Promise<ExistingFacts> {
  const cluster = await read(place, tenant);
  checkTenant(cluster, place, tenant);
  checkRunning(cluster, place);
  const issuer = cluster.oidcIssuerProfile?.issuerURL;
  const oidcIssuer = cluster.oidcIssuerProfile?.enabled === true && issuer ? "enabled" : "disabled";
  const workloadIdentity = cluster.securityProfile?.workloadIdentity?.enabled === true ? "enabled" : "disabled";
  return {
    issuer: oidcIssuer === "enabled" && issuer ? issuerUrl(issuer) : undefined,
    features: { oidcIssuer, workloadIdentity, eTag: cluster.eTag },
    state: cluster.provisioningState,
  };
}

async function read(place: ClusterPlace, tenant: ConnectedTenant): Promise<GetManagedClusterResult> {
  const { resourceGroup, name } = place;
  try {
    return await getManagedCluster(
      { resourceGroupName: resourceGroup, resourceName: name },
      { provider: tenant.provider },
    );
  } catch (error) {
    throw unreadableCluster(`Cluster ${name}`, place, tenant, unreadable(error, tenant), {
      look: `az aks list --subscription ${tenant.subscriptionId} --query "[].{name:name, group:resourceGroup}" -o table`,
      or: "let the stack make one: cluster.kind: aks",
    });
  }
}

/** A subscription that moved to another tenant keeps its clusters, whose identity and issuer stay those of the old one. */
function checkTenant(cluster: GetManagedClusterResult, { name }: ClusterPlace, { tenantId }: ConnectedTenant): void {
  const issuer = cluster.oidcIssuerProfile?.issuerURL;
  const ofIssuer = azureIssuer(issuer ?? "")?.tenant;
  const [source, other] =
    ofIssuer !== undefined && !sameId(ofIssuer, tenantId)
      ? [`its issuer ${issuer}`, ofIssuer]
      : ["its identity", cluster.identity?.tenantId];
  if (!other || sameId(other, tenantId)) return;
  throw new pulumi.RunError(
    [
      `Cluster ${name} belongs to another tenant. Nothing in Azure or Kubernetes was changed.`,
      `  configured:  ${tenantId} (tenantA.tenantId)`,
      `  cluster:     ${other} (${source})`,
      "  to do:       set tenantA to the cluster's tenant and subscription, or cluster to one of tenant A",
    ].join("\n"),
  );
}

function checkRunning(cluster: GetManagedClusterResult, { name, resourceGroup }: ClusterPlace): void {
  const at = `-g ${resourceGroup} -n ${name}`;
  if (cluster.powerState?.code === "Stopped") {
    throw new pulumi.RunError(
      [
        `Cluster ${name} is stopped. Nothing in Azure or Kubernetes was changed.`,
        "  cause:   its API server does not answer, and AKS changes nothing of a stopped cluster",
        `  to do:   az aks start ${at}`,
      ].join("\n"),
    );
  }
  const coming = cluster.provisioningState === "Creating";
  if (!coming && cluster.provisioningState !== "Deleting") return;
  throw new pulumi.RunError(
    [
      `Cluster ${name} is just being ${coming ? "made" : "deleted"}. Nothing in Azure or Kubernetes was changed.`,
      coming
        ? `  to do:   wait, then run again: az aks wait ${at} --created`
        : "  to do:   set cluster to one that stays",
    ].join("\n"),
  );
}

/**
 * Checks that AKS would take a change of the cluster now.
 * @throws pulumi.RunError when its last operation failed, or another one runs.
 */
export function checkSettled({ state }: ExistingFacts, { name, resourceGroup }: ClusterPlace): void {
  if (state === "Succeeded") return;
  const at = `-g ${resourceGroup} -n ${name}`;
  if (state === "Failed" || state === "Canceled") {
    throw new pulumi.RunError(
      [
        `Cluster ${name} is in a failed state, and its features are to be switched. Nothing in Azure or Kubernetes was changed.`,
        `  state:   ${state} (provisioningState): the last operation on it did not end well`,
        `  to do:   see why, and reconcile it: az aks show ${at} --query status; az aks update ${at}`,
      ].join("\n"),
    );
  }
  throw new pulumi.RunError(
    [
      `Somebody is just changing cluster ${name}, and its features are to be switched. Nothing in Azure or Kubernetes was changed.`,
      `  state:   ${state} (provisioningState); AKS runs one operation of a cluster at a time`,
      `  to do:   wait, then run again: az aks wait ${at} --updated`,
    ].join("\n"),
  );
}
