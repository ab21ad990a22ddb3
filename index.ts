import * as pulumi from "@pulumi/pulumi";
import { makeWorkloads } from "./components/cluster-side";
import { makeCluster } from "./components/clusters";
import { type ClusterContext, isReachable } from "./components/clusters/cluster";
import { ClusterProtection } from "./components/clusters/protection";
import { stackLabel } from "./components/clusters/stack-label";
import { makeIdentitySide } from "./components/identity-side";
import { readNeighbourStacks } from "./components/neighbour-stacks";
import { ownIssuer } from "./components/own-issuer";
import { checkRoleDefinitions } from "./components/role-definitions";
import { announceCluster, clusterOutputs, identityOutputs } from "./components/stack-outputs";
import { type ConnectedTenant, connectTenant } from "./components/tenant-provider";
import { type ClusterConfig, clusterOf, isOwned, isOwnedKind, typedInIssuer } from "./config/cluster";
import { nameOf } from "./config/clusters/place";
import { webhookTenant } from "./config/clusters/webhook-tenant";
import { loadConfig } from "./config/load";
import type { StackConfig } from "./config/stack";
import { ClusterChangeError, checkClusterChange } from "./plan/cluster-change";
import { describeCluster } from "./plan/cluster-description";
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

  const clusterChange = checkClusterChange(stack, neighbours.publishedCluster, config);
  const clusterConfig = clusterOf(config.cluster);
  const typedIn = typedInIssuer(config.cluster);
  const ownIdentities = config.identities.map(({ name }) => name);

  // What the two sides say about each other, compared; what cannot be made yet, told.
  const workloads = planWorkloads(stack, config.workloads, ownIdentities, neighbours);
  const identities = planIdentities(stack, config.identities, {
    ownCluster: clusterConfig && nameOf(clusterConfig),
    typedIn,
    ...neighbours,
  });
  const notes = [...config.notes, ...clusterChange.notes, ...workloads.waiting, ...identities.waiting];
  for (const note of notes) await pulumi.log.warn(note);

  const buildsB = config.identities.length + config.resourceProviders.length > 0;
  const [tenantA, tenantB] = await Promise.all([
    clusterConfig && isInAzure(clusterConfig) && config.tenantA ? connectTenant("tenantA", config.tenantA) : undefined,
    buildsB && config.tenantB ? connectTenant("tenantB", config.tenantB) : undefined,
  ]);
  if (tenantB) await checkRoleDefinitions(config.identities, tenantB);

  const description = clusterConfig && describeCluster(clusterConfig, config.tenantA);
  // Of a cluster that others own there is nothing to lose; one that is replaced stays what it was until the new one stands.
  if (description && isOwnedKind(description.kind) && neighbours.publishedCluster === undefined) {
    announceCluster(description);
  }

  const cluster =
    clusterConfig &&
    (await makeCluster(clusterConfig, {
      ...clusterContext(stack, config, tenantA, clusterChange.confirmed),
      published: neighbours.publishedCluster,
      newNamespaces: neighbours.publishedCluster === undefined ? namespacesOf(config) : [],
      publishedIssuer: neighbours.ownIssuer,
    }));

  const issuer = cluster && clusterConfig && ownIssuer(cluster, clusterConfig, neighbours);

  const identitySide = tenantB
    ? makeIdentitySide({
        tenant: tenantB,
        plans: identities.plans,
        resourceProviders: config.resourceProviders,
        ownIssuer: issuer,
      })
    : undefined;

  const issuerInUse = issuer && (await cluster?.signsWith?.(issuer));
  if (cluster && issuer && isReachable(cluster)) {
    await makeWorkloads({
      stack,
      cluster,
      issuer,
      workloads: config.workloads,
      planned: issuerInUse === false ? [] : workloads.ready,
      publishedIssuer: neighbours.ownIssuer,
      identitySide,
      secret: config.secretKeys.has("workloads"),
    });
  }

  if (cluster && clusterConfig && isOwned(clusterConfig)) {
    const beside = identitySide ? [...identitySide.identities.values(), ...identitySide.registrations] : [];
    new ClusterProtection(cluster, beside, clusterConfig.protect);
  }

  return {
    ...(cluster && description
      ? clusterOutputs(cluster, config.workloads, {
          ...description,
          ...cluster.remembered,
          ...(issuerInUse === undefined ? {} : { issuerInUse }),
        })
      : {}),
    ...(identitySide ? identityOutputs(identitySide.identities) : {}),
  };
}

/** A cluster elsewhere needs tenant A only where its issuer is published. */
function isInAzure(cluster: ClusterConfig): boolean {
  return cluster.kind !== "kubernetes" || cluster.publishIssuer !== undefined;
}

function namespacesOf({ workloads }: StackConfig): string[] {
  return workloads.flatMap(({ createNamespace, namespace }) => (createNamespace ? [namespace] : []));
}

function clusterContext(
  stack: string,
  config: StackConfig,
  tenantA: ConnectedTenant | undefined,
  confirmedChanges: readonly string[],
): ClusterContext {
  const tenantId = webhookTenant(config);
  if (tenantId === undefined) throw new Error("a cluster without any tenant passed the rules of the config");
  return {
    tenantA,
    stack: stackLabel(pulumi.getOrganization(), pulumi.getProject(), stack),
    runsWorkloads: config.workloads.length > 0,
    tenantId,
    environment: (config.tenantA ?? config.tenantB)?.environment ?? "public",
    confirmedChanges,
  };
}

/** Pulumi prints the message of a RunError without a stack trace. */
export = () =>
  program().catch((error: unknown) => {
    throw error instanceof DisagreementError || error instanceof ClusterChangeError
      ? new pulumi.RunError(error.message)
      : error;
  });
