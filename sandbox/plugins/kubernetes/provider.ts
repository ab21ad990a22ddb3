import type {
  CheckFailure,
  CheckResult,
  DiffResult,
  LiveResource,
  NamedResource,
  Provider,
  ResourceReference,
} from "../rpc/provider.ts";
import {
  containsUnknown,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  Secret,
  unwrapSecrets,
} from "../rpc/values.ts";
import { UnknownKindError, UnreachableError } from "./api-errors.ts";
import { markSecrets, readCheckpoint } from "./checkpoint.ts";
import { ClusterAccess } from "./cluster-access.ts";
import { diffConfig } from "./config-diff.ts";
import { fieldManagerName } from "./field-ownership.ts";
import { field, withField } from "./fields.ts";
import { diffInputs } from "./input-diff.ts";
import { withoutServerFields } from "./live-inputs.ts";
import { describe, nameOf, withName } from "./naming.ts";
import { createObject } from "./operations/create.ts";
import { deleteObject } from "./operations/delete.ts";
import { readObject } from "./operations/read.ts";
import { mustReplaceUnready, replacedAsUnready } from "./operations/replace-unready.ts";
import { atId, updateObject } from "./operations/update.ts";
import { wishesOf } from "./readiness/wait-for.ts";
import { parseType } from "./resource-type.ts";
import { readSettings } from "./settings.ts";
import { wireObject } from "./wire-object.ts";

/** Stand-in for the Pulumi Kubernetes provider: any kind that the API server serves, by server-side apply. */
export class KubernetesProvider implements Provider {
  #cluster: ClusterAccess | undefined;

  async configure(args: PropertyMap): Promise<void> {
    // The engine does not configure with unknowns; without a cluster everything below answers as for an unknown one.
    if (!containsUnknown(args)) this.#cluster = new ClusterAccess(readSettings(args));
  }

  diffConfig(olds: PropertyMap, news: PropertyMap): Promise<DiffResult> {
    return diffConfig(olds, news);
  }

  async check(
    resource: NamedResource,
    olds: PropertyMap,
    news: PropertyMap,
    randomSeed: Uint8Array,
  ): Promise<CheckResult> {
    const kind = parseType(resource.type);
    if (isUnknown(news.metadata)) return { inputs: news, failures: [] };
    const typed: PropertyMap = {
      ...news,
      metadata: news.metadata === undefined ? {} : unwrapOnce(news.metadata),
      apiVersion: news.apiVersion ?? kind.apiVersion,
      kind: news.kind ?? kind.kind,
    };
    const named = withName(withoutServerFields(typed), unwrapSecrets(olds), resource.name, randomSeed);
    const inputs = markSecrets(await this.#withNamespace(named, olds), news);
    return { inputs, failures: failuresOf(unwrapSecrets(inputs)) };
  }

  async diff(
    resource: LiveResource,
    oldInputs: PropertyMap,
    olds: PropertyMap,
    news: PropertyMap,
    ignoreChanges: string[],
  ): Promise<DiffResult> {
    const { live, inputs, fieldManager } = readCheckpoint(olds);
    const cluster = this.#cluster;
    const unready = cluster !== undefined && (await mustReplaceUnready(cluster, live, unwrapSecrets(news)));
    const result = await diffInputs({
      id: resource.id,
      oldInputs: Object.keys(oldInputs).length > 0 ? oldInputs : inputs,
      live,
      news,
      ignoreChanges,
      mutable: cluster?.settings ?? { configMapMutable: false, secretMutable: false },
      dryRun: async () => {
        if (cluster === undefined || !cluster.settings.serverSideApply) return undefined;
        const object = atId(wireObject(news), resource.id);
        const manager = fieldManagerName(object, fieldManager, cluster.settings);
        // Only to see what the values come to; conflicts and mistakes are the update's to report.
        return cluster.apply(object, { fieldManager: manager, preview: true, force: true }).catch(() => undefined);
      },
    });
    return unready ? replacedAsUnready(result, unwrapSecrets(news)) : result;
  }

  async create(resource: ResourceReference, news: PropertyMap, preview: boolean, timeoutSeconds: number) {
    if (this.#cluster === undefined) return { id: "", outputs: news };
    return createObject(this.#cluster, resource.urn, news, preview, timeoutSeconds);
  }

  async read(resource: LiveResource, inputs: PropertyMap, state: PropertyMap) {
    const { urn, id, type } = resource;
    return readObject(this.#configured(), { urn, id, kind: parseType(type) }, inputs, state);
  }

  async update(
    resource: LiveResource,
    olds: PropertyMap,
    news: PropertyMap,
    preview: boolean,
    timeoutSeconds: number,
    ignoreChanges: string[],
    oldInputs: PropertyMap,
  ): Promise<PropertyMap> {
    if (this.#cluster === undefined) return news;
    const { urn, id } = resource;
    return updateObject(this.#cluster, {
      urn,
      id,
      state: olds,
      oldInputs,
      inputs: news,
      preview,
      timeoutSeconds,
      ignoreChanges,
    });
  }

  async delete(resource: LiveResource, inputs: PropertyMap, outputs: PropertyMap, timeoutSeconds: number) {
    const { urn, id, type } = resource;
    const known = Object.keys(inputs).length > 0 ? unwrapSecrets(inputs) : readCheckpoint(outputs).inputs;
    return deleteObject(this.#configured(), { urn, id, kind: parseType(type) }, known, timeoutSeconds);
  }

  async invoke(token: string): Promise<never> {
    throw new Error(
      `The function ${token} is not available in the sandbox's stand-in for the Kubernetes provider. Declare the objects as resources, or use the real provider.`,
    );
  }

  cancel(): void {
    this.#cluster?.cancel();
  }

  /** Writes the namespace out where the program leaves it to the provider, as the real provider does. */
  async #withNamespace(inputs: PropertyMap, olds: PropertyMap): Promise<PropertyMap> {
    const cluster = this.#cluster;
    if (cluster === undefined) return inputs;
    const old = nameOf(unwrapSecrets(olds));
    // Checked before without getting one: the kind has none. Spares the discovery in an unchanged preview.
    if (old.name !== "" && old.namespace === "") return inputs;
    try {
      return await cluster.withNamespace(inputs);
    } catch (error) {
      // Without the cluster the former namespace is the best guess; a kind that is defined later gets it when it is made.
      if (error instanceof UnreachableError && old.namespace !== "") {
        return withField(inputs, ["metadata", "namespace"], old.namespace);
      }
      if (error instanceof UnreachableError || error instanceof UnknownKindError) return inputs;
      throw await cluster.explained(error, "check", inputs);
    }
  }

  #configured(): ClusterAccess {
    if (this.#cluster !== undefined) return this.#cluster;
    throw new Error(
      "The Kubernetes provider is not configured: its kubeconfig is not known yet. Deploy the cluster first.",
    );
  }
}

/** Metadata that is secret as a whole is looked into all the same; markSecrets makes it secret again. */
function unwrapOnce(value: PropertyValue): PropertyValue {
  return value instanceof Secret ? value.value : value;
}

function failuresOf(inputs: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (field(inputs, "metadata", "generateName") !== undefined) {
    const reason = `${describe(inputs)}: generateName does not work with server-side apply. Leave out both name and generateName to get a name with a random ending.`;
    failures.push({ property: "metadata.generateName", reason });
  }
  try {
    wishesOf(inputs);
  } catch (error) {
    const reason = `${describe(inputs)}: ${error instanceof Error ? error.message : error}`;
    failures.push({ property: "metadata.annotations", reason });
  }
  return failures;
}
