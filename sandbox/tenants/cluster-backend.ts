/** What a cluster is to Azure: a managed cluster, a provisioned one on Azure Local, or nothing at all. */
export type ClusterKind = "aks" | "arc" | "plain";

/** The Azure that a cluster belongs to; it decides which authority the managed webhook gives to pods. */
export type AzureEnvironment = "public" | "usgovernment" | "china";

/** The workload identity webhook that Azure runs in a cluster, beside what a user may install there. */
export interface ManagedWebhook {
  /** `kube-system` in AKS, `arc-workload-identity` in an Arc-connected cluster. */
  namespace: string;
  /** The tenant that pods get whose service account names none; the cluster's own unless given. */
  tenantId?: string;
}

/** Where Azure runs the webhook of each kind of cluster. */
export const managedWebhookNamespace = { aks: "kube-system", arc: "arc-workload-identity" } as const;

/** A cluster that takes tokens of Microsoft Entra ID from its users. */
export interface EntraIntegration {
  tenantId: string;
  /** Object ids of the groups whose members administer the cluster. */
  adminGroupObjectIds: string[];
  /** TLS port of the simulated cloud on 127.0.0.1, where the tenant's keys are. */
  cloudPort: number;
  /** PEM file of the authority that signed the simulated cloud's certificate. */
  caFile: string;
}

/** What is asked for when a cluster is created. */
export interface ClusterSpec {
  kind: ClusterKind;
  /** Resource id of the cluster, as Azure writes it; a plain cluster has none. */
  armId?: string;
  name: string;
  /** The tenant that the cluster belongs to; none for a plain one. */
  tenantId: string | undefined;
  location: string;
  /** The `iss` of the cluster's service-account tokens, with its trailing slash where Azure made it. */
  issuerUrl: string;
  /** The webhook that is there from the start; none unless given. */
  managedWebhook: ManagedWebhook | undefined;
  environment: AzureEnvironment;
  entra?: EntraIntegration;
}

/** The two halves of a rotation: a new key signs while both are served; the old one is served no more. */
export type RotationStep = "add" | "retire";

/** A cluster that serves its API. */
export interface RunningCluster {
  readonly kind: ClusterKind;
  /** The tenant that the cluster belongs to; none for a plain one. */
  readonly tenantId: string | undefined;
  /** Name of the cluster's context in kubeconfigs; no other running cluster has it. */
  readonly context: string;
  /** The `iss` of the tokens that it signs now. */
  readonly issuerUrl: string;
  /** YAML for an administrator by client token. */
  kubeconfig(): string;
  /** The discovery document, as the API server itself answers it. */
  openidConfiguration(): Promise<unknown>;
  /** The public keys of service-account tokens, as the API server itself answers them. */
  jwks(): Promise<unknown>;
  /** Puts the managed webhook where `webhook` says, or takes it away. */
  setManagedWebhook(webhook: ManagedWebhook | undefined): Promise<void>;
  /** Changes the key that signs service-account tokens. Pods keep running; their tokens are renewed. */
  rotateSigningKey(step: RotationStep): Promise<void>;
  /** Signs for another issuer from now on. Tokens of the former issuer stay good for the API server itself. */
  setIssuer(issuerUrl: string): Promise<void>;
  /** Changes who signs in with Microsoft Entra ID; nobody does without it. */
  setEntra(entra: EntraIntegration | undefined): Promise<void>;
  podDisruptionBudgets(): Promise<{ namespace: string; name: string }[]>;
  stop(): Promise<void>;
}

/** Starts the API servers behind managed clusters, and plain ones. */
export interface ClusterBackend {
  /** Every cluster that runs now, by context. */
  readonly running: ReadonlyMap<string, RunningCluster>;
  /** The version of every cluster's API server, such as `1.37.2`. There is one only: that of the sandbox's tools. */
  kubernetesVersion(): Promise<string>;
  start(spec: ClusterSpec): Promise<RunningCluster>;
}
