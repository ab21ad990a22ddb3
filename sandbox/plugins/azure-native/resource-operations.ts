import { engineLog } from "../rpc/engine-log.ts";
import { type LiveResource, ResourceInitError } from "../rpc/provider.ts";
import { containsSecret, type PropertyMap, Secret, stringOf, unwrapSecrets } from "../rpc/values.ts";
import { AcceptedButFailed, type ArmClient } from "./arm-client.ts";
import { ArmError, isNotFound } from "./arm-error.ts";
import { refreshedInputs } from "./refresh.ts";
import { parseResourceId, resourceId } from "./resource-id.ts";
import { retryWhile } from "./retry.ts";
import type { ProviderSettings } from "./settings.ts";
import { type ResourceSpec, resourceSpec } from "./table/index.ts";
import { inputsOf, outputsOf, requestBody } from "./wire.ts";

// The real provider's default for every operation (azureContext in provider.go).
const DEFAULT_TIMEOUT_SECONDS = 2 * 60 * 60;

/** Create, read, update and delete against Resource Manager, for any type of the table. */
export class ResourceOperations {
  readonly #arm: ArmClient;
  readonly #settings: ProviderSettings;
  readonly #cancelled: AbortSignal;

  constructor(arm: ArmClient, settings: ProviderSettings, cancelled: AbortSignal) {
    this.#arm = arm;
    this.#settings = settings;
    this.#cancelled = cancelled;
  }

  /**
   * Makes a resource that must not exist yet. Resource Manager only has "create or replace", so this looks first.
   * @throws ResourceInitError when Azure took the request and failed later
   */
  async create(
    spec: ResourceSpec,
    urn: string,
    inputs: PropertyMap,
    timeoutSeconds: number,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    const signal = this.#signal(timeoutSeconds);
    const id = this.#id(spec, inputs);
    await this.#mustNotExist(id, apiVersionOf(spec, inputs), signal);
    await this.#put(spec, urn, id, inputs, signal);
    const response = await this.#readBack(spec, urn, id, inputs, "Create");
    return { id: stringOf(response.id) ?? id, outputs: outputsFor(spec, response, inputs) };
  }

  async update(
    spec: ResourceSpec,
    resource: LiveResource,
    inputs: PropertyMap,
    timeoutSeconds: number,
  ): Promise<PropertyMap> {
    await this.#put(spec, resource.urn, resource.id, inputs, this.#signal(timeoutSeconds));
    return outputsFor(spec, await this.#readBack(spec, resource.urn, resource.id, inputs, "Update"), inputs);
  }

  /** Reads the live state; inputs follow what changed in Azure, or on import are made from the answer alone. */
  async read(
    spec: ResourceSpec,
    id: string,
    inputs: PropertyMap,
    state: PropertyMap,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const imported = Object.keys(inputs).length === 0;
    const pathValues = imported ? parseResourceId(id, spec.path, spec.pathParameters) : {};
    let response: PropertyMap;
    try {
      response = await this.#arm.get(id, apiVersionOf(spec, inputs), this.#cancelled);
    } catch (error) {
      if (isNotFound(error)) return { id: "", inputs: {}, outputs: {} };
      throw error;
    }
    const now = outputsOf(spec, response);
    const live = imported
      ? { ...inputsOf(spec, now), ...pathValues }
      : refreshedInputs(inputs, inputsOf(spec, unwrapSecrets(state)), inputsOf(spec, now));
    return { id, inputs: live, outputs: outputsFor(spec, response, live, state) };
  }

  async delete(spec: ResourceSpec, resource: LiveResource, inputs: PropertyMap, timeoutSeconds: number): Promise<void> {
    const signal = this.#signal(timeoutSeconds);
    const request = () => this.#arm.delete(resource.id, apiVersionOf(spec, inputs), signal);
    await retryWhile(spec.retryCodes ?? [], request, signal, waitingFor(resource.urn));
  }

  /** Where a resource group is, or undefined when it cannot be read. */
  async groupLocation(resourceGroupName: string): Promise<string | undefined> {
    const group = resourceSpec("azure-native:resources:ResourceGroup");
    try {
      const response = await this.#arm.get(this.#id(group, { resourceGroupName }), group.apiVersion, this.#cancelled);
      return stringOf(response.location);
    } catch (error) {
      if (error instanceof ArmError) return undefined;
      throw error;
    }
  }

  #id(spec: ResourceSpec, inputs: PropertyMap): string {
    return resourceId(spec.path, spec.pathParameters, inputs, this.#settings.subscriptionId);
  }

  #signal(timeoutSeconds: number): AbortSignal {
    const seconds = timeoutSeconds > 0 ? timeoutSeconds : DEFAULT_TIMEOUT_SECONDS;
    return AbortSignal.any([this.#cancelled, AbortSignal.timeout(seconds * 1000)]);
  }

  async #mustNotExist(id: string, apiVersion: string, signal: AbortSignal): Promise<void> {
    try {
      const found = await this.#arm.get(id, apiVersion, signal);
      if (Object.keys(found).length === 0) return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (error instanceof ArmError) {
        throw new Error(`cannot check existence of resource '${id}': ${error.message}`);
      }
      throw error;
    }
    throw new Error(
      `cannot create already existing resource '${id}'. Import it into the stack with the resource option \`import\`, ` +
        "or give the new one another name.",
    );
  }

  async #put(spec: ResourceSpec, urn: string, id: string, inputs: PropertyMap, signal: AbortSignal): Promise<void> {
    const body = requestBody(spec, unwrapSecrets(inputs));
    const apiVersion = apiVersionOf(spec, inputs);
    const request = () => this.#arm.put(id, apiVersion, body, signal);
    try {
      await retryWhile(spec.retryCodes ?? [], request, signal, waitingFor(urn));
    } catch (error) {
      if (!(error instanceof AcceptedButFailed)) throw error;
      // Azure may have left something behind; the state must know it. The user may have cancelled: read all the same.
      const left = await this.#arm.get(id, apiVersion).catch(() => undefined);
      if (left === undefined) throw error.reason;
      throw new ResourceInitError(id, outputsFor(spec, left, inputs), [error.message], inputs);
    }
  }

  /** The answer to a GET may differ from that to a PUT, and refresh compares with GETs; so outputs come from a GET. */
  async #readBack(
    spec: ResourceSpec,
    urn: string,
    id: string,
    inputs: PropertyMap,
    operation: string,
  ): Promise<PropertyMap> {
    const apiVersion = apiVersionOf(spec, inputs);
    // A new resource is not readable everywhere at once.
    const request = () => this.#arm.get(id, apiVersion).catch(notYetReadable);
    try {
      return await retryWhile(["NotYetReadable"], request, this.#cancelled, () => {}, READ_BACK);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await engineLog("warning", `Failed to read resource after ${operation}: ${reason}`, urn);
      throw new ResourceInitError(id, inputsOf(spec, inputs), [`resource created but read failed: ${reason}`], inputs);
    }
  }
}

const READ_BACK = { firstWaitMs: 250, longestWaitMs: 5000, totalMs: 60_000 };

function notYetReadable(error: unknown): never {
  if (isNotFound(error) && error instanceof Error) throw new ArmError(404, "NotYetReadable", error.message, "GET");
  throw error;
}

function apiVersionOf(spec: ResourceSpec, inputs: PropertyMap): string {
  const given = spec.apiVersionFromInput === true ? stringOf(inputs.apiVersion) : undefined;
  return given ?? spec.apiVersion;
}

/** Outputs for the state: the answer, with the same properties secret that are secret among the inputs or were before. */
function outputsFor(
  spec: ResourceSpec,
  response: PropertyMap,
  inputs: PropertyMap,
  before: PropertyMap = {},
): PropertyMap {
  const outputs: PropertyMap = { ...outputsOf(spec, response), azureApiVersion: spec.apiVersion };
  for (const [key, value] of Object.entries(outputs)) {
    const secret = containsSecret(inputs[key]) || containsSecret(before[key]);
    if (secret && value !== undefined) outputs[key] = new Secret(value);
  }
  return outputs;
}

function waitingFor(urn: string): (error: ArmError) => void {
  return (error) => void engineLog("info", `waiting: ${error.code}`, urn, true);
}
