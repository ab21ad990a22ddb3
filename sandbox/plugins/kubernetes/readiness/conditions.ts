import type { PropertyMap } from "../../rpc/values.ts";
import { objects, text } from "../fields.ts";

/** How far an object is. */
export interface Readiness {
  state: "ready" | "waiting" | "failed";
  /** One line of what is being waited for. */
  progress: string;
  /** What keeps it from becoming ready, as far as its status tells. */
  trouble: string[];
}

/** The condition of a type in an object's status. */
export function condition(object: PropertyMap, type: string): PropertyMap | undefined {
  return objects(object, "status", "conditions").find((candidate) => text(candidate, "type") === type);
}

/** True when the condition is there with status True. */
export function holds(object: PropertyMap, type: string): boolean {
  return text(condition(object, type), "status") === "True";
}

/** `[Reason] message` of a condition, "" when it says neither. */
export function reasonOf(found: PropertyMap | undefined): string {
  const reason = text(found, "reason");
  const message = text(found, "message");
  return [reason === "" ? "" : `[${reason}]`, message].filter((part) => part !== "").join(" ");
}
