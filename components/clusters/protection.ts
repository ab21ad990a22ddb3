import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster";

/**
 * Refuses a destroy of a protected cluster before anything is touched. It depends on all that is in the cluster, and on
 * what the stack makes beside it, so the engine deletes it before any of that, and stops where it is protected.
 * Protecting the cluster alone comes too late: what is deleted with a cluster (`deletedWith`) has left the state by then,
 * and still runs; and an identity that no workload uses would go while the refusal is on its way.
 *
 * It is made without `protect` too: the engine deletes nothing that the state protects, even when the program drops it.
 */
export class ClusterProtection extends pulumi.ComponentResource {
  constructor(cluster: Cluster, beside: readonly pulumi.Resource[], protect: boolean) {
    const dependsOn = [cluster, ...beside];
    super("cross-tenant-identity:azure:ClusterProtection", cluster.name, {}, { dependsOn, protect });
    this.registerOutputs({});
  }
}
