import type { PropertyMap } from "./values.ts";

/** One input that a provider refuses, and why. An empty property means the resource as a whole. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** Inputs with defaults filled in, and what is wrong with them. */
export interface CheckResult {
  inputs: PropertyMap;
  failures: CheckFailure[];
}

/** How one property changes; the `-replace` kinds cannot be done in place. */
export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

/** One changed property. `inputDiff` says that the path is among the inputs rather than the outputs. */
export interface PropertyDiff {
  kind: DiffKind;
  inputDiff: boolean;
}

/** What a provider found between the old and the new state of a resource. */
export interface DiffResult {
  changes: "none" | "some";
  /** Paths of the properties that force a replacement; a non-empty list makes it one. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  detailedDiff: Record<string, PropertyDiff>;
}

/** The answer when nothing changed. */
export const NO_DIFF: DiffResult = { changes: "none", replaces: [], deleteBeforeReplace: false, detailedDiff: {} };

/** A resource as far as it is named in a request. */
export interface ResourceReference {
  urn: string;
  /** Type token, for example `azure-native:resources:ResourceGroup`. */
  type: string;
}

/** A resource that already has an id. */
export interface LiveResource extends ResourceReference {
  id: string;
}

/** A resource that the engine asks to check, with its logical name. */
export interface NamedResource extends ResourceReference {
  name: string;
}

/**
 * What a plugin does for one provider instance; the gRPC side is in serve.ts. A method reports failure by throwing an
 * Error whose message is shown to the user as it is. To keep a half-made resource in the state throw
 * {@link ResourceInitError}.
 */
export interface Provider {
  /** Checks the provider's own settings. Absent: they are taken as they are. */
  checkConfig?(news: PropertyMap): CheckResult | Promise<CheckResult>;
  /** Compares the provider's own settings. Absent: any change is an update, none is a replacement. */
  diffConfig?(olds: PropertyMap, news: PropertyMap): DiffResult | Promise<DiffResult>;
  /** Takes the settings. Called once, and only when all of them are known. Must not need the network. */
  configure(args: PropertyMap, urn: string): Promise<void>;
  /** Fills in defaults and names. The same seed comes in preview and deployment, so that both find the same name. */
  check(
    resource: NamedResource,
    olds: PropertyMap,
    news: PropertyMap,
    randomSeed: Uint8Array,
  ): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }>;
  diff(
    resource: LiveResource,
    oldInputs: PropertyMap,
    olds: PropertyMap,
    news: PropertyMap,
    ignoreChanges: string[],
  ): Promise<DiffResult>;
  /** Makes the resource, or in a preview says what its outputs will be. A timeout of 0 means the provider's own. */
  create(
    resource: ResourceReference,
    news: PropertyMap,
    preview: boolean,
    timeoutSeconds: number,
  ): Promise<{ id: string; outputs: PropertyMap }>;
  /** Reads the live state. Inputs and state are empty on import. An id of "" says that the resource is gone. */
  read(
    resource: LiveResource,
    inputs: PropertyMap,
    state: PropertyMap,
  ): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }>;
  update(
    resource: LiveResource,
    olds: PropertyMap,
    news: PropertyMap,
    preview: boolean,
    timeoutSeconds: number,
    ignoreChanges: string[],
    oldInputs: PropertyMap,
  ): Promise<PropertyMap>;
  delete(resource: LiveResource, inputs: PropertyMap, outputs: PropertyMap, timeoutSeconds: number): Promise<void>;
  invoke(
    token: string,
    args: PropertyMap,
    preview?: boolean,
  ): Promise<{ outputs?: PropertyMap; failures?: CheckFailure[] }>;
  /** The user asked to stop: let running work end early. Requests may still come in for a moment. */
  cancel?(): void;
}

/**
 * The resource exists but did not become what was asked for. The engine keeps it in the state with these properties,
 * shows the reasons, and tries an update on the next run.
 */
export class ResourceInitError extends Error {
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly reasons: string[];
  readonly inputs: PropertyMap | undefined;

  constructor(id: string, outputs: PropertyMap, reasons: string[], inputs?: PropertyMap) {
    super(reasons.join("; "));
    this.name = "ResourceInitError";
    this.id = id;
    this.outputs = outputs;
    this.reasons = reasons;
    this.inputs = inputs;
  }
}
