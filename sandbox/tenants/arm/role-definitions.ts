import type { Router } from "express";
import type { World } from "../tenant.ts";
import type { RoleDefinition } from "./access-control.ts";
import { type ArmCall, operation } from "./call.ts";
import { ArmError } from "./errors.ts";
import { scopeCovers } from "./rbac.ts";
import { fullType, knownTypes } from "./resource-types.ts";

const type = fullType(knownTypes.roleDefinitions);
const collection = "{/*scope}/providers/Microsoft.Authorization/roleDefinitions";

/** Serves role definitions, at any scope. Roles are read only here. */
export function serveRoleDefinitions(router: Router, world: World): void {
  const read = { action: `${type}/read`, versions: knownTypes.roleDefinitions, scope: readScope };
  operation(router, world, "get", collection, read, (call) => ({
    status: 200,
    body: {
      value: [...call.tenant.access.roles.values()]
        .filter((role) => isAssignableAt(role, scopeOf(call)))
        .filter(byFilter(call.query("$filter")))
        .map((role) => roleJson(role, scopeOf(call))),
    },
  }));
  operation(router, world, "get", `${collection}/:role`, read, (call) => {
    const role = call.tenant.access.roles.get(call.param("role").toLowerCase());
    if (role === undefined) {
      throw new ArmError(
        404,
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${call.param("role").replaceAll("-", "")}' does not exist.`,
      );
    }
    return { status: 200, body: roleJson(role, scopeOf(call)) };
  });
}

/** The scope part of an extension resource's path; "" is the tenant's root. */
export function scopeOf(call: ArmCall): string {
  return call.param("scope") === "" ? "" : `/${call.param("scope")}`;
}

/** Built-in roles may be read by anyone signed in at the root; Azure checks the subscription otherwise. */
function readScope(call: ArmCall): string {
  return scopeOf(call) === "" ? `/subscriptions/${call.tenant.spec.subscriptionId}` : call.path;
}

function isAssignableAt(role: RoleDefinition, scope: string): boolean {
  return (
    scope === "" ||
    role.assignableScopes.some((assignable) => scopeCovers(assignable, scope) || scopeCovers(scope, assignable))
  );
}

function byFilter(filter: string): (role: RoleDefinition) => boolean {
  if (filter === "" || /^atScopeAndBelow\(\)$/i.test(filter)) return () => true;
  const [, property = "", quoted = ""] = /^(roleName|type) eq '((?:[^']|'')*)'$/i.exec(filter) ?? [];
  const value = quoted.replaceAll("''", "'").toLowerCase();
  if (property.toLowerCase() === "rolename") return ({ roleName }) => roleName.toLowerCase() === value;
  if (property.toLowerCase() === "type") return (role) => role.type.toLowerCase() === value;
  throw new ArmError(400, "InvalidFilterInQueryString", `The filter '${filter}' is not one that the sandbox knows.`);
}

function roleJson(role: RoleDefinition, scope: string): Record<string, unknown> {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return {
    id: `${subscription}/providers/${type}/${role.name}`,
    name: role.name,
    type,
    properties: {
      roleName: role.roleName,
      type: role.type,
      description: role.description,
      assignableScopes: role.assignableScopes,
      permissions: role.permissions,
      createdOn: "2015-02-02T21:55:09.8806423Z",
      updatedOn: "2021-11-11T20:13:47.8628684Z",
      createdBy: null,
      updatedBy: null,
    },
  };
}
