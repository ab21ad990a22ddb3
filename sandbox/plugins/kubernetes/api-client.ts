import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "../rpc/values.ts";
import { ApiStatusError, UnknownKindError, UnreachableError } from "./api-errors.ts";
import { map, objects, text } from "./fields.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import type { ObjectKind, ObjectName } from "./resource-type.ts";
import type { ProviderSettings } from "./settings.ts";

/** Where a kind lives in the REST API. */
export interface ApiResource {
  plural: string;
  namespaced: boolean;
}

/** One request to the API server. */
export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  contentType?: string;
  body?: PropertyValue;
  signal?: AbortSignal;
}

const MAX_ATTEMPTS = 4;
const BUSY_PAUSE_MS = 500;
const RESET = /ECONNRESET|UND_ERR_SOCKET|EPIPE/;

/**
 * Talks to one API server in plain JSON. Kubeconfig, credentials and TLS are those of `@kubernetes/client-node`; its typed
 * API classes are not used, because their models drop fields that they do not know, and then the API server could
 * not refuse misspelt ones.
 */
export class ApiClient {
  readonly server: string;
  /** Namespace of the kubeconfig's context; "" when it sets none. */
  readonly contextNamespace: string;
  readonly #config: KubeConfig;
  readonly #http: typeof import("@kubernetes/client-node/dist/gen/http/http.js");
  readonly #resources = new Map<string, Promise<PropertyMap[]>>();

  private constructor(config: KubeConfig, http: typeof import("@kubernetes/client-node/dist/gen/http/http.js")) {
    this.#config = config;
    this.#http = http;
    this.server = (config.getCurrentCluster()?.server ?? "").replace(/\/$/, "");
    this.contextNamespace = config.getContextObject(config.getCurrentContext())?.namespace ?? "";
  }

  /**
   * Reads the kubeconfig of the settings; does not call the API server yet.
   * @throws Error when there is no kubeconfig, or no cluster behind its context
   */
  static async open(settings: Pick<ProviderSettings, "kubeconfig" | "context" | "cluster">): Promise<ApiClient> {
    const source = kubeconfigText(settings.kubeconfig);
    // Half of the package's start-up time is saved by not loading its index; none of it is spent before the first request.
    const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
    const http = await import("@kubernetes/client-node/dist/gen/http/http.js");
    const config = new KubeConfig();
    config.loadFromString(source);
    if (settings.context !== undefined) config.setCurrentContext(settings.context);
    if (settings.cluster !== undefined) {
      const { cluster } = settings;
      const current = config.getCurrentContext();
      config.contexts = config.contexts.map((context) =>
        context.name === current ? { ...context, cluster } : context,
      );
    }
    if (config.getCurrentCluster() === null) {
      throw new Error(
        `The provider's kubeconfig has no cluster for the context "${config.getCurrentContext()}". Correct the context, or set context or cluster on the provider.`,
      );
    }
    return new ApiClient(config, http);
  }

  /**
   * Sends one request; waits and sends again while the API server is overloaded or not ready.
   * @throws ApiStatusError when the API server refuses, UnreachableError when nothing answers
   */
  async send(request: ApiRequest): Promise<PropertyMap> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sendOnce(request);
      } catch (error) {
        const busy = error instanceof ApiStatusError && (error.code === 429 || error.code === 503);
        // A kept-alive connection that the server has just closed; only a read may be sent twice.
        const reset = request.method === "GET" && error instanceof UnreachableError && RESET.test(error.message);
        if (attempt >= (reset ? 2 : MAX_ATTEMPTS) || !(busy || reset)) throw error;
        if (busy) await sleep(attempt * BUSY_PAUSE_MS, undefined, { signal: request.signal });
      }
    }
  }

  /**
   * Finds where a kind is served, by API discovery.
   * @throws UnknownKindError when it is not
   */
  async resource({ apiVersion, kind }: ObjectKind): Promise<ApiResource> {
    let known = this.#resources.get(apiVersion);
    if (known === undefined) {
      known = this.#discover(apiVersion);
      this.#resources.set(apiVersion, known);
      // What is missing now may be there later: a definition of the same deployment.
      known.then(
        (found) => found.length === 0 && this.#resources.delete(apiVersion),
        () => this.#resources.delete(apiVersion),
      );
    }
    const found = (await known).find((resource) => text(resource, "kind") === kind);
    if (found === undefined) {
      this.#resources.delete(apiVersion);
      throw new UnknownKindError(apiVersion, kind, this.server);
    }
    return { plural: text(found, "name"), namespaced: found.namespaced === true };
  }

  /** Path of one object, or without a name of the kind's collection. */
  async path(kind: ObjectKind, { namespace, name }: ObjectName): Promise<string> {
    const { plural, namespaced } = await this.resource(kind);
    const place = namespaced ? `/namespaces/${encodeURIComponent(namespace || "default")}` : "";
    return `${root(kind.apiVersion)}${place}/${plural}${name === "" ? "" : `/${encodeURIComponent(name)}`}`;
  }

  async #discover(apiVersion: string): Promise<PropertyMap[]> {
    try {
      const list = await this.send({ method: "GET", path: root(apiVersion) });
      // Subresources are listed as "pods/status" with the kind of their parent.
      return objects(list, "resources").filter((resource) => !text(resource, "name").includes("/"));
    } catch (error) {
      if (error instanceof ApiStatusError && error.code === 404) return [];
      throw error;
    }
  }

  async #sendOnce({ method, path, query = {}, contentType, body, signal }: ApiRequest): Promise<PropertyMap> {
    const context = new this.#http.RequestContext(`${this.server}${path}`, method);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) context.setQueryParam(name, value);
    }
    context.setHeaderParam("Accept", "application/json");
    if (body !== undefined) {
      context.setHeaderParam("Content-Type", contentType ?? "application/json");
      context.setBody(JSON.stringify(body));
    }
    if (signal !== undefined) context.setSignal(signal);
    let code: number;
    let answer: string;
    try {
      await this.#config.applySecurityAuthentication(context);
      const response = await new this.#http.IsomorphicFetchHttpLibrary().send(context).toPromise();
      code = response.httpStatusCode;
      answer = await response.body.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw new UnreachableError(this.server, causeOf(error));
    }
    const object = parseAnswer(answer);
    if (code >= 300) throw new ApiStatusError(code, object ?? { message: answer.slice(0, 500) });
    return object ?? {};
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function parseAnswer(answer: string): PropertyMap | undefined {
  try {
    const parsed: PropertyValue = JSON.parse(answer);
    return isPropertyMap(parsed) ? map({ parsed }, "parsed") : undefined;
  } catch {
    return undefined;
  }
}

/** The innermost message: fetch only says "fetch failed" and keeps the reason in `cause`. */
function causeOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) inner = inner.errors[0];
  if (!(inner instanceof Error)) return String(inner);
  const code = "code" in inner && typeof inner.code === "string" ? inner.code : "";
  return code === "" || inner.message.includes(code) ? inner.message : `${inner.message} (${code})`;
}
