import { formatPath } from "../../rpc/property-path.ts";
import type { DiffResult } from "../../rpc/provider.ts";
import type { PropertyMap } from "../../rpc/values.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { ANNOTATION, annotation, isAutonamed } from "../naming.ts";
import { jobReadiness } from "../readiness/job.ts";

/** True for a Job that is to be made anew, by annotation, as long as it is not complete. */
export async function mustReplaceUnready(
  cluster: ClusterAccess,
  state: PropertyMap,
  inputs: PropertyMap,
): Promise<boolean> {
  if (inputs.kind !== "Job" || annotation(inputs, ANNOTATION.replaceUnready) !== "true") return false;
  const live = await cluster.get(state).catch(() => undefined);
  return live !== undefined && jobReadiness(live).state !== "ready";
}

/** The diff with a replacement because of the annotation. */
export function replacedAsUnready(result: DiffResult, inputs: PropertyMap): DiffResult {
  const path = formatPath(["metadata", "annotations", ANNOTATION.replaceUnready]);
  return {
    changes: "some",
    replaces: [...result.replaces, path],
    deleteBeforeReplace: result.deleteBeforeReplace || !isAutonamed(inputs),
    detailedDiff: { ...result.detailedDiff, [path]: { kind: "update-replace", inputDiff: true } },
  };
}
