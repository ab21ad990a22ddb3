import { isGuid } from "./ids";

/** Where a role holds, as config says it: the tenant's subscription, the identity's resource group, or any resource id. */
export type RoleScope = string;

/** The subscription that a resource id lies in; undefined when the text is not such an id. */
export function subscriptionOfScope(scope: string): string | undefined {
  const [, word, id] = scope.split("/");
  return word?.toLowerCase() === "subscriptions" && id !== undefined && isGuid(id) ? id : undefined;
}

/** Where an identity lives, which the short scopes refer to. */
export interface ScopeHome {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/**
 * A scope in its one spelling: `subscription` and `resourceGroup` also where config writes out their ids, and any other
 * id in lower case, because Resource Manager does not tell upper from lower case.
 */
export function canonicalScope(scope: string, { subscriptionId, resourceGroup }: ScopeHome): string {
  if (scope === "subscription" || scope === "resourceGroup") return scope;
  const id = scope.toLowerCase();
  const subscription = `/subscriptions/${subscriptionId}`.toLowerCase();
  if (id === subscription) return "subscription";
  if (id === `${subscription}/resourcegroups/${resourceGroup}`.toLowerCase()) return "resourceGroup";
  return id;
}

/** What is wrong with a role's scope, or undefined when it can be one. */
export function scopeFault(scope: string): string | undefined {
  if (scope === "subscription" || scope === "resourceGroup") return undefined;
  if (!scope.startsWith("/")) return "it is neither `subscription` nor `resourceGroup` nor an id that starts with `/`";
  if (/\s/.test(scope)) return "it has whitespace in it";
  if (scope.endsWith("/") || scope.includes("//")) return "it has an empty part between slashes";
  if (subscriptionOfScope(scope) === undefined)
    return "it does not start with /subscriptions/ and a subscription's GUID";
  const [, , , ...rest] = scope.split("/");
  if (rest.length === 0) return undefined;
  if (rest[0]?.toLowerCase() !== "resourcegroups" && rest[0]?.toLowerCase() !== "providers") {
    return "after the subscription comes `resourceGroups` or `providers`";
  }
  if (rest[0].toLowerCase() === "resourcegroups") return resourceFault(rest.slice(2), rest[1]);
  return resourceFault(rest, "-");
}

function resourceFault(parts: string[], group: string | undefined): string | undefined {
  if (group === undefined) return "the name of the resource group is missing";
  if (parts.length === 0) return undefined;
  if (parts[0]?.toLowerCase() !== "providers") return "after the resource group comes `providers`";
  // providers/NAMESPACE/TYPE/NAME[/TYPE/NAME…]
  if (parts.length < 4 || parts.length % 2 !== 0) return "it ends in the middle of a resource's type and name";
  return undefined;
}
