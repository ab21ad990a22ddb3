import type { PropertyMap } from "../rpc/values.ts";
import { objects, text } from "./fields.ts";

/** What was tried, for messages. */
export interface Attempt {
  /** For example "create". */
  verb: string;
  /** For example "Pod default/app". */
  object: string;
  server: string;
}

/** The API server answered with a Status of failure. */
export class ApiStatusError extends Error {
  readonly code: number;
  /** Reason of the Status: NotFound, AlreadyExists, Conflict, Invalid, Forbidden … */
  readonly reason: string;
  readonly status: PropertyMap;

  constructor(code: number, status: PropertyMap) {
    super(text(status, "message") || `HTTP status ${code}`);
    this.name = "ApiStatusError";
    this.code = code;
    this.reason = text(status, "reason");
    this.status = status;
  }
}

/** No answer from the API server at all. */
export class UnreachableError extends Error {
  readonly server: string;

  constructor(server: string, cause: string) {
    super(
      `The Kubernetes cluster at ${server} is unreachable: ${cause}. Check that it runs and that the provider's kubeconfig names it. If it was deleted, set PULUMI_K8S_DELETE_UNREACHABLE=true (or deleteUnreachable on the provider) and run again to remove its objects from the state.`,
    );
    this.name = "UnreachableError";
    this.server = server;
  }
}

/** The API server does not serve this kind. */
export class UnknownKindError extends Error {
  constructor(apiVersion: string, kind: string, server: string) {
    super(
      `The API server at ${server} knows no ${kind} in ${apiVersion}. Check apiVersion and kind, and make sure that the custom resource definition it needs exists before it (dependsOn).`,
    );
    this.name = "UnknownKindError";
  }
}

/** True for a Status with this HTTP code. */
export function isStatus(error: unknown, code: number): error is ApiStatusError {
  return error instanceof ApiStatusError && error.code === code;
}

/** True when the namespace of the object is not there (yet). */
export function isMissingNamespace(error: unknown): boolean {
  return isStatus(error, 404) && text(error.status, "details", "kind") === "namespaces";
}

/** Names of the fields that the strict field validation of the API server refused. */
export function unknownFields(message: string): string[] {
  const strict = [...message.matchAll(/unknown field "([^"]+)"/g)].map((match) => match[1] ?? "");
  // Server-side apply refuses them one step earlier, while it types the patch.
  const untyped = [...message.matchAll(/(\.[\w.[\]="\- ]+): field not declared in schema/g)];
  return [...new Set([...strict, ...untyped.map((match) => (match[1] ?? "").replace(/^\./, ""))])];
}

/** Rewrites a refusal of the API server into what is wrong, where, and what to do. Other errors come back unchanged. */
export function explain(error: unknown, attempt: Attempt): Error {
  if (!(error instanceof ApiStatusError)) return error instanceof Error ? error : new Error(String(error));
  const where = `${attempt.object} on ${attempt.server}`;
  const fields = unknownFields(error.message);
  const causes = objects(error.status, "details", "causes");

  if (fields.length > 0) {
    const list = fields.map((name) => `"${name.replaceAll('"', "'")}"`).join(", ");
    return new Error(
      `Cannot ${attempt.verb} ${where}: the API server knows no field ${list}. Correct the spelling or remove it; nothing was changed.`,
    );
  }
  if (error.reason === "AlreadyExists") {
    return new Error(
      `Cannot create ${where}: it already exists and is not in this stack's state. Import it (resource option "import"), give an alias if the resource was renamed, choose another name, or set upsertExistingObjects on the provider to take it over.`,
    );
  }
  if (error.code === 409 && causes.some((cause) => text(cause, "reason") === "FieldManagerConflict")) {
    const list = causes.map((cause) => `${text(cause, "field").replace(/^\./, "")} (${text(cause, "message")})`);
    return new Error(
      `Cannot ${attempt.verb} ${where}: other field managers own fields that it would change: ${list.join("; ")}. Undo their change, leave the fields out with ignoreChanges, or take them over with the annotation pulumi.com/patchForce: "true".`,
    );
  }
  if (error.code === 401) {
    return new Error(
      `Cannot ${attempt.verb} ${where}: the API server does not accept the credentials (401 ${error.message}). Refresh the provider's kubeconfig.`,
    );
  }
  if (error.code === 403) {
    return new Error(`Cannot ${attempt.verb} ${where}: forbidden. ${error.message}${hintForForbidden(error.message)}`);
  }
  if (isMissingNamespace(error)) {
    return new Error(
      `Cannot ${attempt.verb} ${where}: ${error.message}. Create the namespace first (and depend on it), or correct metadata.namespace.`,
    );
  }
  if (error.reason === "Invalid") {
    return new Error(`Cannot ${attempt.verb} ${where}: ${error.message}. Correct the named fields.`);
  }
  return new Error(`Cannot ${attempt.verb} ${where}: ${error.message} (${error.code} ${error.reason}).`);
}

function hintForForbidden(message: string): string {
  if (/error looking up service account/.test(message)) return ". Create the service account before the object.";
  if (/cannot \w+ resource/.test(message)) return ". Give the kubeconfig's user a role that allows it.";
  return "";
}
