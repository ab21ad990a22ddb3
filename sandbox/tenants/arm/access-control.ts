import { PropagatedSet } from "../propagated-set.ts";
import { builtInRoles } from "./built-in-roles.ts";
import { type Grant, isAllowed, type Permission, scopeCovers } from "./rbac.ts";

/** A role, built in or custom. */
export interface RoleDefinition {
  /** GUID. */
  name: string;
  roleName: string;
  description: string;
  type: "BuiltInRole" | "CustomRole";
  assignableScopes: string[];
  permissions: Permission[];
}

/** What a role assignment says. */
export interface RoleAssignment {
  id: string;
  name: string;
  scope: string;
  /** GUID of the role. */
  roleName: string;
  /** As the caller wrote it, for answers. */
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  description?: string;
  condition?: string;
  conditionVersion?: string;
  createdOn: string;
  createdBy: string;
  /** Made with the tenant, for its deployer: not part of what a deployment leaves behind. */
  ofDeployer?: boolean;
}

/** Roles and role assignments of one tenant. */
export class AccessControl {
  readonly roles = new Map<string, RoleDefinition>(builtInRoles.map((role) => [role.name, role]));
  readonly assignments = new Map<string, RoleAssignment>();
  readonly #effective: PropagatedSet<RoleAssignment>;

  constructor(delay: () => number) {
    this.#effective = new PropagatedSet(delay);
  }

  assign(assignment: RoleAssignment, immediately = false): void {
    const key = assignment.id.toLowerCase();
    this.assignments.set(key, assignment);
    this.#effective.put(key, assignment, immediately);
  }

  unassign(id: string): void {
    this.assignments.delete(id.toLowerCase());
    this.#effective.remove(id.toLowerCase());
  }

  /** Role assignments on a scope that is deleted go with it. */
  dropScope(scope: string): void {
    for (const assignment of [...this.assignments.values()]) {
      if (scopeCovers(scope, assignment.scope)) this.unassign(assignment.id);
    }
  }

  /** Whether the principal may do `action` on `target` now. */
  allows(principalId: string, action: string, target: string, plane: "control" | "data" = "control"): boolean {
    return isAllowed(this.#grantsOf(principalId), action, target, plane);
  }

  *#grantsOf(principalId: string): Generator<Grant> {
    for (const { principalId: holder, scope, roleName } of this.#effective.effective()) {
      const role = this.roles.get(roleName);
      if (role !== undefined && holder.toLowerCase() === principalId.toLowerCase()) {
        yield { scope, permissions: role.permissions };
      }
    }
  }
}
