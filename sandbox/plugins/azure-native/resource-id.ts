import { type PropertyMap, stringOf } from "../rpc/values.ts";
import type { PathParameter } from "./table/index.ts";

/**
 * Fills a path template with inputs.
 * @throws Error when a parameter has no known value
 */
export function resourceId(
  template: string,
  parameters: Record<string, PathParameter>,
  inputs: PropertyMap,
  subscriptionId: string | undefined,
): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "subscriptionId") {
      if (subscriptionId === undefined || subscriptionId === "") {
        throw new Error(
          "A Subscription ID must be configured. Give the azure-native provider a subscriptionId, or set ARM_SUBSCRIPTION_ID.",
        );
      }
      return encodeURIComponent(subscriptionId);
    }
    const value = stringOf(inputs[name]);
    if (value === undefined) {
      throw new Error(`expected string value for path parameter '${name}', got ${typeof inputs[name]}`);
    }
    return parameters[name]?.raw === true ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
  });
  // An empty parent path leaves two slashes in a row, and the scope of a tenant one at the front.
  return filled.replace(/\/{2,}/g, "/");
}

/**
 * Takes an id apart by its template. Fixed segments match in any letter case, as Azure's do.
 * @throws Error showing the expected form
 */
export function parseResourceId(
  id: string,
  template: string,
  parameters: Record<string, PathParameter>,
): Record<string, string> {
  const names: string[] = [];
  const pattern = template
    .split(/(\/\{\w+\})/)
    .map((part) => {
      const name = /^\/\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
      names.push(name);
      // The scope of a whole tenant, or the parent of a resource that has none, is not there at all.
      if (parameters[name]?.mayBeEmpty === true) return "(?:/(.+))?";
      return parameters[name]?.raw === true ? "/(.+?)" : "/([^/]+)";
    })
    .join("");
  const match = new RegExp(`^${pattern}$`, "i").exec(id);
  if (match === null) throw new Error(`unable to parse resource ID "${id}": it must look like ${template}`);
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = match[index + 1] ?? "";
    // A scope is written with its slash, as in every id that a program has at hand.
    values[name] =
      parameters[name]?.raw === true ? (name === "scope" ? `/${value}` : value) : decodeURIComponent(value);
  }
  delete values.subscriptionId;
  return values;
}
