import * as pulumi from "@pulumi/pulumi";
import { type ClusterConfig, isOwnedKind } from "../config/cluster";
import { type IssuerUrl, issuerFault, issuerUrl } from "../federation/issuer";
import type { Neighbours } from "../federation/outputs";
import type { Cluster } from "./clusters/cluster";

/**
 * The issuer of this stack's cluster, as its trusts and workloads are made with it. Of a cluster that changes, be it only a
 * tag, a preview knows no outputs, and would show every credential and workload replaced. But a cluster that passed the check
 * against the published one stays, and keeps its issuer, so a preview takes the published issuer.
 */
export function ownIssuer(
  cluster: Pick<Cluster, "oidcIssuerUrl">,
  config: Pick<ClusterConfig, "kind" | "replace">,
  { publishedCluster, ownIssuer: published }: Pick<Neighbours, "publishedCluster" | "ownIssuer">,
): pulumi.Output<IssuerUrl> {
  const stays = publishedCluster !== undefined && config.replace !== publishedCluster.name;
  if (!pulumi.runtime.isDryRun() || !isOwnedKind(config.kind) || !stays) return cluster.oidcIssuerUrl;
  if (published === undefined || issuerFault(published) !== undefined) return cluster.oidcIssuerUrl;
  return pulumi.output(issuerUrl(published));
}
