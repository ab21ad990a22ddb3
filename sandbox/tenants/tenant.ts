import type { PropagationDelays, TenantSpec } from "../topology.ts";
import { AccessControl } from "./arm/access-control.ts";
import { OperationStore } from "./arm/operations.ts";
import { ProviderRegistry } from "./arm/providers.ts";
import type { ResourceGroup } from "./arm/resource-groups.ts";
import { ResourceStore } from "./arm/resource-store.ts";
import type { ClusterBackend, RunningCluster } from "./cluster-backend.ts";
import { Directory } from "./entra/directory.ts";
import { SigningKey } from "./entra/signing-key.ts";

/** One simulated tenant: its directory, its keys, and its one subscription. */
export interface Tenant {
  spec: TenantSpec;
  key: SigningKey;
  directory: Directory;
  access: AccessControl;
  providers: ProviderRegistry;
  operations: OperationStore;
  groups: Map<string, ResourceGroup>;
  resources: ResourceStore;
}

/** Everything that the simulated cloud is made of. */
export interface World {
  tenants: Tenant[];
  /** Settable while the cloud runs. */
  propagation: PropagationDelays;
  operationPollMs: number;
  /** How long access tokens live that Entra ID issues from now on. Settable while the cloud runs. */
  accessTokens: { lifetimeSeconds: number };
  backend: ClusterBackend;
  /** Every running cluster, of whatever kind, by context. */
  clusters: ReadonlyMap<string, RunningCluster>;
  /** Running clusters with an issuer that is switched on, by issuer URL. */
  issuers: Map<string, RunningCluster>;
  /** Where the cloud is reached without its proxy: TLS on 127.0.0.1 (port 0 until it listens), and the authority to trust there. */
  address: { port: number; authority: string; caFile: string };
  log(line: string): void;
}

/** Makes an empty tenant with a signing key of its own. */
export async function createTenant(spec: TenantSpec, propagation: PropagationDelays): Promise<Tenant> {
  return {
    spec,
    key: await SigningKey.generate(),
    directory: new Directory(() => propagation.federatedCredentialMs),
    access: new AccessControl(() => propagation.roleAssignmentMs),
    providers: new ProviderRegistry(),
    operations: new OperationStore(),
    groups: new Map(),
    resources: new ResourceStore(),
  };
}

/** The tenant whose id is `tenantId`, in any case. */
export function tenantById(world: World, tenantId: string): Tenant | undefined {
  return world.tenants.find((tenant) => sameText(tenant.spec.tenantId, tenantId));
}

/** The tenant that owns the subscription, in any case. */
export function tenantBySubscription(world: World, subscriptionId: string): Tenant | undefined {
  return world.tenants.find((tenant) => sameText(tenant.spec.subscriptionId, subscriptionId));
}

function sameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
