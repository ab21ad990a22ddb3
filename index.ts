import * as pulumi from "@pulumi/pulumi";
import { AksCluster } from "./components/aks-cluster";
import { makeWorkloads } from "./components/cluster-side";
import { makeIdentitySide } from "./components/identity-side";
import { readNeighbourStacks } from "./components/neighbour-stacks";
import { clusterOutputs, identityOutputs } from "./components/stack-outputs";
import { connectTenant } from "./components/tenant-provider";
import { loadConfig } from "./config/load";
import { planIdentities } from "./federation/identity-trusts";
import { planWorkloads } from "./federation/workload-identities";

/**
 *  tenant A                                         tenant B
 *  cluster ──issuer URL──────────────────────────▶  federated credential ─ on ─ identity ─ role ─▶ scope
 *  service account ◀──client ID, tenant ID──────────────────────────────────┘
 *  pod ──token──▶ Entra ID of tenant B ──access token──▶ Azure Resource Manager, …
 *
 * A stack builds the sides that its config describes. Everything is checked before the first resource.
 */
export = async () => {
  const stack = pulumi.getStack();
  const config = loadConfig(stack);
  const neighbours = await readNeighbourStacks(config);

  const cluster = config.cluster;
  const workloads = planWorkloads(
    stack,
    config.workloads,
    config.identities.map(({ name }) => name),
    neighbours,
  );
  const identities = planIdentities(stack, config.identities, {
    ...(cluster === undefined
      ? {}
      : "kind" in cluster
        ? { ownCluster: cluster.name }
        : { typedIn: cluster.oidcIssuerUrl }),
    clusterStacks: neighbours.clusterStacks,
  });
  for (const note of [...config.notes, ...workloads.waiting, ...identities.waiting]) await pulumi.log.warn(note);

  const buildsB = config.identities.length + config.resourceProviders.length > 0;
  const [tenantA, tenantB] = await Promise.all([
    cluster && "kind" in cluster && config.tenantA ? connectTenant("tenantA", config.tenantA) : undefined,
    buildsB && config.tenantB ? connectTenant("tenantB", config.tenantB) : undefined,
  ]);

  const aks = tenantA && cluster && "kind" in cluster ? new AksCluster(cluster, tenantA) : undefined;

  const identitySide = tenantB
    ? await makeIdentitySide({
        tenant: tenantB,
        plans: identities.plans,
        resourceProviders: config.resourceProviders,
        ownIssuer: aks?.oidcIssuerUrl,
      })
    : undefined;

  if (aks) {
    await makeWorkloads({
      stack,
      cluster: aks,
      planned: workloads.ready,
      identitySide,
      secretEnv: config.secretKeys.has("workloads"),
    });
  }

  return {
    ...(aks ? clusterOutputs(aks, config.workloads) : {}),
    ...(identitySide ? identityOutputs(identitySide.identities) : {}),
  };
};
