import type { PropertyMap } from "../../rpc/values.ts";
import { count, field, objects, text } from "../fields.ts";
import { describe } from "../naming.ts";
import { condition, holds, type Readiness, reasonOf } from "./conditions.ts";

const REVISION = "deployment.kubernetes.io/revision";

/**
 * A Deployment is ready when its controller has seen the newest generation, the new ReplicaSet is fully available and the
 * Available condition holds. A rollout that went over its progress deadline has failed.
 */
export function deploymentReadiness(deployment: PropertyMap): Readiness {
  const waiting = (what: string): Readiness => ({
    state: "waiting",
    progress: `Waiting for ${describe(deployment)}: ${what}`,
    trouble: trouble(deployment),
  });
  const wanted = field(deployment, "spec", "replicas") === undefined ? 1 : count(deployment, "spec", "replicas");
  const updated = count(deployment, "status", "updatedReplicas");
  const available = count(deployment, "status", "availableReplicas");

  if (count(deployment, "status", "observedGeneration") < count(deployment, "metadata", "generation")) {
    return waiting("its controller has not seen the change yet");
  }
  const progressing = condition(deployment, "Progressing");
  if (text(progressing, "reason") === "ProgressDeadlineExceeded") {
    return { ...waiting("the rollout took too long"), state: "failed" };
  }
  if (updated < wanted) return waiting(`${updated} of ${wanted} new pods are made`);
  if (text(progressing, "reason") !== "NewReplicaSetAvailable" && available < wanted) {
    return waiting(`${available} of ${wanted} pods are available`);
  }
  if (progressing !== undefined && text(progressing, "reason") !== "NewReplicaSetAvailable") {
    return waiting("the new ReplicaSet is not available yet");
  }
  if (!holds(deployment, "Available")) return waiting("too few pods are available");
  return { state: "ready", progress: `${describe(deployment)} is available`, trouble: [] };
}

/** The ReplicaSet of the Deployment's current revision, among those of its namespace. */
export function currentReplicaSet(deployment: PropertyMap, replicaSets: PropertyMap): PropertyMap | undefined {
  const uid = text(deployment, "metadata", "uid");
  const revision = text(deployment, "metadata", "annotations", REVISION);
  return objects(replicaSets, "items").find(
    (candidate) =>
      objects(candidate, "metadata", "ownerReferences").some((owner) => text(owner, "uid") === uid) &&
      text(candidate, "metadata", "annotations", REVISION) === revision,
  );
}

function trouble(deployment: PropertyMap): string[] {
  return ["ReplicaFailure", "Progressing", "Available"]
    .map((type) => ({ type, found: condition(deployment, type) }))
    .filter(
      ({ type, found }) =>
        found !== undefined && text(found, "status") === (type === "ReplicaFailure" ? "True" : "False"),
    )
    .map(({ found }) => `[${describe(deployment)}] ${reasonOf(found)}`);
}
