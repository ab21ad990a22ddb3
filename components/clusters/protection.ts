import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster";

/**
 * Refuses a destroy of a protected cluster before anything is touched. It depends on all that is in the cluster, so the
 * engine deletes it first, and stops where it is protected. Protecting the cluster alone comes too late: what is deleted
 * with a cluster (`deletedWith`) has left the state by then, and still runs.
 *
 * It is made without `protect` too: the engine deletes nothing that the state protects, even when the program drops it.
 */
export class ClusterProtection extends pulumi.ComponentResource {
  constructor(cluster: Cluster, protect: boolean) {
    super("cross-tenant-identity:azure:ClusterProtection", cluster.name, {}, { dependsOn: cluster, protect });
    this.registerOutputs({});
  }
}
