import * as pulumi from "@pulumi/pulumi";
import type { Workload as WorkloadConfig } from "../config/workload";
import type { IssuerUrl } from "../federation/issuer";
import { compareIssuers } from "../plan/cluster-issuer";
import type { PlannedWorkload, WorkloadPlan } from "../plan/workload-identities";
import type { ReachableCluster } from "./clusters/cluster";
import type { IdentitySide } from "./identity-side";
import { ServiceAccounts } from "./service-accounts";
import { whenKnown } from "./when-known";
import { type TokenSource, Workload } from "./workload";

export interface WorkloadsArgs {
  readonly stack: string;
  readonly cluster: ReachableCluster;
  /** The cluster's issuer; of a cluster that stays, known in previews too. */
  readonly issuer: pulumi.Output<IssuerUrl>;
  /** All workloads of the config, those that wait included. */
  readonly workloads: readonly WorkloadConfig[];
  readonly planned: readonly PlannedWorkload[];
  /** The cluster's issuer as this stack's outputs last said it. */
  readonly publishedIssuer: string | undefined;
  /** Tenant B, when this same stack makes it. */
  readonly identitySide: IdentitySide | undefined;
  /** Whether the stack file keeps something of `workloads` secret. */
  readonly secret: boolean;
}

/**
 * Runs the workloads in the cluster, each with the service account that tenant B trusts, except those that have to wait
 * until tenant B trusts the issuer of a new cluster.
 * @throws DisagreementError when tenant B trusts other issuers than the one that this stack published.
 */
export async function makeWorkloads(args: WorkloadsArgs): Promise<Workload[]> {
  const { cluster, issuer, identitySide, secret } = args;
  const { ready, waiting } = await comparedWithCluster(args);
  for (const text of waiting) await pulumi.log.warn(text);
  // A namespace stays while its workloads wait: it holds other things too.
  if (ready.length === 0 && !args.workloads.some(({ createNamespace }) => createNamespace)) return [];
  const accounts = new ServiceAccounts(cluster, args.workloads);
  return ready.map((plan) => {
    const { workload } = plan;
    const identity = tokenSource(plan, identitySide);
    const serviceAccount = accounts.of(workload, identity);
    return new Workload({ workload, cluster, issuer, serviceAccount, identity, secret });
  });
}

async function comparedWithCluster({ stack, planned, issuer, publishedIssuer }: WorkloadsArgs): Promise<WorkloadPlan> {
  if (planned.every(({ identity }) => identity.from !== "other stack")) return { ready: planned, waiting: [] };
  const now = await whenKnown(issuer);
  return compareIssuers(stack, planned, { now, published: publishedIssuer });
}

function tokenSource({ identity }: PlannedWorkload, own: IdentitySide | undefined): TokenSource {
  const registrations = own?.registrations ?? [];
  if (identity.from === "this stack") {
    const made = own?.identities.get(identity.name);
    if (made === undefined) throw new Error(`identity ${identity.name} was planned and not made`);
    const { clientId, tenantId, subscriptionId } = made;
    return { clientId, tenantId, subscriptionId, readyAfter: [...made.trustAndRoles, ...registrations] };
  }
  const { clientId, tenantId, subscriptionId } = identity.from === "config" ? identity : identity.identity;
  return { clientId, tenantId, subscriptionId, readyAfter: registrations };
}
