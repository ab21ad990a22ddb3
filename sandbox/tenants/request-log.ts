import { createWriteStream, type WriteStream } from "node:fs";
import type { RequestHandler } from "express";

/** One request as the log keeps it. No headers and no bodies: secrets and tokens never get there. */
export interface LoggedRequest {
  time: string;
  method: string;
  host: string;
  path: string;
  status: number;
  tenant?: string;
  principal?: string;
  error?: string;
  ms: number;
}

const kept = 5_000;

/** Writes one JSON line a request, and keeps the last ones for the admin address. */
export class RequestLog {
  readonly file: string;
  readonly recent: LoggedRequest[] = [];
  readonly #stream: WriteStream;

  constructor(file: string) {
    this.file = file;
    this.#stream = createWriteStream(file, { flags: "a" });
  }

  /** Logs a request when it has been answered. Handlers leave tenant, principal and error code in `response.locals`. */
  get middleware(): RequestHandler {
    return (request, response, next) => {
      const started = performance.now();
      const { method, url, headers } = request;
      response.once("close", () => {
        this.#write({
          time: new Date().toISOString(),
          method,
          host: headers.host ?? "",
          path: url,
          status: response.statusCode,
          ...textAt(response.locals, "tenant"),
          ...textAt(response.locals, "principal"),
          ...("errorCode" in response.locals ? { error: String(response.locals.errorCode) } : {}),
          ms: Math.round(performance.now() - started),
        });
      });
      next();
    };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }

  #write(entry: LoggedRequest): void {
    this.recent.push(entry);
    if (this.recent.length > kept) this.recent.shift();
    // A connection that is cut while the cloud closes ends its request after the log.
    if (!this.#stream.writableEnded) this.#stream.write(`${JSON.stringify(entry)}\n`);
  }
}

function textAt(locals: Record<string, unknown>, name: string): Record<string, string> {
  const value = locals[name];
  return typeof value === "string" ? { [name]: value } : {};
}
