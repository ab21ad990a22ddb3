import { containsSecret, type PropertyMap, Secret, unwrapSecrets } from "../../rpc/values.ts";
import type { ArmClient } from "../arm-client.ts";
import { describeFailure } from "../arm-error.ts";
import { refreshedInputs } from "../refresh.ts";
import { parseResourceId, resourceId } from "../resource-id.ts";
import type { ProviderSettings } from "../settings.ts";
import { inputsOf } from "../wire.ts";
import type { CustomResource } from "./custom-resource.ts";

/** Create, read, update and delete of types that azure-native has code of its own for. */
export class CustomOperations {
  readonly #arm: ArmClient;
  readonly #settings: ProviderSettings;

  constructor(arm: ArmClient, settings: ProviderSettings) {
    this.#arm = arm;
    this.#settings = settings;
  }

  async create(resource: CustomResource, inputs: PropertyMap): Promise<{ id: string; outputs: PropertyMap }> {
    const { path, pathParameters } = resource.spec;
    const id = resourceId(path, pathParameters, inputs, this.#settings.subscriptionId);
    return { id, outputs: await this.#write(resource, id, inputs, true) };
  }

  update(resource: CustomResource, id: string, inputs: PropertyMap): Promise<PropertyMap> {
    return this.#write(resource, id, inputs, false);
  }

  async read(
    resource: CustomResource,
    id: string,
    inputs: PropertyMap,
    state: PropertyMap,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const { spec } = resource;
    const imported = Object.keys(inputs).length === 0;
    const path = parseResourceId(id, spec.path, spec.pathParameters);
    const values = imported ? path : { ...unwrapSecrets(inputs), ...path };
    const outputs = await this.#attempt(`reading ${id}`, () => resource.read(this.#arm, id, values));
    if (outputs === undefined) return { id: "", inputs: {}, outputs: {} };
    const live = imported
      ? { ...inputsOf(spec, outputs), ...path }
      : refreshedInputs(inputs, inputsOf(spec, unwrapSecrets(state)), inputsOf(spec, outputs));
    return { id, inputs: live, outputs: sameSecrets(outputs, inputs) };
  }

  async delete(resource: CustomResource, id: string, inputs: PropertyMap): Promise<void> {
    await this.#attempt(`deleting ${id}`, () => resource.delete(this.#arm, id, unwrapSecrets(inputs)));
  }

  async #write(resource: CustomResource, id: string, inputs: PropertyMap, isNew: boolean): Promise<PropertyMap> {
    const write = () => resource.write(this.#arm, id, unwrapSecrets(inputs), isNew);
    return sameSecrets(await this.#attempt(`writing ${id}`, write), inputs);
  }

  async #attempt<T>(request: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw describeFailure(error, request, this.#settings);
    }
  }
}

function sameSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  const result: PropertyMap = {};
  for (const [name, value] of Object.entries(outputs)) {
    result[name] = containsSecret(inputs[name]) && value !== undefined ? new Secret(value) : value;
  }
  return result;
}
