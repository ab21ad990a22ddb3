import { z } from "zod";

/**
 * What a stack tells others: the contract between the two sides. Names and shapes here are stable; what a reader does
 * not know it ignores, so that either side may grow first.
 */

export const serviceAccountOutput = z.object({
  namespace: z.string(),
  name: z.string(),
  /** The identity as tenant A's config names it; a client ID when it was typed in. */
  identity: z.string(),
  workload: z.string(),
});

export const trustOutput = z.object({
  /** Left out while tenant B waits for the cluster's issuer: the subject is listed, but not yet trusted. */
  issuer: z.string().optional(),
  subject: z.string(),
  audience: z.string(),
});

export const identityOutput = z.object({
  clientId: z.string(),
  principalId: z.string().optional(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  trusts: z.array(trustOutput),
  roles: z.array(z.object({ role: z.string(), scope: z.string() })).default([]),
});

export const clusterSideOutputs = z.object({
  oidcIssuerUrl: z.string(),
  serviceAccounts: z.array(serviceAccountOutput).default([]),
});

export const identitySideOutputs = z.record(z.string(), identityOutput);

/** What a stack says of its cluster, for its own next deployment: what cannot change without another cluster. */
export const clusterOutput = z.object({
  kind: z.string(),
  name: z.string(),
  resourceGroup: z.string().optional(),
  location: z.string().optional(),
  /** By config path, as text. */
  fixed: z.record(z.string(), z.string()),
  /** Of a cluster whose keys the stack publishes: UID of its namespace kube-system, by which a cluster is known again. */
  uid: z.string().optional(),
  /** Label value of the webhook that the stack installed in it. A stack that is renamed finds its own by it. */
  webhook: z.string().optional(),
  /** Whether the API server was seen to sign with the issuer that the stack publishes, and workloads were let in. */
  issuerInUse: z.boolean().optional(),
});

export type ServiceAccountOutput = z.output<typeof serviceAccountOutput>;
export type TrustOutput = z.output<typeof trustOutput>;
export type IdentityOutput = z.output<typeof identityOutput>;
export type ClusterOutput = z.output<typeof clusterOutput>;
export type ClusterSideOutputs = z.output<typeof clusterSideOutputs>;
export type IdentitySideOutputs = z.output<typeof identitySideOutputs>;

/** Another stack, as config names it; `outputs` is undefined until it has been deployed. */
export interface NeighbourStack<Outputs> {
  readonly stack: string;
  readonly outputs: Outputs | undefined;
}

export interface Neighbours {
  /** Issuer of this stack's own cluster, as last deployed: what the identity stacks were able to read. */
  readonly ownIssuer: string | undefined;
  /** This stack's own cluster, as last deployed. */
  readonly publishedCluster: ClusterOutput | undefined;
  /** Names of this stack's identities by client ID, as last deployed: tenant A may have typed a client ID in. */
  readonly ownClientIds: ReadonlyMap<string, string>;
  readonly identityStacks: readonly NeighbourStack<IdentitySideOutputs>[];
  readonly clusterStacks: readonly NeighbourStack<ClusterSideOutputs>[];
}
