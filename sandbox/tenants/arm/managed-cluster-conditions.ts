import type { ArmCall } from "./call.ts";
import { ArmError } from "./errors.ts";

/**
 * The conditions of a write: If-Match with the eTag that a GET showed, or If-None-Match: *. What each does is in
 * learn.microsoft.com/azure/aks/use-etags ("Configurations and expected behavior", "Common issues").
 * @param eTag of the resource; undefined when there is none yet
 */
export function checkConditions(call: ArmCall, what: string, eTag: string | undefined): void {
  const match = unquoted(call.header("if-match"));
  const noneMatch = unquoted(call.header("if-none-match"));
  // The words of all but the first two refusals are not confirmed; status and code are.
  if (noneMatch !== "" && noneMatch !== "*") {
    throw new ArmError(400, "BadRequest", `The header If-None-Match is '${noneMatch}'. It can only be empty or '*'.`);
  }
  if (noneMatch !== "" && match !== "") {
    throw new ArmError(400, "BadRequest", "The headers If-Match and If-None-Match cannot be used at the same time.");
  }
  if (eTag === undefined) {
    if (match === "") return;
    // Azure/azure-cli#30309 quotes it.
    throw preconditionFailed(
      "Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.",
    );
  }
  if (noneMatch === "*") {
    throw preconditionFailed(`${what} already exists, and the header If-None-Match is '*'.`);
  }
  // A write that loses the race inside AKS itself, past this check, is 409 EtagMismatch instead; nothing here can race so.
  if (match !== "" && match !== "*" && match !== eTag) {
    throw preconditionFailed(
      `The ETag '${match}' of the header If-Match does not match the current ETag of ${what}. Read it again, and write with the ETag that it has now.`,
    );
  }
}

function preconditionFailed(message: string): ArmError {
  return new ArmError(412, "PreconditionFailed", message);
}

/** An eTag is a quoted text in HTTP, and is shown without quotes in AKS's bodies. */
function unquoted(value: string): string {
  return value.trim().replace(/^(W\/)?"(.*)"$/, "$2");
}
