import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { AksArc, ArcNodePool } from "../../config/cluster";
import type { ConnectedTenant } from "../tenant-provider";
import { connectedClusters, instanceParent, provisionedClusterInstances } from "./arc-api";
import { readArcResource } from "./arc-reading";
import { scales, scaling } from "./pool-scaling";

/**
 * The node pools of an AKS Arc cluster. They are a list in the instance, and each write of it says every pool's count: that
 * of a pool that scales by itself is the autoscaler's, and has to be said as it is.
 */

/** What Azure has of the pools now. */
export interface StandingPools {
  /** Nodes of each pool that scales by itself, by the pool's name. */
  readonly scaled: ReadonlyMap<string, number>;
  /** Whether the next write changes any pool, or the version of all. */
  readonly change: boolean;
}

const none: StandingPools = { scaled: new Map(), change: false };

/**
 * Reads the pools of the cluster before anything is made; nothing is asked where no pool scales by itself.
 * @throws pulumi.RunError when the cluster is there and cannot be read.
 */
export async function readStandingPools(cluster: AksArc, tenant: ConnectedTenant): Promise<StandingPools> {
  if (!cluster.nodePools.some(scales)) return none;
  const reading = await readArcResource(
    { ...provisionedClusterInstances, namespace: connectedClusters.namespace },
    {
      subscriptionId: tenant.subscriptionId,
      resourceGroup: cluster.resourceGroup,
      name: "default",
      parent: instanceParent(cluster.name),
    },
    tenant,
  );
  if (reading.found !== undefined) return standingPools(cluster, reading.found.properties);
  const { absent, answer, advice } = reading;
  if (absent) return none;
  throw new pulumi.RunError(
    [
      `The node pools of cluster ${cluster.name} could not be read. Nothing in Azure or Kubernetes was changed.`,
      `  where:   cluster.nodePools: how many nodes a pool with minCount and maxCount has now`,
      `  answer:  ${answer}`,
      `  to do:   ${advice === undefined ? "run `pulumi up` again when Azure answers" : `${advice.cause}: ${advice.toDo}`}`,
    ].join("\n"),
  );
}

/** The pools in Azure's answer, compared with those of config. */
export function standingPools(cluster: AksArc, answer: unknown): StandingPools {
  const found = poolsIn(answer);
  const scaled = new Map<string, number>();
  for (const { name, count, enableAutoScaling } of found) {
    if (typeof name === "string" && typeof count === "number" && enableAutoScaling === true) scaled.set(name, count);
  }
  const wanted = cluster.nodePools.map((pool) => agentPool(pool, { scaled, change: true }));
  const same = wanted.length === found.length && wanted.every((pool, index) => hasAll(found[index] ?? {}, pool));
  const version = field(answer, "kubernetesVersion");
  const versionStays = cluster.kubernetesVersion === undefined || cluster.kubernetesVersion === version;
  return { scaled, change: !same || !versionStays };
}

/** A pool as Azure takes it. */
export function agentPool(pool: ArcNodePool, { scaled }: StandingPools) {
  const { name, count, vmSize, osType, labels, taints } = pool;
  const now = scales(pool) ? scaled.get(name) : undefined;
  const { minCount = 0, maxCount = 0 } = pool;
  return {
    name,
    count: now === undefined ? count : Math.min(Math.max(now, minCount), maxCount),
    vmSize,
    osType,
    ...scaling(pool),
    ...(labels === undefined ? {} : { nodeLabels: labels }),
    ...(taints === undefined ? {} : { nodeTaints: taints }),
  };
}

/**
 * Paths of the counts that are no change by themselves. Only while the list in Azure is config's: a path names a pool by
 * its place, which is another pool's once one is added in front, and which the engine does not find for a new one. When
 * the pools change anyhow, the counts that Azure has now are sent with them, not those of the last deployment.
 */
export function ignoredCounts({ nodePools }: AksArc, { scaled, change }: StandingPools): string[] {
  if (change) return [];
  return nodePools.flatMap(({ name }, index) => (scaled.has(name) ? [`agentPoolProfiles[${index}].count`] : []));
}

function poolsIn(answer: unknown): Record<string, unknown>[] {
  const pools = field(answer, "agentPoolProfiles");
  return Array.isArray(pools) ? pools.filter((pool) => typeof pool === "object" && pool !== null) : [];
}

function field(answer: unknown, name: string): unknown {
  return typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
}

function hasAll(found: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  const { enableAutoScaling = false, ...rest } = found;
  const has: Record<string, unknown> = { enableAutoScaling, ...rest };
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(has[key], value));
}
