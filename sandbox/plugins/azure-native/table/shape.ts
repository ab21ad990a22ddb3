/** What a value of an input or output looks like. Objects are closed: a field that is not listed is refused. */
export type Shape =
  | { kind: "string"; pattern?: RegExp; minLength?: number; maxLength?: number }
  | { kind: "boolean" }
  | { kind: "number" }
  | { kind: "any" }
  /** A list of ids in the SDK's inputs that is an object with empty values on the wire, as in `userAssignedIdentities`. */
  | { kind: "stringSet" }
  | { kind: "list"; items: Shape }
  | { kind: "record"; values: Shape }
  | { kind: "object"; fields: Fields };

/** One property and the rules that hold for it. */
export interface Field {
  shape: Shape;
  required?: boolean;
  /** Set by Azure; never sent. */
  readOnly?: boolean;
  /** A change cannot be made in place. */
  forceNew?: boolean;
  /** The name in the REST API where it differs from the SDK's. */
  wire?: string;
}

/** Properties by the SDK's names. */
export type Fields = Record<string, Field>;

/** A part of an id that the user or autonaming gives. */
export interface PathParameter {
  shape: Shape;
  required?: boolean;
  /** How a name is made up when none is given: name plus eight hex digits, or a UUID. */
  autoname?: "random" | "uuid";
  /** Holds slashes of its own, such as a scope. */
  raw?: boolean;
  /** Takes its slash with it when it is empty: the scope of a whole tenant, the parent of a resource without one. */
  mayBeEmpty?: boolean;
}

/** One resource type: where it lives in Azure Resource Manager and what its request and answer hold. */
export interface ResourceSpec {
  type: string;
  /** Template of the id; `{subscriptionId}` is the provider's, the other names are inputs. */
  path: string;
  /** API version that azure-native uses by default, as written in the SDK's documentation of the type. */
  apiVersion: string;
  /** The API version comes from the input `apiVersion` instead. */
  apiVersionFromInput?: true;
  pathParameters: Record<string, PathParameter>;
  /** Properties beside `properties` in the request and the answer. */
  top: Fields;
  /** Properties inside `properties`; the SDK has them at the top. */
  properties?: Fields;
  /** Error codes that pass by themselves, for example while a new principal spreads through the directory. */
  retryCodes?: readonly string[];
}

/** One function: a read or a POST on an id. */
export interface FunctionSpec {
  token: string;
  method: "GET" | "POST";
  path: string;
  apiVersion: string;
  pathParameters: Record<string, PathParameter>;
  /** Arguments that go into the query string; `apiVersion` stands in for the version above. */
  query?: readonly string[];
  top: Fields;
  properties?: Fields;
  /** A getter's result has the output `azureApiVersion`. */
  getter?: true;
}

export const text = (rules: { pattern?: RegExp; minLength?: number; maxLength?: number } = {}): Field => ({
  shape: { kind: "string", ...rules },
});
export const flag = (): Field => ({ shape: { kind: "boolean" } });
export const number = (): Field => ({ shape: { kind: "number" } });
export const anything = (): Field => ({ shape: { kind: "any" } });
export const stringSet = (): Field => ({ shape: { kind: "stringSet" } });
export const list = (items: Field): Field => ({ shape: { kind: "list", items: items.shape } });
export const record = (values: Field): Field => ({ shape: { kind: "record", values: values.shape } });
export const object = (fields: Fields): Field => ({ shape: { kind: "object", fields } });
export const required = (field: Field): Field => ({ ...field, required: true });
export const readOnly = (field: Field): Field => ({ ...field, readOnly: true });
export const forceNew = (field: Field): Field => ({ ...field, forceNew: true });

/** What every answer has beside its own properties. The id is left out: the engine keeps it. */
export const identification: Fields = { name: readOnly(text()), type: readOnly(text()) };

/** Location of a resource that Azure cannot move. */
export const location = (): Field => forceNew(required(text()));
export const tags = (): Field => record(text());
/** Who made and changed the resource, and when. */
export const systemData = (): Field => readOnly(anything());

/** Name of a resource group (x-ms-parameter of every ARM specification). */
export const resourceGroupName: PathParameter = {
  shape: { kind: "string", minLength: 1, maxLength: 90 },
  required: true,
};
