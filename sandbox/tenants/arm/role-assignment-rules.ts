import { isVisible } from "../entra/directory.ts";
import type { RoleAssignment, RoleDefinition } from "./access-control.ts";
import { type ArmCall, objectBody, recordAt } from "./call.ts";
import { ArmError, armErrors } from "./errors.ts";
import { scopeCovers } from "./rbac.ts";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const principalTypes = ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"];

/** The role assignment that a request asks for, or the refusal that Azure gives. */
export function checkNewAssignment(call: ArmCall, id: string, scope: string): RoleAssignment {
  const name = call.param("assignment");
  if (!guid.test(name)) {
    throw new ArmError(
      400,
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  }
  const properties = recordAt(objectBody(call), "properties");
  const principalId = text(properties, "principalId");
  const roleDefinitionId = text(properties, "roleDefinitionId");
  if (!guid.test(principalId)) {
    throw new ArmError(
      400,
      "InvalidPrincipalId",
      `A valid principal ID must be provided for role assignment, not '${principalId}'.`,
    );
  }
  checkScopeExists(call, scope);
  const role = findRole(call, roleDefinitionId, scope);
  return {
    id,
    name,
    scope,
    roleName: role.name,
    roleDefinitionId: `/subscriptions/${call.tenant.spec.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
    principalId: principalId.toLowerCase(),
    principalType: checkPrincipal(call, principalId, properties.principalType),
    createdOn: new Date().toISOString(),
    createdBy: call.caller.objectId,
    ...optionalText(properties, "description"),
    ...optionalText(properties, "condition"),
    ...optionalText(properties, "conditionVersion"),
  };
}

/**
 * A principal type that is given spares the look-up in a replica that may lag behind; so Microsoft advises to give it.
 * Source: learn.microsoft.com/azure/role-based-access-control/troubleshooting, "Symptom - Assigning a role to a new principal".
 */
function checkPrincipal(call: ArmCall, principalId: string, given: unknown): string {
  if (given !== undefined && given !== null && !principalTypes.includes(String(given))) {
    throw new ArmError(
      400,
      "InvalidPrincipalType",
      `The principal type '${String(given)}' is not one of ${principalTypes.join(", ")}.`,
    );
  }
  const { directory, spec } = call.tenant;
  const principal = directory.byObjectId(principalId);
  if (principal === undefined || (given !== "ServicePrincipal" && !isVisible(principal))) {
    throw new ArmError(
      400,
      "PrincipalNotFound",
      `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${spec.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`,
    );
  }
  if (typeof given === "string" && given !== "ServicePrincipal") {
    throw new ArmError(
      400,
      "UnmatchedPrincipalType",
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type 'ServicePrincipal' , which is different from specified PrinciaplType '${given}'.`,
    );
  }
  return "ServicePrincipal";
}

function findRole(call: ArmCall, roleDefinitionId: string, scope: string): RoleDefinition {
  const name = roleDefinitionId.split("/").at(-1) ?? "";
  const role = call.tenant.access.roles.get(name.toLowerCase());
  const owner = /^\/subscriptions\/([^/]+)\//i.exec(roleDefinitionId)?.[1]?.toLowerCase();
  const foreign = owner !== undefined && owner !== call.tenant.spec.subscriptionId.toLowerCase();
  if (role === undefined || foreign) {
    throw new ArmError(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${name.replaceAll("-", "")}' does not exist.`,
    );
  }
  if (!role.assignableScopes.some((assignable) => assignable === "/" || scopeCovers(assignable, scope))) {
    throw new ArmError(
      400,
      "InvalidRoleAssignmentScope",
      `The role '${role.roleName}' cannot be assigned at '${scope}': its assignable scopes are ${role.assignableScopes.join(", ")}.`,
    );
  }
  return role;
}

/** A scope in a group that is missing is refused; other types' scopes are taken as they are, as Azure does. */
function checkScopeExists(call: ArmCall, scope: string): void {
  const group = /\/resourceGroups\/([^/]+)/i.exec(scope)?.[1];
  if (group !== undefined && !call.tenant.groups.has(group.toLowerCase())) throw armErrors.resourceGroupNotFound(group);
}

function text(properties: Record<string, unknown>, name: string): string {
  const value = properties[name];
  if (typeof value === "string" && value !== "") return value;
  throw new ArmError(
    400,
    "InvalidCreateRoleAssignmentRequest",
    `The role assignment request has no '${name}'. Give it in properties.`,
  );
}

function optionalText(properties: Record<string, unknown>, name: string): Record<string, string> {
  const value = properties[name];
  return typeof value === "string" && value !== "" ? { [name]: value } : {};
}
