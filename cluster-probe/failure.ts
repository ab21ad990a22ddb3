/** Node's code of a failed system call or connection (ENOENT, ECONNREFUSED …), "" when there is none. */
export function failureCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

/** What an error says, in the words of whoever threw it. */
export function failureReason(error: unknown): string {
  const message =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
  return message.trim() || failureCode(error) || "no reason given";
}
