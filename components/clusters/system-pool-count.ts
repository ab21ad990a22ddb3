import { getManagedCluster } from "@pulumi/azure-native/containerservice/getManagedCluster";
import type { Aks } from "../../config/cluster";
import { systemPoolName } from "../../config/clusters/aks";
import type { ConnectedTenant } from "../tenant-provider";
import { scales } from "./pool-scaling";

/** How the number of the system pool's nodes, which is the autoscaler's once that is on, is kept out of an update. */
export interface SystemPoolCount {
  /** What is sent. */
  readonly count: number;
  /** Paths of the managed cluster that are no change by themselves. */
  readonly ignored: readonly string[];
}

/**
 * The path of the count names the pool by its place in the list, and a refresh brings the list into the state as AKS has
 * it, other pools included. So where AKS does not have the system pool first, the count is said as it is now.
 */
export async function systemPoolCount(cluster: Aks, tenant: ConnectedTenant): Promise<SystemPoolCount> {
  const { nodePool } = cluster;
  if (!scales(nodePool)) return { count: nodePool.count, ignored: [] };
  const pools = (await standing(cluster, tenant))?.agentPoolProfiles ?? [];
  const system = pools.find(({ name }) => name === systemPoolName);
  if (system === undefined || pools[0] === system)
    return { count: nodePool.count, ignored: ["agentPoolProfiles[0].count"] };
  const now = system.count ?? nodePool.count;
  return { count: Math.min(Math.max(now, nodePool.minCount), nodePool.maxCount), ignored: [] };
}

/** Undefined for a cluster that is yet to be made, and where Azure does not say: the deployment itself will tell. */
async function standing({ resourceGroup, name }: Aks, { provider }: ConnectedTenant) {
  try {
    return await getManagedCluster({ resourceGroupName: resourceGroup, resourceName: name }, { provider });
  } catch {
    return undefined;
  }
}
