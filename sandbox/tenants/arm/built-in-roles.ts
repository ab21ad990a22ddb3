import type { RoleDefinition } from "./access-control.ts";
import { dataRoles } from "./built-in-data-roles.ts";
import { generalRoles } from "./built-in-general-roles.ts";
import { vaultRoles } from "./built-in-vault-roles.ts";

/** Azure's built-in roles that deployments of this kind assign, with their permissions. */
export const builtInRoles: readonly RoleDefinition[] = [...generalRoles, ...vaultRoles, ...dataRoles];
