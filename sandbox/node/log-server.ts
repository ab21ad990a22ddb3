import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { TLSSocket } from "node:tls";
import type { ContainerLogs, LogQuery } from "./container-log.ts";
import { loopback } from "./downward-api.ts";

export interface LogServerOptions {
  /** Certificate and key (PEM) that the server shows. */
  certificate: string;
  key: string;
  /** PEM of the authority that signed the API server's client certificate. */
  authority: string;
  /** Common name of the one client that may read. */
  clientName: string;
  /** The logs of a container, or undefined when the node has no such container. */
  find(namespace: string, pod: string, container: string): ContainerLogs | undefined;
}

/** What a kubelet serves on port 10250, as far as logs go: `kubectl logs` comes here through the API server. */
export class LogServer {
  readonly #options: LogServerOptions;
  readonly #server: Server;

  constructor(options: LogServerOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        cert: options.certificate,
        key: options.key,
        ca: options.authority,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => this.#answer(request, response),
    );
  }

  /** Listens on a free port of 127.0.0.1 and returns it. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, loopback, () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (commonNameOf(request) !== this.#options.clientName) {
      refuse(response, 403, "Only the API server of this cluster may read from this node.");
      return;
    }
    const url = new URL(request.url ?? "/", "https://node");
    const [root, namespace = "", pod = "", container = ""] = url.pathname
      .split("/")
      .filter(Boolean)
      .map(decodeURIComponent);
    if (root === "healthz") {
      response.end("ok");
      return;
    }
    if (root !== "containerLogs" || request.method !== "GET") {
      refuse(
        response,
        501,
        `The sandbox's node runs pods as processes: it serves logs, but not ${root ?? "/"} (exec, attach, port-forward, cp).`,
      );
      return;
    }
    const logs = this.#options.find(namespace, pod, container);
    if (logs === undefined)
      refuse(response, 404, `container ${container} of pod ${namespace}/${pod} is not on this node`);
    else this.#serve(logs, url.searchParams, request, response);
  }

  #serve(logs: ContainerLogs, parameters: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const previous = parameters.get("previous") === "true";
    const log = previous ? logs.previous : logs.current;
    if (log === undefined) {
      if (previous) refuse(response, 400, "previous terminated container not found");
      else response.end();
      return;
    }
    response.writeHead(200, { "content-type": "text/plain" });
    const query = logQuery(parameters);
    if (parameters.get("follow") !== "true") {
      response.end(log.read(query));
      return;
    }
    response.flushHeaders();
    const leave = log.follow(
      query,
      (text) => response.write(text),
      () => response.end(),
    );
    request.on("close", leave);
    response.on("close", leave);
  }
}

/** Reads the parameters of the kubelet's log endpoint (`PodLogOptions`). */
export function logQuery(parameters: URLSearchParams): LogQuery {
  const number = (name: string) => {
    const text = parameters.get(name);
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const seconds = number("sinceSeconds");
  const time = parameters.get("sinceTime");
  const since = seconds !== undefined ? new Date(Date.now() - seconds * 1000) : time ? new Date(time) : undefined;
  const tailLines = number("tailLines");
  const limitBytes = number("limitBytes");
  return {
    timestamps: parameters.get("timestamps") === "true",
    ...(since ? { since } : {}),
    ...(tailLines !== undefined ? { tailLines } : {}),
    ...(limitBytes !== undefined ? { limitBytes } : {}),
  };
}

function commonNameOf(request: IncomingMessage): string | undefined {
  const { socket } = request;
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
  return Array.isArray(name) ? name[0] : name;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(text);
}
