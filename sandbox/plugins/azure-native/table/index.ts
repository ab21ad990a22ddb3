import { agentPool } from "./agent-pool.ts";
import { functionTable } from "./functions.ts";
import { genericResource } from "./generic-resource.ts";
import { managedCluster } from "./managed-cluster.ts";
import { federatedIdentityCredential, userAssignedIdentity } from "./managed-identity.ts";
import { resourceGroup } from "./resource-group.ts";
import { roleAssignment } from "./role-assignment.ts";
import type { FunctionSpec, ResourceSpec } from "./shape.ts";
import { storageAccount } from "./storage-account.ts";

/** The resource types that this stand-in knows. To add one: write its entry in a file of this folder and list it here. */
export const resourceTable: readonly ResourceSpec[] = [
  resourceGroup,
  managedCluster,
  agentPool,
  userAssignedIdentity,
  federatedIdentityCredential,
  roleAssignment,
  storageAccount,
  genericResource,
];

const HOW_TO_ADD =
  "The sandbox's azure-native is a stand-in with a table of what it knows. Add an entry to a file of " +
  "sandbox/plugins/azure-native/table/ and list it in index.ts there, or deploy with the real provider.";

/**
 * The entry of a type. Tokens with a version in them, such as azure-native:resources/v20240301:ResourceGroup, are not the
 * same type: they stand for another API version.
 * @throws Error saying how to add a type that is not there
 */
export function resourceSpec(type: string): ResourceSpec {
  const spec = resourceTable.find((entry) => entry.type === type);
  if (spec === undefined) throw new Error(`Resource type ${type} not found. ${HOW_TO_ADD}`);
  return spec;
}

/**
 * The entry of a function.
 * @throws Error saying how to add a function that is not there
 */
export function functionSpec(token: string): FunctionSpec {
  const spec = functionTable.find((entry) => entry.token === token);
  if (spec === undefined) throw new Error(`Invoke type ${token} not found. ${HOW_TO_ADD}`);
  return spec;
}

export type { Field, Fields, FunctionSpec, PathParameter, ResourceSpec, Shape } from "./shape.ts";
export { functionTable };
