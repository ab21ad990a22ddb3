/** A resource as Resource Manager keeps it. */
export interface StoredResource {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Record<string, string>;
  /** Everything else of the resource's JSON: properties, identity, sku, … */
  body: Record<string, unknown>;
  /** What goes with the resource when it is deleted (a running cluster, a directory object). */
  onDelete?(): Promise<void>;
}

/** The resources of one subscription. Ids are compared in any case and kept as they were first written. */
export class ResourceStore {
  readonly #byId = new Map<string, StoredResource>();

  get(id: string): StoredResource | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  put(resource: StoredResource): void {
    this.#byId.set(resource.id.toLowerCase(), resource);
  }

  /** Removes the resource and everything below it, running what goes with each. */
  async delete(id: string): Promise<void> {
    const doomed = [...this.under(id)].reverse();
    const itself = this.get(id);
    if (itself !== undefined) doomed.push(itself);
    for (const resource of doomed) {
      this.#byId.delete(resource.id.toLowerCase());
      await resource.onDelete?.();
    }
  }

  /** Resources below a resource group or another resource, oldest first. */
  *under(id: string): Generator<StoredResource> {
    const prefix = `${id.toLowerCase()}/`;
    for (const [key, resource] of this.#byId) {
      if (key.startsWith(prefix)) yield resource;
    }
  }

  /** Resources of one type, optionally only below a scope. */
  ofType(type: string, scope = ""): StoredResource[] {
    return [...this.under(scope)].filter((resource) => resource.type.toLowerCase() === type.toLowerCase());
  }

  all(): StoredResource[] {
    return [...this.#byId.values()];
  }
}

/** The JSON of a resource as a client sees it. */
export function resourceJson({ id, name, type, location, tags, body }: StoredResource): Record<string, unknown> {
  return {
    id,
    name,
    type,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    ...body,
  };
}
