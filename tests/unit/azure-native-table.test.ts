import { readFileSync } from "node:fs";
import { join } from "node:path";
import { customResources } from "../../sandbox/plugins/azure-native/custom-resources/index.ts";
import {
  functionSpec,
  functionTable,
  resourceSpec,
  resourceTable,
} from "../../sandbox/plugins/azure-native/table/index.ts";

const sdk = join(require.resolve("@pulumi/azure-native/package.json"), "..");

/** Reads a file of the SDK; azure-native:resources:ResourceGroup is resources/resourceGroup. */
function sdkFile(token: string, extension: string): string {
  const [, module = "", name = ""] = token.split(":");
  return readFileSync(join(sdk, module, `${name.charAt(0).toLowerCase()}${name.slice(1)}.${extension}`), "utf8");
}

/** The names between `start` and the next closing brace that `pattern` finds. */
function names(text: string, start: RegExp, pattern: RegExp): string[] {
  const from = text.search(start);
  const block = text.slice(from, text.indexOf("\n}", from));
  return [...block.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

const templateNames = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) =>
    name === undefined || name === "subscriptionId" ? [] : [name],
  );

describe.each(resourceTable.map((spec) => [spec.type, spec] as const))("the entry of %s", (type, spec) => {
  const declarations = sdkFile(type, "d.ts");
  const inputs = names(declarations, /export interface \w+Args /, /^ {4}(\w+)\??: /gm);
  const outputs = names(declarations, /export declare class /, /^ {4}readonly (\w+): /gm);
  const body = { ...spec.top, ...spec.properties };
  const writable = Object.keys(body).filter((name) => body[name]?.readOnly !== true);

  it("has every part of the id as an input", () => {
    expect(Object.keys(spec.pathParameters).sort()).toEqual(templateNames(spec.path).sort());
  });

  it("knows exactly the inputs of the SDK", () => {
    expect([...new Set([...Object.keys(spec.pathParameters), ...writable])].sort()).toEqual([...inputs].sort());
  });

  it("knows exactly the outputs of the SDK", () => {
    const known = Object.keys(body).filter((name) => name !== "apiVersion");
    expect([...known, "azureApiVersion"].sort()).toEqual([...outputs].sort());
  });

  it("has the SDK's default API version", () => {
    expect(declarations).toContain(`Uses Azure REST API version ${spec.apiVersion}.`);
  });

  it("requires what the SDK requires", () => {
    const optional = new Set(names(declarations, /export interface \w+Args /, /^ {4}(\w+)\?: /gm));
    const required = Object.entries({ ...body, ...spec.pathParameters })
      // The SDK leaves names and places to the provider, which makes them up or takes them from the resource group.
      .filter(([name, rule]) => rule.required === true && !("autoname" in rule) && name !== "location")
      .map(([name]) => name);
    expect(required.sort()).toEqual(inputs.filter((name) => !optional.has(name)).sort());
  });

  it("puts only such properties beside `properties` as Microsoft's client sends", () => {
    const sent = ["kind", "managedBy", "sku", "identity", "location", "extendedLocation", "tags", "plan", "properties"];
    const beside = Object.keys(spec.top).filter((name) => spec.top[name]?.readOnly !== true && name !== "apiVersion");
    expect(sent).toEqual(expect.arrayContaining(beside));
  });
});

describe.each(functionTable.map((spec) => [spec.token, spec] as const))("the entry of %s", (token, spec) => {
  const declarations = sdkFile(token, "d.ts");

  it("takes exactly the SDK's arguments", () => {
    const args = names(declarations, /export interface \w+Args /, /^ {4}(\w+)\??: /gm);
    expect([...Object.keys(spec.pathParameters), ...(spec.query ?? [])].sort()).toEqual([...args].sort());
    expect(Object.keys(spec.pathParameters).sort()).toEqual(templateNames(spec.path).sort());
  });

  it("gives exactly the SDK's results", () => {
    const results = names(declarations, /export interface \w+Result /, /^ {4}readonly (\w+)\??: /gm);
    const given = Object.keys({ ...spec.top, ...spec.properties });
    expect([...given, ...(spec.getter === true ? ["azureApiVersion"] : [])].sort()).toEqual([...results].sort());
  });

  it("has the SDK's default API version", () => {
    expect(declarations).toContain(`Uses Azure REST API version ${spec.apiVersion}.`);
  });
});

describe.each(customResources.map(({ spec }) => [spec.type, spec] as const))("the hand-written %s", (type, spec) => {
  const declarations = sdkFile(type, "d.ts");

  it("knows exactly the inputs and outputs of the SDK", () => {
    const inputs = names(declarations, /export interface \w+Args /, /^ {4}(\w+)\??: /gm);
    const outputs = names(declarations, /export declare class /, /^ {4}readonly (\w+): /gm);
    const writable = Object.keys(spec.top).filter((name) => spec.top[name]?.readOnly !== true);
    expect([...new Set([...Object.keys(spec.pathParameters), ...writable])].sort()).toEqual([...inputs].sort());
    expect(
      Object.keys(spec.top)
        .filter((name) => name !== "source")
        .sort(),
    ).toEqual([...outputs].sort());
  });
});

describe("what the table lacks", () => {
  it("is an error that says how to add a resource type", () => {
    expect(() => resourceSpec("azure-native:storage:Table")).toThrow(
      /^Resource type azure-native:storage:Table not found\. .*Add an entry to a file of sandbox\/plugins\/azure-native\/table\//,
    );
  });

  it("is an error that says how to add a function", () => {
    expect(() => functionSpec("azure-native:storage:listStorageAccountKeys")).toThrow(
      /^Invoke type azure-native:storage:listStorageAccountKeys not found\. .*table\//,
    );
  });
});
