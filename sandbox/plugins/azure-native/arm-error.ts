import type { ProviderSettings } from "./settings.ts";

/** What Resource Manager answered, in the real provider's words and with the resource it is about. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, request: string) {
    const codePart = code === "" ? "" : ` Code="${code}"`;
    const statusPart = status === 0 ? "" : `Status=${status}`;
    super(`${`${statusPart}${codePart}`.trim()} Message="${message.trim()}" (${request})`);
    this.name = "ArmError";
    this.status = status;
    this.code = code;
  }
}

/** True when the error says that there is no such resource. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ArmError && error.status === 404;
}

/**
 * Turns whatever the Azure SDK threw into an Error with one clear message: Resource Manager's own answer, the AADSTS line
 * of a refused sign-in, or why nobody could be reached.
 * @param request for example `PUT /subscriptions/…`
 */
export function describeFailure(error: unknown, request: string, settings: ProviderSettings): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof ArmError) return error;
  if (isSignInFailure(error)) return new Error(signInText(error, settings));
  if (error.name === "AbortError")
    return new Error(`${request} was given up: the operation was cancelled or timed out.`);
  if (error.name === "TimeoutError")
    return new Error(`${request} did not finish in the time that customTimeouts allow.`);
  const status = numberAt(error, "statusCode") ?? 0;
  const code = stringAt(error, "code");
  if (status > 0) return new ArmError(status, armCode(error) ?? code ?? "", armMessage(error), request);
  // core-lro: "The long-running operation has failed. Code. Message"
  const operation = /^The long-running operation has failed(?:\. (\S+)\. (.*))?$/s.exec(error.message);
  if (operation !== null) return new ArmError(0, operation[1] ?? "", operation[2] ?? error.message, request);
  return new Error(`${request} failed: ${error.message}`);
}

/** The first AADSTS line of an Entra ID error, without time stamps and trace ids. */
export function aadstsLine(message: string): string | undefined {
  return /AADSTS\d+:.*?(?=\s+Trace ID:|\s+Timestamp:|\s*[\r\n]|$)/.exec(message)?.[0];
}

function isSignInFailure(error: Error): boolean {
  return (
    ["AuthenticationError", "AuthenticationRequiredError", "AggregateAuthenticationError"].includes(error.name) ||
    error.name === "CredentialUnavailableError" ||
    aadstsLine(error.message) !== undefined
  );
}

function signInText(error: Error, settings: ProviderSettings): string {
  const tenant = settings.tenantId === "" ? "the default tenant" : `tenant ${settings.tenantId}`;
  const aadsts = aadstsLine(error.message);
  if (aadsts !== undefined) {
    const who = settings.clientId === "" ? "" : ` as client ${settings.clientId}`;
    return `${aadsts} (signing in to ${tenant}${who}; check the provider's credentials, or the ARM_* variables)`;
  }
  if (error.name === "CredentialUnavailableError") {
    const login = settings.tenantId === "" ? "az login" : `az login --tenant ${settings.tenantId}`;
    return (
      `no credentials for ${tenant}: ${firstSentence(error.message)} Run \`${login}\`, or set clientId and clientSecret of ` +
      "the provider, or ARM_CLIENT_ID and ARM_CLIENT_SECRET (ARM_USE_OIDC, ARM_USE_MSI and certificates work too)."
    );
  }
  return `cannot sign in to ${tenant}: ${firstLine(error.message)}`;
}

function armCode(error: Error): string | undefined {
  const body = answerOf(error);
  const inner = typeof body === "object" && body !== null ? Reflect.get(body, "error") : undefined;
  return stringAt(inner, "code") ?? stringAt(body, "code");
}

function armMessage(error: Error): string {
  const body = answerOf(error);
  const inner = typeof body === "object" && body !== null ? Reflect.get(body, "error") : undefined;
  return stringAt(inner, "message") ?? stringAt(body, "message") ?? error.message;
}

function answerOf(error: Error): unknown {
  const response: unknown = Reflect.get(error, "response");
  const text = stringAt(response, "bodyAsText");
  if (text === undefined) return Reflect.get(error, "details");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstLine(message: string): string {
  const line = (message.split(/[\r\n]/)[0] ?? message).trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Microsoft's advice after the first sentence is longer than ours, and says less about tenants. */
function firstSentence(message: string): string {
  return firstLine(message).replace(/^(.*?[.!?]) .*$/, "$1");
}

function stringAt(value: unknown, key: string): string | undefined {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}

function numberAt(value: object, key: string): number | undefined {
  const found: unknown = Reflect.get(value, key);
  return typeof found === "number" ? found : undefined;
}
