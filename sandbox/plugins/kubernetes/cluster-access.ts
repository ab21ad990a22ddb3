import { engineLog, type Severity } from "../rpc/engine-log.ts";
import { type PropertyMap, unwrapSecrets } from "../rpc/values.ts";
import { ApiClient, type ApiRequest } from "./api-client.ts";
import { type Attempt, explain, UnreachableError } from "./api-errors.ts";
import { field, text, withField } from "./fields.ts";
import { describe, nameOf } from "./naming.ts";
import type { ObjectKind } from "./resource-type.ts";
import type { ProviderSettings } from "./settings.ts";

/** How an object is written. */
export interface WriteOptions {
  fieldManager: string;
  preview: boolean;
  force?: boolean;
}

/** One cluster as the provider uses it: objects in, objects out. The connection is opened with the first request. */
export class ClusterAccess {
  readonly settings: ProviderSettings;
  readonly #stop = new AbortController();
  #client: Promise<ApiClient> | undefined;

  constructor(settings: ProviderSettings) {
    this.settings = settings;
  }

  /** Aborted when the user cancels. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends waits and requests that are under way. */
  cancel(): void {
    this.#stop.abort(new Error("The operation was cancelled."));
  }

  client(): Promise<ApiClient> {
    // A kubeconfig that cannot be used is to this provider what an unreachable cluster is (pulumi-kubernetes, Configure).
    this.#client ??= ApiClient.open(this.settings).catch((error: unknown) => {
      throw new UnreachableError("(none)", error instanceof Error ? error.message : String(error));
    });
    return this.#client;
  }

  /**
   * The object with its namespace spelt out where it names none and its kind has namespaces: the provider's namespace,
   * else the context's, else "default".
   */
  async withNamespace(object: PropertyMap): Promise<PropertyMap> {
    if (field(unwrapSecrets(object), "metadata", "namespace") !== undefined) return object;
    const client = await this.client();
    const { namespaced } = await client.resource(kindOf(unwrapSecrets(object)));
    const namespace = this.settings.namespace ?? (client.contextNamespace || "default");
    return namespaced ? withField(object, ["metadata", "namespace"], namespace) : object;
  }

  /** Reads an object; the namespace is left out for cluster-scoped kinds. */
  async get(object: PropertyMap): Promise<PropertyMap> {
    const client = await this.client();
    return this.#send(client, { method: "GET", path: await client.path(kindOf(object), nameOf(object)) });
  }

  /** Lists the objects of a kind in a namespace. */
  async list(kind: ObjectKind, namespace: string, labelSelector?: string): Promise<PropertyMap> {
    const client = await this.client();
    const path = await client.path(kind, { namespace, name: "" });
    return this.#send(client, { method: "GET", path, query: { labelSelector } });
  }

  /** Makes an object that must not exist yet. */
  async create(object: PropertyMap, options: WriteOptions): Promise<PropertyMap> {
    const client = await this.client();
    const path = await client.path(kindOf(object), { ...nameOf(object), name: "" });
    return this.#send(client, { method: "POST", path, body: object, query: writeQuery(options) });
  }

  /** Server-side apply. */
  async apply(object: PropertyMap, options: WriteOptions): Promise<PropertyMap> {
    const query = { ...writeQuery(options), force: String(options.force ?? false) };
    return this.#patch(object, "application/apply-patch+yaml", object, query);
  }

  /** JSON merge patch, for providers without server-side apply. */
  async merge(object: PropertyMap, patch: PropertyMap, options: WriteOptions): Promise<PropertyMap> {
    return this.#patch(object, "application/merge-patch+json", patch, writeQuery(options));
  }

  /** Replaces an object's managedFields, provided that it has not changed since it was read. */
  async setManagedFields(live: PropertyMap, managedFields: PropertyMap[]): Promise<PropertyMap> {
    const metadata = { managedFields, resourceVersion: text(live, "metadata", "resourceVersion") };
    return this.#patch(live, "application/merge-patch+json", { metadata }, {});
  }

  /** Asks for an object's deletion. */
  async delete(object: PropertyMap, propagationPolicy: string): Promise<PropertyMap> {
    const client = await this.client();
    const path = await client.path(kindOf(object), nameOf(object));
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy };
    return this.#send(client, { method: "DELETE", path, body });
  }

  /** An error with what is wrong, where, and what to do. */
  async explained(error: unknown, verb: Attempt["verb"], object: PropertyMap): Promise<Error> {
    if (error instanceof UnreachableError) return error;
    return explain(error, { verb, object: describe(object), server: (await this.client()).server });
  }

  /** Tells the user; ephemeral messages are the status beside the resource. */
  log(severity: Severity, message: string, urn: string, ephemeral = false): void {
    void engineLog(severity, message, urn, ephemeral);
  }

  async #patch(object: PropertyMap, contentType: string, body: PropertyMap, query: ApiRequest["query"]) {
    const client = await this.client();
    const path = await client.path(kindOf(object), nameOf(object));
    return this.#send(client, { method: "PATCH", path, contentType, body, query });
  }

  #send(client: ApiClient, request: ApiRequest): Promise<PropertyMap> {
    return client.send({ ...request, signal: this.signal });
  }
}

/** API version and kind of an object. */
export function kindOf(object: PropertyMap): ObjectKind {
  return { apiVersion: text(object, "apiVersion"), kind: text(object, "kind") };
}

function writeQuery({ fieldManager, preview }: WriteOptions): Record<string, string | undefined> {
  return { fieldManager, fieldValidation: "Strict", dryRun: preview ? "All" : undefined };
}
