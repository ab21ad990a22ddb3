import { fullType, type KnownType, knownTypes, regions } from "./resource-types.ts";

/** Registration state of a resource provider in a subscription. */
export type RegistrationState = "NotRegistered" | "Registering" | "Registered" | "Unregistering";

/** Providers that a subscription in use has already; Microsoft.Quota is opt-in, as in Microsoft's sample output for cross-tenant workload identity. */
const registeredFromTheStart = [
  ...["Microsoft.Authorization", "Microsoft.Compute", "Microsoft.ContainerService", "Microsoft.ManagedIdentity"],
  ...["Microsoft.Resources", "Microsoft.Network", "Microsoft.Storage"],
  // Connecting a cluster, or an Azure Local machine, has registered these.
  ...["Microsoft.Kubernetes", "Microsoft.KubernetesConfiguration", "Microsoft.ExtendedLocation"],
  ...["Microsoft.HybridContainerService", "Microsoft.AzureStackHCI"],
];
const others = ["Microsoft.Quota", "Microsoft.KeyVault", "Microsoft.ContainerRegistry"];
const alwaysRegistered = ["microsoft.authorization", "microsoft.resources"];

/** How long a registration takes. Minutes on Azure. */
const registrationMs = 400;

/** Resource providers of one subscription. */
export class ProviderRegistry {
  readonly #states = new Map<string, { namespace: string; state: RegistrationState; settlesAt: number }>();

  constructor() {
    for (const namespace of registeredFromTheStart) this.#set(namespace, "Registered");
    for (const namespace of others) this.#set(namespace, "NotRegistered");
  }

  get namespaces(): string[] {
    return [...this.#states.values()].map(({ namespace }) => namespace);
  }

  /** Undefined: no such provider. */
  state(namespace: string): RegistrationState | undefined {
    const entry = this.#states.get(namespace.toLowerCase());
    if (entry === undefined) return undefined;
    if (Date.now() >= entry.settlesAt) {
      if (entry.state === "Registering") entry.state = "Registered";
      if (entry.state === "Unregistering") entry.state = "NotRegistered";
    }
    return entry.state;
  }

  register(namespace: string): void {
    if (this.state(namespace) !== "Registered") this.#settleLater(namespace, "Registering");
  }

  unregister(namespace: string): void {
    if (alwaysRegistered.includes(namespace.toLowerCase())) return;
    if (this.state(namespace) === "Registered") this.#settleLater(namespace, "Unregistering");
  }

  /** The provider as `GET …/providers/NAMESPACE` answers it. */
  json(namespace: string, subscriptionId?: string): Record<string, unknown> {
    const entry = this.#states.get(namespace.toLowerCase());
    const name = entry?.namespace ?? namespace;
    return {
      ...(subscriptionId === undefined ? {} : { id: `/subscriptions/${subscriptionId}/providers/${name}` }),
      namespace: name,
      registrationPolicy: alwaysRegistered.includes(name.toLowerCase()) ? "RegistrationFree" : "RegistrationRequired",
      registrationState: this.state(name),
      resourceTypes: typesOf(name).map((known) => ({
        resourceType: known.type,
        locations: fullType(known).startsWith("Microsoft.Authorization/") ? [] : [...regions.values()],
        apiVersions: [...known.versions],
        defaultApiVersion: known.versions[0],
        capabilities: "None",
      })),
    };
  }

  #settleLater(namespace: string, state: RegistrationState): void {
    const entry = this.#states.get(namespace.toLowerCase());
    if (entry === undefined || entry.state === state) return;
    entry.state = state;
    entry.settlesAt = Date.now() + registrationMs;
  }

  #set(namespace: string, state: RegistrationState): void {
    this.#states.set(namespace.toLowerCase(), { namespace, state, settlesAt: 0 });
  }
}

/** The simulated types of a namespace, in any case. */
export function typesOf(namespace: string): KnownType[] {
  return Object.values(knownTypes).filter((known) => known.namespace.toLowerCase() === namespace.toLowerCase());
}
