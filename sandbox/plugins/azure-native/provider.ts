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
  UNKNOWN,
  unwrapSecrets,
} from "../rpc/values.ts";
import { ArmClient } from "./arm-client.ts";
import { autoname, CREATE_BEFORE_DELETE } from "./autonaming.ts";
import { credentialKind } from "./credential.ts";
import { customResource, specOf } from "./custom-resources/index.ts";
import { CustomOperations } from "./custom-resources/operations.ts";
import { inputsDiff } from "./diff.ts";
import { invokeFunction } from "./invoke.ts";
import { ResourceOperations } from "./resource-operations.ts";
import { type ProviderSettings, readSettings } from "./settings.ts";
import type { ResourceSpec } from "./table/index.ts";
import { validateInputs } from "./validation.ts";
import { previewOutputs } from "./wire.ts";

interface Configured {
  settings: ProviderSettings;
  arm: ArmClient;
  operations: ResourceOperations;
  custom: CustomOperations;
}

/** Stand-in for the azure-native provider: same tokens, inputs, outputs and rules, for the types in table/. */
export class AzureNativeProvider implements Provider {
  readonly #cancelled = new AbortController();
  readonly #groupLocations = new Map<string, string>();
  #configured: Configured | undefined;

  checkConfig(news: PropertyMap): CheckResult {
    return { inputs: news, failures: [] };
  }

  async configure(args: PropertyMap): Promise<void> {
    const settings = readSettings(args, process.env);
    credentialKind(settings);
    const arm = new ArmClient(settings);
    this.#configured = {
      settings,
      arm,
      operations: new ResourceOperations(arm, settings, this.#cancelled.signal),
      custom: new CustomOperations(arm, settings),
    };
  }

  async check(
    resource: NamedResource,
    olds: PropertyMap,
    news: PropertyMap,
    randomSeed: Uint8Array,
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }> {
    const spec = specOf(resource.type);
    const inputs = { ...news };
    for (const [key, { autoname: kind }] of Object.entries(spec.pathParameters)) {
      if (kind === undefined || inputs[key] !== undefined) continue;
      inputs[key] = olds[key] ?? autoname(kind, resource.name, randomSeed);
      if (olds[key] === undefined || olds[CREATE_BEFORE_DELETE] === true) inputs[CREATE_BEFORE_DELETE] = true;
    }
    if (inputs.location === undefined && "location" in spec.top) {
      const location = await this.#defaultLocation(spec, olds, inputs);
      if (location !== undefined) inputs.location = location;
    }
    // What Resource Manager does not know has no API version.
    if (customResource(resource.type) === undefined) inputs.azureApiVersion ??= spec.apiVersion;
    return { inputs, failures: validateInputs(spec, unwrapSecrets(inputs)) };
  }

  async diff(
    resource: LiveResource,
    oldInputs: PropertyMap,
    olds: PropertyMap,
    news: PropertyMap,
    ignoreChanges: string[],
  ): Promise<DiffResult> {
    return inputsDiff(specOf(resource.type), oldInputs, olds, news, ignoreChanges);
  }

  async create(
    resource: ResourceReference,
    news: PropertyMap,
    preview: boolean,
    timeoutSeconds: number,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    const spec = specOf(resource.type);
    if (preview) return { id: "", outputs: this.#preview(spec, news) };
    const custom = customResource(resource.type);
    if (custom !== undefined) return this.#ready().custom.create(custom, news);
    return this.#ready().operations.create(spec, resource.urn, news, timeoutSeconds);
  }

  async read(
    resource: LiveResource,
    inputs: PropertyMap,
    state: PropertyMap,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const custom = customResource(resource.type);
    if (custom !== undefined) return this.#ready().custom.read(custom, resource.id, inputs, state);
    return this.#ready().operations.read(specOf(resource.type), resource.id, inputs, state);
  }

  async update(
    resource: LiveResource,
    olds: PropertyMap,
    news: PropertyMap,
    preview: boolean,
    timeoutSeconds: number,
  ): Promise<PropertyMap> {
    const spec = specOf(resource.type);
    const custom = customResource(resource.type);
    if (!preview && custom !== undefined) return this.#ready().custom.update(custom, resource.id, news);
    if (!preview) return this.#ready().operations.update(spec, resource, news, timeoutSeconds);
    // Name and place of a resource never change in an update; the real provider passes only these two on.
    const { name, location } = olds;
    return { ...this.#preview(spec, news), ...(name && { name }), ...(location && { location }) };
  }

  async delete(
    resource: LiveResource,
    inputs: PropertyMap,
    _outputs: PropertyMap,
    timeoutSeconds: number,
  ): Promise<void> {
    const custom = customResource(resource.type);
    if (custom !== undefined) return this.#ready().custom.delete(custom, resource.id, inputs);
    await this.#ready().operations.delete(specOf(resource.type), resource, inputs, timeoutSeconds);
  }

  async invoke(token: string, args: PropertyMap): Promise<{ outputs?: PropertyMap; failures?: CheckFailure[] }> {
    const { arm, settings } = this.#ready();
    return invokeFunction(token, unwrapSecrets(args), arm, settings);
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  #preview(spec: ResourceSpec, news: PropertyMap): PropertyMap {
    const outputs = previewOutputs(spec, news);
    return customResource(spec.type) === undefined ? { ...outputs, azureApiVersion: UNKNOWN } : outputs;
  }

  #ready(): Configured {
    if (this.#configured === undefined) {
      throw new Error(
        "The azure-native provider is not configured yet: some of its settings are not known in this preview. " +
          "Give it a subscriptionId, tenantId and credentials that do not come from a resource that is still to be made.",
      );
    }
    return this.#configured;
  }

  /** Location of a resource that gives none: as before, the provider's, or that of its resource group. */
  async #defaultLocation(
    spec: ResourceSpec,
    olds: PropertyMap,
    inputs: PropertyMap,
  ): Promise<PropertyValue | undefined> {
    if (olds.location !== undefined) return olds.location;
    const { settings, operations } = this.#ready();
    if (settings.location !== "") return settings.location;
    // A resource group cannot be asked where it is before it is made.
    if (spec.pathParameters.resourceGroupName?.autoname !== undefined) return undefined;
    const group = inputs.resourceGroupName;
    if (containsUnknown(group) || isUnknown(group)) return UNKNOWN;
    if (typeof group !== "string") return undefined;
    const known = this.#groupLocations.get(group.toLowerCase());
    if (known !== undefined) return known;
    const location = await operations.groupLocation(group);
    if (location !== undefined) this.#groupLocations.set(group.toLowerCase(), location);
    return location;
  }
}
