import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleDefinition } from "./arm/access-control.ts";
import { isRecord } from "./arm/call.ts";
import { deployerGroups } from "./entra/aks-sign-in.ts";
import type { Tenant } from "./tenant.ts";

/** The service principal with which a tenant's side is deployed. */
export interface DeployerCredential {
  tenantKey: string;
  clientId: string;
  clientSecret: string;
  objectId: string;
}

/**
 * Makes the tenant's deployer: an application with a secret of this run, and one role assignment at its subscription,
 * of the custom role in `permissionsDir`/KEY-deployer.json (the JSON that `az role definition create` takes).
 */
export function addDeployer(tenant: Tenant, permissionsDir: string): DeployerCredential {
  const { key, subscriptionId } = tenant.spec;
  const scope = `/subscriptions/${subscriptionId}`;
  const role = readRole(join(permissionsDir, `${key}-deployer.json`), scope);
  tenant.access.roles.set(role.name, role);
  const credential: DeployerCredential = {
    tenantKey: key,
    clientId: randomUUID(),
    clientSecret: `${randomBytes(3).toString("hex")}~${randomBytes(27).toString("base64url")}`,
    objectId: randomUUID(),
  };
  tenant.directory.add({
    objectId: credential.objectId,
    clientId: credential.clientId,
    displayName: `${key}-deployer`,
    kind: "Application",
    groups: [...deployerGroups].flatMap(([tenantKey, group]) => (tenantKey === key ? [group] : [])),
    secrets: [credential.clientSecret],
    visibleFrom: 0,
  });
  const name = randomUUID();
  tenant.access.assign(
    {
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
      name,
      scope,
      roleName: role.name,
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
      principalId: credential.objectId,
      principalType: "ServicePrincipal",
      createdOn: new Date().toISOString(),
      createdBy: credential.objectId,
      ofDeployer: true,
    },
    true,
  );
  return credential;
}

/** The role is assignable at the simulated subscription, whatever placeholder the file names. */
function readRole(file: string, scope: string): RoleDefinition {
  if (!existsSync(file)) {
    throw new Error(
      `The deployer's role is missing: ${file} is not there. Write its role definition as 'az role definition create' takes it.`,
    );
  }
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isRecord(json) || typeof json.Name !== "string" || !isTexts(json.Actions)) {
    throw new Error(
      `The role definition in ${file} has no Name or no Actions. Write it as 'az role definition create' takes it: Name, Description, IsCustom, Actions, NotActions, DataActions, NotDataActions, AssignableScopes.`,
    );
  }
  const list = (property: string) => {
    const value = json[property] ?? [];
    if (!isTexts(value))
      throw new Error(`${property} in ${file} is not a list of texts. Give it as a JSON array of actions.`);
    return value;
  };
  return {
    name: randomUUID(),
    roleName: json.Name,
    description: typeof json.Description === "string" ? json.Description : "",
    type: "CustomRole",
    assignableScopes: [scope],
    permissions: [
      {
        actions: json.Actions,
        notActions: list("NotActions"),
        dataActions: list("DataActions"),
        notDataActions: list("NotDataActions"),
      },
    ],
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
