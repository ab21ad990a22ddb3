import { setTimeout as sleep } from "node:timers/promises";
import type { PropertyMap } from "../../rpc/values.ts";
import { isStatus, UnreachableError } from "../api-errors.ts";
import type { ClusterAccess } from "../cluster-access.ts";
import { objects, text } from "../fields.ts";
import { ANNOTATION, annotation, describe, nameOf } from "../naming.ts";
import type { Readiness } from "./conditions.ts";
import { currentReplicaSet, deploymentReadiness } from "./deployment.ts";
import { jobReadiness } from "./job.ts";
import { podReadiness, podTrouble } from "./pod.ts";
import { wishedReadiness, wishesOf } from "./wait-for.ts";

const POLL_MS = 400;
// How many polls in a row may find no API server: it may be restarting.
const MAX_SILENT_POLLS = 25;
// The default of every kind that the Kubernetes provider waits for (its await package and SDK documentation).
const DEFAULT_TIMEOUT_SECONDS = 600;

const BY_KIND: Record<string, (object: PropertyMap) => Readiness> = {
  "v1/Pod": podReadiness,
  "apps/v1/Deployment": deploymentReadiness,
  "batch/v1/Job": jobReadiness,
};

/** An object that was written but did not become ready. */
export class NotReadyError extends Error {
  readonly object: PropertyMap;
  readonly reasons: string[];

  constructor(object: PropertyMap, summary: string, trouble: string[]) {
    super(summary);
    this.name = "NotReadyError";
    this.object = object;
    this.reasons = [summary, ...trouble];
  }
}

/** True when the program asked not to wait for the object. */
export function skipsAwait(inputs: PropertyMap): boolean {
  return annotation(inputs, ANNOTATION.skipAwait) === "true";
}

/** Seconds to wait: the resource's customTimeouts, else the annotation, else the default. */
export function timeoutOf(inputs: PropertyMap, customSeconds: number): number {
  if (customSeconds > 0) return customSeconds;
  const annotated = Number(annotation(inputs, ANNOTATION.timeoutSeconds));
  return annotated > 0 ? annotated : DEFAULT_TIMEOUT_SECONDS;
}

/**
 * How far an object is at this moment; undefined for kinds that nothing is waited for. What the program asks for by
 * annotation comes before what its kind is waited for.
 */
export function readinessOf(object: PropertyMap): Readiness | undefined {
  const wishes = wishesOf(object);
  if (wishes.length > 0) return wishedReadiness(object, wishes);
  return BY_KIND[`${text(object, "apiVersion")}/${text(object, "kind")}`]?.(object);
}

/**
 * Waits until a written object is ready and returns it as it is then.
 * @throws NotReadyError with the object's and its pods' trouble when it fails, disappears, or time runs out
 */
export async function awaitReady(
  cluster: ClusterAccess,
  written: PropertyMap,
  inputs: PropertyMap,
  customSeconds: number,
  urn: string,
): Promise<PropertyMap> {
  if (readinessOf(written) === undefined || skipsAwait(inputs)) return cluster.get(written).catch(() => written);
  const seconds = timeoutOf(inputs, customSeconds);
  const deadline = Date.now() + seconds * 1000;
  let object = written;
  let shown = "";
  let silent = 0;
  for (;;) {
    const found = await latest(cluster, object, silent < MAX_SILENT_POLLS);
    silent = found === undefined ? silent + 1 : 0;
    object = found ?? object;
    const readiness = readinessOf(object);
    if (readiness === undefined || (found !== undefined && readiness.state === "ready")) return object;
    const status = [readiness.progress, ...readiness.trouble].join("; ");
    if (status !== shown) cluster.log("info", status, urn, true);
    shown = status;
    if (readiness.state === "failed") {
      throw new NotReadyError(object, readiness.progress, [
        ...readiness.trouble,
        ...(await troubleOfPods(cluster, object)),
      ]);
    }
    const late = Date.now() >= deadline;
    if (late || cluster.signal.aborted) {
      const cause = late ? `it was not ready after ${seconds} s` : "the wait was cancelled";
      const trouble = [...readiness.trouble, ...(late ? await troubleOfPods(cluster, object) : [])];
      const advice = late
        ? ". Mend the cause and run again, or allow more time with customTimeouts or the annotation pulumi.com/timeoutSeconds"
        : "";
      throw new NotReadyError(object, `${readiness.progress}: ${cause}${advice}`, trouble);
    }
    await sleep(POLL_MS, undefined, { signal: cluster.signal }).catch(() => undefined);
  }
}

/** The object as it is now; undefined when there was no answer and that is tolerated. */
async function latest(
  cluster: ClusterAccess,
  object: PropertyMap,
  tolerant: boolean,
): Promise<PropertyMap | undefined> {
  try {
    return await cluster.get(object);
  } catch (error) {
    if (cluster.signal.aborted || (tolerant && error instanceof UnreachableError)) return undefined;
    if (!isStatus(error, 404)) throw error;
    throw new NotReadyError(
      object,
      `${describe(object)} was deleted while it was waited for. Run again to make it anew`,
      [],
    );
  }
}

/** What the pods behind a Deployment or Job say about it; nothing when they cannot be read. */
async function troubleOfPods(cluster: ClusterAccess, object: PropertyMap): Promise<string[]> {
  const { namespace, name } = nameOf(object);
  try {
    const selector = await podSelector(cluster, object, namespace, name);
    if (selector === undefined) return [];
    const pods = await cluster.list({ apiVersion: "v1", kind: "Pod" }, namespace, selector);
    // Items of a list come without their kind.
    const trouble = objects(pods, "items").flatMap((pod) => podTrouble({ ...pod, kind: "Pod" }));
    return [...new Set(trouble)].slice(0, 10);
  } catch {
    return [];
  }
}

async function podSelector(cluster: ClusterAccess, object: PropertyMap, namespace: string, name: string) {
  const kind = text(object, "kind");
  if (kind === "Job") return `batch.kubernetes.io/job-name=${name}`;
  if (kind !== "Deployment") return undefined;
  const replicaSet = currentReplicaSet(
    object,
    await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespace),
  );
  const hash = text(replicaSet, "metadata", "labels", "pod-template-hash");
  return hash === "" ? undefined : `pod-template-hash=${hash}`;
}
