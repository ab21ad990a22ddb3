import type { PropertyMap } from "../../rpc/values.ts";
import { count, text } from "../fields.ts";
import { describe } from "../naming.ts";
import { condition, holds, type Readiness, reasonOf } from "./conditions.ts";

/** A Job is ready when it is complete; one whose Failed condition holds is not tried again. */
export function jobReadiness(job: PropertyMap): Readiness {
  if (holds(job, "Complete")) return { state: "ready", progress: `${describe(job)} is complete`, trouble: [] };
  const failed = condition(job, "Failed") ?? condition(job, "FailureTarget");
  if (text(failed, "status") === "True") {
    const trouble = [`[${describe(job)}] ${reasonOf(failed)}`];
    return { state: "failed", progress: `${describe(job)} failed`, trouble };
  }
  const counters = ["active", "succeeded", "failed"].map((name) => `${count(job, "status", name)} ${name}`).join(", ");
  const what = text(job, "status", "startTime") === "" ? "start" : `succeed (pods: ${counters})`;
  return { state: "waiting", progress: `Waiting for ${describe(job)} to ${what}`, trouble: [] };
}
