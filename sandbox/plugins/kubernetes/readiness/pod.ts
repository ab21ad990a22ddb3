import type { PropertyMap } from "../../rpc/values.ts";
import { count, field, objects, text } from "../fields.ts";
import { describe } from "../naming.ts";
import { condition, holds, type Readiness, reasonOf } from "./conditions.ts";

/** A Pod is ready when it is scheduled, initialised and its Ready condition holds; or when it has succeeded. */
export function podReadiness(pod: PropertyMap): Readiness {
  const phase = text(pod, "status", "phase");
  if (phase === "Succeeded") return { state: "ready", progress: `${describe(pod)} succeeded`, trouble: [] };
  // A Pod that failed is never started again (pod lifecycle: phases), so there is nothing to wait for.
  if (phase === "Failed") {
    const own = [text(pod, "status", "reason"), text(pod, "status", "message")]
      .filter((part) => part !== "")
      .join(": ");
    const reasons = podTrouble(pod);
    const trouble = reasons.length > 0 ? reasons : [`[${describe(pod)}] ${own || "failed"}`];
    return { state: "failed", progress: `${describe(pod)} failed`, trouble };
  }
  for (const [type, what] of [
    ["PodScheduled", "scheduled"],
    ["Initialized", "initialized"],
    ["Ready", "ready"],
  ] as const) {
    if (!holds(pod, type)) {
      return { state: "waiting", progress: `Waiting for ${describe(pod)} to be ${what}`, trouble: podTrouble(pod) };
    }
  }
  return { state: "ready", progress: `${describe(pod)} is ready`, trouble: [] };
}

/** What a Pod's status says about its not being ready, one line a cause. */
export function podTrouble(pod: PropertyMap): string[] {
  const statuses = [...objects(pod, "status", "initContainerStatuses"), ...objects(pod, "status", "containerStatuses")];
  const containers = statuses.flatMap(containerTrouble);
  const scheduled = condition(pod, "PodScheduled");
  const unscheduled = scheduled !== undefined && !holds(pod, "PodScheduled") ? reasonOf(scheduled) : "";
  // Ready says only which containers are not, so it is worth a line only when the containers themselves are silent.
  const unready =
    containers.length === 0 && unscheduled === "" && !holds(pod, "Ready") ? condition(pod, "Ready") : undefined;
  return [unscheduled, ...containers, text(unready, "message")]
    .filter((line) => line !== "")
    .map((line) => `[${describe(pod)}] ${line}`);
}

function containerTrouble(status: PropertyMap): string[] {
  if (field(status, "ready") === true) return [];
  const name = text(status, "name");
  const lines: string[] = [];
  const waiting = text(status, "state", "waiting", "reason");
  if (waiting !== "" && waiting !== "ContainerCreating" && waiting !== "PodInitializing") {
    lines.push(`container "${name}" is waiting: ${reasonOf(waitingOf(status))}`);
  }
  const now = ended(status, "state");
  if (now !== "") lines.push(`container "${name}" ended: ${now}`);
  const last = ended(status, "lastState");
  if (last !== "") {
    lines.push(`container "${name}" ended before: ${last}, restarted ${count(status, "restartCount")} times`);
  }
  return lines;
}

function waitingOf(status: PropertyMap): PropertyMap {
  const reason = text(status, "state", "waiting", "reason");
  return { reason, message: text(status, "state", "waiting", "message") };
}

/** How a container ended; "" when it did not, or ended well. */
function ended(status: PropertyMap, where: "state" | "lastState"): string {
  const code = field(status, where, "terminated", "exitCode");
  if (typeof code !== "number" || code === 0) return "";
  const reason = text(status, where, "terminated", "reason") || "Error";
  const message = text(status, where, "terminated", "message").trim();
  return `${reason}, exit code ${code}${message === "" ? "" : ` (${message})`}`;
}
