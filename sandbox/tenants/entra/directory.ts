import { PropagatedSet } from "../propagated-set.ts";

/** What a federated credential trusts. Matched byte for byte. */
export interface FederatedTrust {
  issuer: string;
  subject: string;
  audience: string;
}

/** A service principal of the tenant: a deployer's application or a managed identity. */
export interface ServicePrincipal {
  objectId: string;
  clientId: string;
  displayName: string;
  kind: "Application" | "ManagedIdentity";
  /** Object ids of the groups that it is in. */
  groups: readonly string[];
  /** Secrets that are accepted at the token endpoint. A managed identity has none. */
  secrets: string[];
  /** When the directory's replicas know it (Date.now()). */
  visibleFrom: number;
  /** Federated credentials as the token endpoint sees them. */
  trusts: PropagatedSet<FederatedTrust>;
}

/** The directory of one tenant. */
export class Directory {
  readonly #principals = new Map<string, ServicePrincipal>();
  readonly #trustDelay: () => number;

  constructor(trustDelay: () => number) {
    this.#trustDelay = trustDelay;
  }

  add(principal: Omit<ServicePrincipal, "trusts" | "groups"> & { groups?: readonly string[] }): ServicePrincipal {
    const added = { groups: [], ...principal, trusts: new PropagatedSet<FederatedTrust>(this.#trustDelay) };
    this.#principals.set(principal.objectId, added);
    return added;
  }

  remove(objectId: string): void {
    this.#principals.delete(objectId);
  }

  /** The principal with this client id, once replicated. */
  byClientId(clientId: string): ServicePrincipal | undefined {
    const wanted = clientId.toLowerCase();
    return [...this.#principals.values()].find((each) => each.clientId.toLowerCase() === wanted && isVisible(each));
  }

  /** The principal with this object id, replicated or not. */
  byObjectId(objectId: string): ServicePrincipal | undefined {
    return this.#principals.get(objectId.toLowerCase());
  }
}

/** Whether every replica of the directory knows the principal yet. */
export function isVisible(principal: ServicePrincipal): boolean {
  return principal.visibleFrom <= Date.now();
}
