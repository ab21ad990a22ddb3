import * as pulumi from "@pulumi/pulumi";
import { AksCluster } from "./components/aks-cluster";
import { makeWorkloads } from "./components/cluster-side";
import { makeIdentitySide } from "./components/identity-side";
import { readNeighbourStacks } from "./components/neighbour-stacks";
import { checkRoleDefinitions } from "./components/role-definitions";
import { clusterOutputs, identityOutputs } from "./components/stack-outputs";
import { connectTenant } from "./components/tenant-provider";
import { loadConfig } from "./config/load";
import { DisagreementError } from "./plan/disagreement";
import { planIdentities } from "./plan/identity-trusts";
import { planWorkloads } from "./plan/workload-identities";

/**
 *  tenant A                                         tenant B
 *  cluster ──issuer URL──────────────────────────▶  federated credential ─ on ─ identity ─ role ─▶ scope
 *  service account ◀──client ID, tenant ID──────────────────────────────────┘
 *  pod ──token──▶ Entra ID of tenant B ──access token──▶ Azure Resource Manager, …
 *
 * A stack builds the sides that its config describes. Everything is checked before the first resource, except the issuer of
 * its own cluster, which is compared once it is known.
 */
async function program() {
  const stack = pulumi.getStack();
  const config = loadConfig(stack);
  const neighbours = await readNeighbourStacks(config);

  const cluster = config.cluster && "kind" in config.cluster ? config.cluster : undefined;
  const typedIn = config.cluster && "oidcIssuerUrl" in config.cluster ? config.cluster.oidcIssuerUrl : undefined;
  const ownIdentities = config.identities.map(({ name }) => name);

  // What the two sides say about each other, compared; what cannot be made yet, told.
  const workloads = planWorkloads(stack, config.workloads, ownIdentities, neighbours);
  const identities = planIdentities(stack, config.identities, {
    ownCluster: cluster?.name,
    typedIn,
    ...neighbours,
  });
  for (const note of [...config.notes, ...workloads.waiting, ...identities.waiting]) await pulumi.log.warn(note);

  const buildsB = config.identities.length + config.resourceProviders.length > 0;
  const [tenantA, tenantB] = await Promise.all([
    cluster && config.tenantA ? connectTenant("tenantA", config.tenantA) : undefined,
    buildsB && config.tenantB ? connectTenant("tenantB", config.tenantB) : undefined,
  ]);
  if (tenantB) await checkRoleDefinitions(config.identities, tenantB);

  const aks = tenantA && cluster ? new AksCluster(cluster, tenantA) : undefined;

  const identitySide = tenantB
    ? makeIdentitySide({
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
      workloads: config.workloads,
      planned: workloads.ready,
      publishedIssuer: neighbours.ownIssuer,
      identitySide,
      secret: config.secretKeys.has("workloads"),
    });
  }

  return {
    ...(aks ? clusterOutputs(aks, config.workloads) : {}),
    ...(identitySide ? identityOutputs(identitySide.identities) : {}),
  };
}

/** Pulumi prints the message of a RunError without a stack trace. */
export = () =>
  program().catch((error: unknown) => {
    throw error instanceof DisagreementError ? new pulumi.RunError(error.message) : error;
  });
