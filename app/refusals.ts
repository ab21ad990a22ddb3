import { KNOWN_REFUSALS, type KnownRefusal, SAME_REFUSAL } from "./refusal-table.ts";

/** Why a read did not succeed. */
export interface Refusal extends KnownRefusal {
  /** AADSTS number, Resource Manager code, or a word of this program (`network`, `no-credential`, …). */
  code: string;
  /** HTTP status, where there was an answer. */
  status?: number;
  /** What the service said, on one line, without ids that only matter to support. */
  said: string;
  /** Support asks for it. */
  correlationId?: string;
  /** True when Entra ID refused the presented token, so that its claims are worth showing. */
  aboutToken: boolean;
}

const NETWORK_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE"]);

/** Finds out what an error of the Azure clients means and whether waiting may help. */
export function classify(error: unknown): Refusal {
  const chain = causes(error);
  const said = [...new Set(chain.map(textOf))].join(" ");
  const status = firstNumber(chain, "statusCode");
  const about = { said: shorten(said), status, correlationId: /Correlation ID:\s*([0-9a-f-]{36})/i.exec(said)?.[1] };

  const aadsts = /AADSTS\d+/.exec(said)?.[0];
  if (aadsts) return { code: aadsts, aboutToken: true, ...about, ...(known(aadsts) ?? unknownSignIn(status)) };

  const names = chain.flatMap((cause) => [property(cause, "code"), property(cause, "errorCode")]);
  const codes = names.filter((code) => typeof code === "string");
  const make = (code: string, what: KnownRefusal): Refusal => ({ code, aboutToken: false, ...about, ...what });
  for (const code of codes) {
    const meaning = known(code);
    if (meaning) return make(code, meaning);
  }
  const tls = codes.find((code) => /CERT|ERR_TLS|ERR_SSL/.test(code) && !code.startsWith("AADSTS"));
  if (tls) return make(tls, UNTRUSTED_CERTIFICATE);
  if (status !== undefined) return make(codes[0] ?? `http-${status}`, byStatus(status));
  const missing = codes.find((code) => code === "ENOENT" || code === "EACCES");
  if (missing) return make(missing, UNREADABLE_TOKEN_FILE);
  const network = codes.find((code) => NETWORK_CODES.has(code));
  if (network || codes.some((code) => /network|endpoints_resolution|REQUEST_SEND_ERROR/.test(code))) {
    return make(network ?? "network", UNREACHABLE);
  }
  if (/endpoints_resolution_error|network_error/.test(said)) return make("network", UNREACHABLE);
  if (chain.some((cause) => /^(Abort|Timeout)Error$/.test(String(property(cause, "name")))))
    return make("timeout", NO_ANSWER);
  if (chain.some((cause) => /Credential|Authentication/.test(String(property(cause, "name"))))) {
    return make("no-credential", NO_CREDENTIAL);
  }
  return make("unexpected", UNEXPECTED);
}

function known(code: string): KnownRefusal | undefined {
  return KNOWN_REFUSALS[SAME_REFUSAL[code] ?? code];
}

const UNTRUSTED_CERTIFICATE: KnownRefusal = {
  meaning: "the service's certificate is not trusted here",
  check: "a proxy that inspects TLS? Give its authority in NODE_EXTRA_CA_CERTS",
  healsWithTime: false,
};
const UNREADABLE_TOKEN_FILE: KnownRefusal = {
  meaning: "the projected token file cannot be read",
  check: "AZURE_FEDERATED_TOKEN_FILE and the volume mounted there; the container's user must be allowed to read it",
  healsWithTime: false,
};
const UNREACHABLE: KnownRefusal = {
  meaning: "no connection to Azure",
  check:
    "outgoing HTTPS to the cloud's sign-in and Resource Manager (see the line of the start): firewall, DNS, HTTPS_PROXY",
  healsWithTime: true,
};
const NO_ANSWER: KnownRefusal = {
  meaning: "no answer in time",
  check:
    "outgoing HTTPS to the cloud's sign-in and Resource Manager (see the line of the start): firewall, HTTPS_PROXY",
  healsWithTime: true,
};
const NO_CREDENTIAL: KnownRefusal = {
  meaning: "no usable credential was found",
  check: "on a laptop: az login --tenant TENANT; in a pod: the workload identity label and annotations",
  healsWithTime: false,
};
const UNEXPECTED: KnownRefusal = {
  meaning: "an error that this program does not know",
  check: "the text of the error",
  healsWithTime: false,
};

function unknownSignIn(status: number | undefined): KnownRefusal {
  return {
    meaning: "Entra ID refused the sign-in",
    check: "the code at https://login.microsoftonline.com/error, and the presented token below",
    healsWithTime: status !== undefined && isTransient(status),
  };
}

/** Busy, or a fault of the service; 501 says that it will never do this. */
function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function byStatus(status: number): KnownRefusal {
  if (isTransient(status)) {
    return { meaning: "the service is busy or has a fault", check: "https://status.azure.com", healsWithTime: true };
  }
  if (status === 400 || status === 404) {
    return {
      meaning: "Resource Manager knows no such region or quota resource",
      check: "AZURE_REGION (az account list-locations) and AZURE_RESOURCE_NAME (az vm list-usage --location REGION)",
      healsWithTime: false,
    };
  }
  return { meaning: "the service refused the request", check: "the text of the error", healsWithTime: false };
}

/** The error with everything that it wraps: `cause`, the members of an aggregate, the body of a REST error. */
function causes(error: unknown): unknown[] {
  const seen: unknown[] = [];
  const visit = (item: unknown): void => {
    if (item === undefined || item === null || seen.includes(item) || seen.length > 20) return;
    seen.push(item);
    visit(property(item, "cause"));
    const members = property(item, "errors");
    if (Array.isArray(members)) members.forEach(visit);
    const details = property(item, "details");
    visit(property(details, "error") ?? undefined);
  };
  visit(error);
  return seen;
}

function property(item: unknown, name: string): unknown {
  return typeof item === "object" && item !== null ? Reflect.get(item, name) : undefined;
}

function firstNumber(items: unknown[], name: string): number | undefined {
  return items.map((item) => property(item, name)).find((value) => typeof value === "number");
}

function textOf(item: unknown): string {
  const message = property(item, "message");
  return typeof message === "string" ? message : typeof item === "string" ? item : "";
}

/** The first sentence that matters: from the service's code on, up to the ids for support, at most 400 characters. */
function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  const start = Math.max(flat.search(/AADSTS\d+:/), 0);
  const end = flat.slice(start).search(/ ?Trace ID:/i);
  return flat
    .slice(start, end > 0 ? start + end : undefined)
    .slice(0, 400)
    .trim();
}
