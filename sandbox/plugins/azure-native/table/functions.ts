import { agentPool } from "./agent-pool.ts";
import { genericResource } from "./generic-resource.ts";
import { hybridKubeconfigs } from "./hybrid-kubeconfig.ts";
import { containerServiceVersion, managedCluster, managedClusterName, managedClusterPath } from "./managed-cluster.ts";
import { userAssignedIdentity } from "./managed-identity.ts";
import { resourceGroup } from "./resource-group.ts";
import {
  anything,
  type FunctionSpec,
  list,
  object,
  type PathParameter,
  type ResourceSpec,
  readOnly,
  resourceGroupName,
  systemData,
  text,
} from "./shape.ts";

/** A getter is the GET of a resource type: same path, version and properties. */
function getter(token: string, resource: ResourceSpec): FunctionSpec {
  const pathParameters: Record<string, PathParameter> = {};
  for (const [name, { shape, raw }] of Object.entries(resource.pathParameters)) {
    pathParameters[name] = { shape, required: true, ...(raw === undefined ? {} : { raw }) };
  }
  const { path, apiVersion, apiVersionFromInput, properties } = resource;
  const { apiVersion: _input, ...answered } = resource.top;
  const top = { id: readOnly(text()), ...answered };
  return {
    token,
    method: "GET",
    path,
    apiVersion,
    // The version is then an argument, and no part of the answer.
    ...(apiVersionFromInput === undefined ? {} : { query: ["apiVersion"] }),
    pathParameters,
    top,
    ...(properties && { properties }),
    getter: true,
  };
}

function clusterCredentials(token: string, action: string, query: readonly string[]): FunctionSpec {
  return {
    token,
    method: "POST",
    path: `${managedClusterPath}/${action}`,
    apiVersion: containerServiceVersion,
    pathParameters: { resourceGroupName, resourceName: managedClusterName },
    query,
    top: { kubeconfigs: readOnly(list(object({ name: readOnly(text()), value: readOnly(text()) }))) },
  };
}

const getRoleDefinition: FunctionSpec = {
  token: "azure-native:authorization:getRoleDefinition",
  method: "GET",
  path: "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
  apiVersion: "2022-05-01-preview",
  pathParameters: {
    scope: { shape: { kind: "string" }, required: true, raw: true },
    roleDefinitionId: { shape: { kind: "string" }, required: true },
  },
  top: { id: readOnly(text()), name: readOnly(text()), type: readOnly(text()) },
  properties: {
    assignableScopes: list(text()),
    createdBy: readOnly(text()),
    createdOn: readOnly(text()),
    description: text(),
    permissions: anything(),
    roleName: text(),
    roleType: { ...text(), wire: "type" },
    systemData: systemData(),
    updatedBy: readOnly(text()),
    updatedOn: readOnly(text()),
  },
  getter: true,
};

/** Functions that are a request to Resource Manager. getClientConfig and getClientToken are not: see client-config.ts. */
export const functionTable: readonly FunctionSpec[] = [
  getRoleDefinition,
  getter("azure-native:containerservice:getAgentPool", agentPool),
  getter("azure-native:containerservice:getManagedCluster", managedCluster),
  getter("azure-native:managedidentity:getUserAssignedIdentity", userAssignedIdentity),
  getter("azure-native:resources:getResource", genericResource),
  getter("azure-native:resources:getResourceGroup", resourceGroup),
  clusterCredentials("azure-native:containerservice:listManagedClusterUserCredentials", "listClusterUserCredential", [
    "format",
    "serverFqdn",
  ]),
  clusterCredentials("azure-native:containerservice:listManagedClusterAdminCredentials", "listClusterAdminCredential", [
    "serverFqdn",
  ]),
  ...hybridKubeconfigs,
];
