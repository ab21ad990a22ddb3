import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../federation/clouds";
import type { TenantId } from "../../federation/ids";
import type { IssuerUrl } from "../../federation/issuer";
import type { ClusterOutput } from "../../federation/outputs";
import type { ConnectedTenant } from "../tenant-provider";

/** The way into a cluster. */
export interface ClusterAccess {
  /** A secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly kubernetes: KubernetesProvider;
  /** Options of everything in the cluster: deletedWith, replaceWith, dependsOn (the webhook, when the stack installs it). */
  contentOptions(): pulumi.CustomResourceOptions;
}

/** A cluster of tenant A, of whatever kind; identity and workload code never asks which. It is the parent of its content. */
export interface Cluster extends pulumi.ComponentResource {
  readonly name: string;
  /** ARM id; of a cluster that is no Azure resource: its issuer. */
  readonly clusterId: pulumi.Output<string>;
  /** Known in previews where the cluster exists already. */
  readonly oidcIssuerUrl: pulumi.Output<IssuerUrl>;
  /** Undefined where config gives none: a connected cluster without kubeconfig runs no workloads. */
  readonly access: ClusterAccess | undefined;
  /** Private key for the nodes (PEM, a secret), where the stack made one. */
  readonly sshPrivateKey?: pulumi.Output<string> | undefined;
  /** What the cluster's own answers add to the stack's output `cluster`. */
  readonly remembered?: Pick<ClusterOutput, "uid" | "webhook">;
  /**
   * Whether the API server signs with the issuer, for a cluster where somebody has to set it so. Until then workloads wait.
   * @param issuer known in previews of a cluster that stays
   */
  signsWith?(issuer: pulumi.Output<IssuerUrl>): Promise<boolean | undefined>;
}

/** A cluster that takes workloads. */
export interface ReachableCluster extends Cluster {
  readonly access: ClusterAccess;
}

export function isReachable(cluster: Cluster): cluster is ReachableCluster {
  return cluster.access !== undefined;
}

/** What a cluster is made with, beside its own config. */
export interface ClusterContext {
  /** Undefined for a cluster that needs nothing of Azure. */
  readonly tenantA: ConnectedTenant | undefined;
  /** A label value that no other stack has, for what the stack installs in a cluster. */
  readonly stack: string;
  readonly runsWorkloads: boolean;
  /** Namespaces that the stack is about to make for the first time. */
  readonly newNamespaces?: readonly string[];
  /** The webhook's tenant for service accounts that name none. */
  readonly tenantId: TenantId;
  readonly environment: Environment;
  /** The stack's cluster as its outputs last said it. */
  readonly published?: ClusterOutput | undefined;
  /** Its issuer, as the same outputs said it. */
  readonly publishedIssuer?: string | undefined;
  /** Config paths of what differs from the cluster that stands, and may cost it: `cluster.replace` says so. */
  readonly confirmedChanges: readonly string[];
}

/** Tenant A's connection, for the kinds whose config rules ask for it. */
export function requiredTenantA({ tenantA }: ClusterContext): ConnectedTenant {
  if (tenantA === undefined) throw new Error("the cluster's kind needs tenant A, and config let it pass without");
  return tenantA;
}
