import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster";
import type * as pulumi from "@pulumi/pulumi";
import type { Aks, NodePool } from "../../config/cluster";
import { given } from "./aks-properties";
import { scales, scaling } from "./pool-scaling";

export interface AgentPoolsArgs {
  readonly cluster: Aks;
  readonly managedCluster: ManagedCluster;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly tags: Record<string, string>;
  readonly parent: pulumi.Resource;
}

/**
 * The pools beside the system pool, each a resource of its own: AKS takes no new pool in an update of the cluster.
 *
 * AKS runs one operation of a cluster at a time and refuses the next with 409 OperationNotAllowed, which azure-native
 * does not try again (pull request 3653: AnotherOperationInProgress only). So each pool waits for the cluster, which also
 * upgrades the control plane before any node, and for all pools before it: for all, so that two that leave the config at
 * once are deleted one after the other too, whatever stood between them.
 */
export function makeAgentPools(args: AgentPoolsArgs): AgentPool[] {
  const pools: AgentPool[] = [];
  for (const pool of args.cluster.nodePools) pools.push(makeAgentPool(pool, args, [...pools]));
  return pools;
}

function makeAgentPool(pool: NodePool, args: AgentPoolsArgs, before: AgentPool[]): AgentPool {
  const { cluster, managedCluster } = args;
  return new AgentPool(
    `${cluster.name}/${pool.name}`,
    {
      agentPoolName: pool.name,
      resourceName: managedCluster.name,
      resourceGroupName: args.resourceGroupName,
      mode: pool.mode,
      type: "VirtualMachineScaleSets",
      osType: "Linux",
      osSKU: pool.osSku,
      vmSize: pool.vmSize,
      count: pool.count,
      tags: args.tags,
      ...scaling(pool),
      ...given("availabilityZones", pool.zones),
      ...given("maxPods", pool.maxPods),
      ...given("orchestratorVersion", pool.kubernetesVersion ?? cluster.kubernetesVersion),
      ...given("vnetSubnetID", cluster.network?.subnetId),
      ...nodeMarks(pool),
    },
    {
      parent: args.parent,
      dependsOn: before,
      // Another size makes another pool, and its name is taken until the old one is gone.
      deleteBeforeReplace: true,
      // A cluster takes its pools with it; deleting them first would only take longer.
      deletedWith: managedCluster,
      // The autoscaler owns the count, once it is on.
      ...(scales(pool) ? { ignoreChanges: ["count"] } : {}),
    },
  );
}

/** Of spot nodes AKS sets label and taint itself; written down too, they are no difference when the state is refreshed. */
function nodeMarks({ labels = {}, taints = [], spot }: NodePool) {
  // Empty ones too: AKS keeps what it is not sent.
  if (!spot) return { nodeLabels: labels, nodeTaints: taints };
  const key = "kubernetes.azure.com/scalesetpriority";
  const spotTaint = `${key}=spot:NoSchedule`;
  return {
    scaleSetPriority: "Spot",
    scaleSetEvictionPolicy: "Delete",
    // Never evicted for its price: at most what an ordinary node costs.
    spotMaxPrice: -1,
    nodeLabels: { ...labels, [key]: "spot" },
    nodeTaints: [spotTaint, ...taints.filter((taint) => taint !== spotTaint)],
  };
}
