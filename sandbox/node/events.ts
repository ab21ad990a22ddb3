import { randomBytes } from "node:crypto";
import type { CoreV1Event, V1ObjectReference, V1Pod } from "@kubernetes/client-node";

export type EventType = "Normal" | "Warning";

/** Who says it: `kubelet` on a node, or `default-scheduler`. */
export interface EventSource {
  component: string;
  host?: string;
}

/** An event about a pod, as `kubectl describe pod` shows it. */
export function podEvent(
  pod: V1Pod,
  source: EventSource,
  type: EventType,
  reason: string,
  message: string,
): CoreV1Event {
  const { name = "", namespace = "default", uid, resourceVersion } = pod.metadata ?? {};
  const involvedObject: V1ObjectReference = { apiVersion: "v1", kind: "Pod", name, namespace, uid, resourceVersion };
  const now = new Date();
  return {
    metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
    involvedObject,
    type,
    reason,
    message: message.slice(0, 1024), // the API server refuses longer ones
    source,
    reportingComponent: source.component,
    reportingInstance: source.host ?? "",
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
  };
}
