/** What Resource Manager asks for when a managed cluster is created. */
export interface ClusterSpec {
  /** Resource id of the managed cluster, as Azure writes it. */
  armId: string;
  name: string;
  tenantId: string;
  location: string;
  /** The `iss` of the cluster's service-account tokens, with its trailing slash. */
  issuerUrl: string;
  /** Whether the workload identity webhook is on from the start. */
  workloadIdentity: boolean;
}

/** A cluster that serves its API. */
export interface RunningCluster {
  /** YAML for an administrator by client token; the context is named after the cluster. */
  kubeconfig(): string;
  /** The discovery document, as the API server itself answers it. */
  openidConfiguration(): Promise<unknown>;
  /** The public keys of service-account tokens, as the API server itself answers them. */
  jwks(): Promise<unknown>;
  setWorkloadIdentity(enabled: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the API servers behind managed clusters. */
export interface ClusterBackend {
  /** The version of every cluster's API server, such as `1.37.2`. There is one only: that of the sandbox's tools. */
  kubernetesVersion(): Promise<string>;
  start(spec: ClusterSpec): Promise<RunningCluster>;
}
