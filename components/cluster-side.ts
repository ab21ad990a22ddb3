import { checkIssuer, type PlannedWorkload } from "../federation/workload-identities";
import type { AksCluster } from "./aks-cluster";
import type { IdentitySide } from "./identity-side";
import { ServiceAccounts } from "./service-accounts";
import { type TokenSource, Workload } from "./workload";

export interface WorkloadsArgs {
  readonly stack: string;
  readonly cluster: AksCluster;
  readonly planned: readonly PlannedWorkload[];
  /** Tenant B, when this same stack makes it. */
  readonly identitySide: IdentitySide | undefined;
  readonly secretEnv: boolean;
}

/** Runs the workloads in the cluster, each with the service account that tenant B trusts. */
export function makeWorkloads({ stack, cluster, planned, identitySide, secretEnv }: WorkloadsArgs): Workload[] {
  if (planned.length === 0) return [];
  const accounts = new ServiceAccounts(
    cluster,
    planned.map(({ workload }) => workload),
  );
  return planned.map((plan) => {
    const { workload } = plan;
    const identity = tokenSource(stack, plan, cluster, identitySide);
    const serviceAccount = accounts.of(workload, identity);
    return new Workload({ workload, cluster, serviceAccount, identity, secretEnv });
  });
}

function tokenSource(
  stack: string,
  plan: PlannedWorkload,
  cluster: AksCluster,
  own: IdentitySide | undefined,
): TokenSource {
  const { identity } = plan;
  const registrations = own?.registrations ?? [];
  if (identity.from === "this stack") {
    const made = own?.identities.get(identity.name);
    if (made === undefined) throw new Error(`identity ${identity.name} was planned and not made`);
    const { clientId, tenantId, subscriptionId } = made;
    return { clientId, tenantId, subscriptionId, readyAfter: [...made.trustAndRoles, ...registrations] };
  }
  if (identity.from === "config") {
    const { clientId, tenantId, subscriptionId } = identity;
    return { clientId, tenantId, subscriptionId, readyAfter: registrations };
  }
  const { clientId, tenantId, subscriptionId } = identity.identity;
  // Nothing may carry the identity of tenant B before its trust in this very issuer is checked.
  const checked = cluster.oidcIssuerUrl.apply((issuer) => {
    checkIssuer(stack, plan, issuer);
    return clientId;
  });
  return { clientId: checked, tenantId, subscriptionId, readyAfter: registrations };
}
