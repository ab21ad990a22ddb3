import type { RoleDefinition } from "./access-control.ts";

interface Grants {
  actions?: string[];
  notActions?: string[];
  dataActions?: string[];
  notDataActions?: string[];
}

/** A role that Azure itself defines, assignable anywhere. */
export function builtIn(name: string, roleName: string, description: string, grants: Grants): RoleDefinition {
  const permission = { actions: [], notActions: [], dataActions: [], notDataActions: [], ...grants };
  return { name, roleName, description, type: "BuiltInRole", assignableScopes: ["/"], permissions: [permission] };
}

/** What nearly every role of a service's control plane carries besides its own actions. */
export const common = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Insights/alertRules/*",
  "Microsoft.Resources/deployments/*",
];
export const groupRead = "Microsoft.Resources/subscriptions/resourceGroups/read";
export const support = "Microsoft.Support/*";
