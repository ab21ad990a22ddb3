import type { ClusterConfig } from "../../config/cluster";
import { makeAks } from "./aks";
import { makeAksArc } from "./aks-arc";
import type { Cluster, ClusterContext } from "./cluster";
import { makeConnected } from "./connected";
import { makeExistingAks } from "./existing-aks";
import { makePlainKubernetes } from "./plain-kubernetes";

/**
 * Makes the cluster that config describes, or takes the one that exists.
 * @throws pulumi.RunError before the first resource when what exists is not fit for its purpose.
 */
export async function makeCluster(cluster: ClusterConfig, context: ClusterContext): Promise<Cluster> {
  switch (cluster.kind) {
    case "aks":
      return makeAks(cluster, context);
    case "existingAks":
      return makeExistingAks(cluster, context);
    case "aksArc":
      return makeAksArc(cluster, context);
    case "connected":
      return makeConnected(cluster, context);
    case "kubernetes":
      return makePlainKubernetes(cluster, context);
  }
}
