import { checkIssuers, type PlannedWorkload } from "../federation/workload-identities";
import type { AksCluster } from "./aks-cluster";
import type { IdentitySide } from "./identity-side";
import { ServiceAccounts } from "./service-accounts";
import { whenKnown } from "./when-known";
import { type TokenSource, Workload } from "./workload";

export interface WorkloadsArgs {
  readonly stack: string;
  readonly cluster: AksCluster;
  readonly planned: readonly PlannedWorkload[];
  /** Tenant B, when this same stack makes it. */
  readonly identitySide: IdentitySide | undefined;
  readonly secretEnv: boolean;
}

/**
 * Runs the workloads in the cluster, each with the service account that tenant B trusts.
 * @throws DisagreementError when tenant B trusts other issuers than this cluster's.
 */
export async function makeWorkloads({
  stack,
  cluster,
  planned,
  identitySide,
  secretEnv,
}: WorkloadsArgs): Promise<Workload[]> {
  if (planned.length === 0) return [];
  if (planned.some(({ identity }) => identity.from === "other stack")) {
    const issuer = await whenKnown(cluster.oidcIssuerUrl);
    if (issuer !== undefined) checkIssuers(stack, planned, issuer);
  }
  const accounts = new ServiceAccounts(
    cluster,
    planned.map(({ workload }) => workload),
  );
  return planned.map((plan) => {
    const { workload } = plan;
    const identity = tokenSource(plan, identitySide);
    const serviceAccount = accounts.of(workload, identity);
    return new Workload({ workload, cluster, serviceAccount, identity, secretEnv });
  });
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
