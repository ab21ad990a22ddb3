import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import * as pulumi from "@pulumi/pulumi";
import type { Role } from "../config/identity";
import { roleAssignmentName } from "../federation/role-assignment-name";
import { roleDefinitionId, roleGuid, roleName } from "../federation/roles";
import { canonicalScope } from "../federation/scope";

export interface RoleAssignmentsArgs {
  readonly identityName: string;
  readonly principalId: pulumi.Output<string>;
  readonly subscriptionId: string;
  /** The identity's resource group, for the scope `resourceGroup`. */
  readonly resourceGroup: { readonly name: string; readonly id: pulumi.Output<string> };
  readonly roles: readonly Role[];
}

/** A role as it was given. */
export interface DeployedRole {
  readonly role: string;
  readonly scope: pulumi.Output<string>;
  readonly assignment: RoleAssignment;
}

/** Gives an identity its roles, side by side. */
export function roleAssignments(args: RoleAssignmentsArgs, parent: pulumi.Resource): DeployedRole[] {
  return args.roles.map(({ role, scope }) => {
    const guid = roleGuid(role);
    if (guid === undefined) throw new Error(`role ${role} was not checked`);
    const { subscriptionId, resourceGroup } = args;
    const canonical = canonicalScope(scope, { subscriptionId, resourceGroup: resourceGroup.name });
    const scopeId = pulumi.output(scopeOf(canonical, scope, args));
    const assignment = new RoleAssignment(
      // Not by the config's spelling: another one of the same role would be a second resource with the same Azure name.
      `${args.identityName}-${roleName(guid)}-${canonical}`,
      {
        scope: scopeId,
        roleAssignmentName: pulumi
          .all([scopeId, args.principalId])
          .apply(([at, principal]) => roleAssignmentName(at, principal, guid)),
        roleDefinitionId: roleDefinitionId(args.subscriptionId, guid),
        principalId: args.principalId,
        // Without it Azure looks the principal up, and does not find one that is seconds old (PrincipalNotFound);
        // azure-native's own default is "User".
        principalType: "ServicePrincipal",
      },
      // A principal has a role at a scope once: the old assignment has to go first.
      { parent, deleteBeforeReplace: true },
    );
    return { role, scope: scopeId, assignment };
  });
}

function scopeOf(
  canonical: string,
  given: string,
  { subscriptionId, resourceGroup }: RoleAssignmentsArgs,
): pulumi.Input<string> {
  if (canonical === "subscription") return `/subscriptions/${subscriptionId}`;
  if (canonical === "resourceGroup") return resourceGroup.id;
  return given;
}
