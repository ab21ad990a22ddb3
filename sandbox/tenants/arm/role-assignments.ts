import type { Router } from "express";
import type { World } from "../tenant.ts";
import type { RoleAssignment } from "./access-control.ts";
import { type ArmAnswer, type ArmCall, operation } from "./call.ts";
import { ArmError } from "./errors.ts";
import { scopeCovers } from "./rbac.ts";
import { fullType, knownTypes } from "./resource-types.ts";
import { checkNewAssignment } from "./role-assignment-rules.ts";
import { scopeOf } from "./role-definitions.ts";

const type = fullType(knownTypes.roleAssignments);
const collection = "/*scope/providers/Microsoft.Authorization/roleAssignments";
const may = (verb: string) => ({ action: `${type}/${verb}`, versions: knownTypes.roleAssignments });

/** Serves role assignments at any scope: subscription, resource group, or a resource however deep. */
export function serveRoleAssignments(router: Router, world: World): void {
  operation(router, world, "get", collection, may("read"), (call) => ({
    status: 200,
    body: { value: [...call.tenant.access.assignments.values()].filter(listed(call)).map(assignmentJson) },
  }));
  const one = `${collection}/:assignment`;
  operation(router, world, "get", one, may("read"), (call) => ({
    status: 200,
    body: assignmentJson(existingOf(call)),
  }));
  operation(router, world, "put", one, may("write"), put);
  operation(router, world, "delete", one, may("delete"), (call) => {
    const existing = call.tenant.access.assignments.get(idOf(call).toLowerCase());
    if (existing === undefined) return { status: 204 };
    call.tenant.access.unassign(existing.id);
    return { status: 200, body: assignmentJson(existing) };
  });
}

function put(call: ArmCall): ArmAnswer {
  const assignment = checkNewAssignment(call, idOf(call), scopeOf(call));
  const { access } = call.tenant;
  const existing = access.assignments.get(assignment.id.toLowerCase());
  if (existing !== undefined) {
    if (existing.principalId !== assignment.principalId || existing.roleName !== assignment.roleName) {
      throw new ArmError(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      );
    }
    access.assign({ ...assignment, id: existing.id, createdOn: existing.createdOn, createdBy: existing.createdBy });
    return { status: 200, body: assignmentJson(existingOf(call)) };
  }
  const twin = [...access.assignments.values()].find(
    (other) =>
      other.principalId === assignment.principalId &&
      other.roleName === assignment.roleName &&
      other.scope.toLowerCase() === assignment.scope.toLowerCase(),
  );
  if (twin !== undefined) {
    throw new ArmError(
      409,
      "RoleAssignmentExists",
      `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`,
    );
  }
  access.assign(assignment);
  return { status: 201, body: assignmentJson(assignment) };
}

function idOf(call: ArmCall): string {
  return `${scopeOf(call)}/providers/${type}/${call.param("assignment")}`;
}

function existingOf(call: ArmCall): RoleAssignment {
  const found = call.tenant.access.assignments.get(idOf(call).toLowerCase());
  if (found === undefined) {
    throw new ArmError(
      404,
      "RoleAssignmentNotFound",
      `The role assignment '${call.param("assignment")}' is not found.`,
    );
  }
  return found;
}

/** With no filter a scope shows what applies to it and what lies below; `atScope()` leaves out what lies below. */
function listed(call: ArmCall): (assignment: RoleAssignment) => boolean {
  const scope = scopeOf(call);
  const conditions = call
    .query("$filter")
    .split(/\s+and\s+/i)
    .filter((condition) => condition !== "")
    .map(conditionOf);
  const above = ({ scope: assigned }: RoleAssignment) => scopeCovers(assigned, scope);
  const onlyAbove = conditions.includes("atScope");
  return (assignment) =>
    (above(assignment) || (!onlyAbove && scopeCovers(scope, assignment.scope))) &&
    conditions.every((condition) => condition === "atScope" || condition === assignment.principalId.toLowerCase());
}

/** `atScope`, or the principal id that an assignment must have. */
function conditionOf(condition: string): string {
  if (/^atScope\(\)$/i.test(condition)) return "atScope";
  const principal = /^(?:principalId eq '([^']+)'|assignedTo\('([^']+)'\))$/i.exec(condition);
  const id = principal?.[1] ?? principal?.[2];
  if (id === undefined) {
    throw new ArmError(
      400,
      "InvalidFilterInQueryString",
      `The filter '${condition}' is not one that the sandbox knows.`,
    );
  }
  return id.toLowerCase();
}

function assignmentJson(assignment: RoleAssignment): Record<string, unknown> {
  const { id, name, scope, roleDefinitionId, principalId, principalType, createdOn, createdBy } = assignment;
  return {
    id,
    name,
    type,
    properties: {
      roleDefinitionId,
      principalId,
      principalType,
      scope,
      condition: assignment.condition ?? null,
      conditionVersion: assignment.conditionVersion ?? null,
      description: assignment.description ?? null,
      delegatedManagedIdentityResourceId: null,
      createdOn,
      updatedOn: createdOn,
      createdBy,
      updatedBy: createdBy,
    },
  };
}
