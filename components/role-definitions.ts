import { getRoleDefinition } from "@pulumi/azure-native/authorization/getRoleDefinition";
import * as pulumi from "@pulumi/pulumi";
import { environmentPrefix } from "../config/credentials";
import type { Identity, Role } from "../config/identity";
import { adviceFor } from "../federation/advice";
import { roleGuid } from "../federation/roles";
import type { ConnectedTenant } from "./tenant-provider";

/**
 * Asks tenant B for every role that the config gives, before anything is made: a GUID that is no role there would else
 * fail in the middle of a deployment.
 * @throws pulumi.RunError that lists all the roles that do not exist or could not be looked up.
 */
export async function checkRoleDefinitions(identities: readonly Identity[], tenant: ConnectedTenant): Promise<void> {
  const wanted = new Map<string, { role: Role; identity: string; guid: string; scope: string }>();
  for (const identity of identities) {
    for (const role of identity.roles) {
      const guid = roleGuid(role.role);
      if (guid === undefined) continue;
      const scope = lookupScope(role.scope, tenant);
      wanted.set(`${scope} ${guid}`.toLowerCase(), { role, identity: identity.name, guid, scope });
    }
  }
  const faults = await Promise.all(
    [...wanted.values()].map(async ({ role, identity, guid, scope }) => {
      try {
        await getRoleDefinition({ roleDefinitionId: guid, scope }, { provider: tenant.provider });
        return [];
      } catch (error) {
        const answer = error instanceof Error ? error.message : String(error);
        const name = role.role === guid ? guid : `${role.role} (${guid})`;
        return [roleFault({ identity, name, scope, answer }, tenant)];
      }
    }),
  );
  const all = faults.flat();
  if (all.length > 0) throw new pulumi.RunError(`${all.join("\n\n")}\n\nNothing in Azure or Kubernetes was changed.`);
}

interface Lookup {
  readonly identity: string;
  readonly name: string;
  readonly scope: string;
  readonly answer: string;
}

/** Only a role that is not there is the config's fault; anything else says nothing about the role. */
function roleFault({ identity, name, scope, answer }: Lookup, { tenantId }: ConnectedTenant): string {
  const advice = adviceFor(answer, { key: "tenantB", tenantId, variablePrefix: environmentPrefix.tenantB });
  const lookUp = `look it up: az role definition list --scope ${scope} --query "[].{name:roleName, id:name}"`;
  const absent = advice === undefined ? /\b404\b/.test(answer) : advice.code === "RoleDefinitionDoesNotExist";
  return [
    `Identity ${identity} is to have role ${name}, which ${absent ? `${scope} does not have` : `could not be looked up at ${scope}`}.`,
    `  answer:  ${answer.split("\n")[0]}`,
    ...(absent || advice === undefined ? [] : [`  cause:   ${advice.cause}`]),
    `  to do:   ${absent ? lookUp : (advice?.toDo ?? `run \`pulumi up\` again; when it stays so, ${lookUp}`)}`,
  ].join("\n");
}

/** The identity's own resource group may not exist yet; its subscription does. */
function lookupScope(scope: string, tenant: ConnectedTenant): string {
  return scope.startsWith("/") ? scope : `/subscriptions/${tenant.subscriptionId}`;
}
