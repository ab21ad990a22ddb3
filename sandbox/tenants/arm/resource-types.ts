import { allClouds, namesOf } from "../azure-clouds.ts";
import type { AzureEnvironment } from "../cluster-backend.ts";

/** A resource type that the sandbox simulates, with the API versions it accepts. */
export interface KnownType {
  namespace: string;
  type: string;
  versions: readonly string[];
}

/** Versions of Resource Manager's own types: subscriptions, tenants, resource groups, providers. */
export const resourcesVersions = [
  ...["2025-04-01", "2025-03-01", "2024-11-01", "2024-07-01", "2024-03-01", "2023-07-01", "2022-12-01", "2022-09-01"],
  ...["2021-04-01", "2021-01-01", "2020-10-01", "2020-06-01", "2020-01-01", "2019-11-01", "2019-10-01", "2019-06-01"],
  ...["2019-05-10", "2018-05-01", "2018-02-01", "2016-06-01"],
] as const;

const managedClusterVersions = [
  ...["2026-06-01", "2026-05-01", "2026-04-01", "2026-03-01", "2026-02-01", "2026-01-01", "2025-10-01", "2025-09-01"],
  ...["2025-08-01", "2025-07-01", "2025-05-01", "2025-04-01", "2025-03-01", "2025-02-01", "2025-01-01", "2024-10-01"],
  ...["2024-09-01", "2024-08-01", "2024-07-01", "2024-05-01", "2024-02-01", "2024-01-01", "2023-11-01", "2023-10-01"],
] as const;

const federatedCredentialVersions = [
  ...[
    "2024-11-30",
    "2023-01-31",
    "2025-05-31-preview",
    "2025-01-31-preview",
    "2023-07-31-preview",
    "2022-01-31-preview",
  ],
] as const;
const identityVersions = [...federatedCredentialVersions, "2018-11-30"] as const;
const roleAssignmentVersions = [
  "2022-04-01",
  "2020-10-01-preview",
  "2020-08-01-preview",
  "2020-04-01-preview",
  "2015-07-01",
] as const;
const roleDefinitionVersions = ["2022-05-01-preview", "2022-04-01", "2018-01-01-preview", "2015-07-01"] as const;
const quotaVersions = ["2025-09-01", "2025-07-15", "2025-03-01", "2023-02-01", "2021-03-15-preview"] as const;

/** The issuer and workload identity came with 2024-07-15-preview; see connected-cluster-defaults.ts for what older versions show. */
const connectedClusterVersions = [
  ...["2026-05-01", "2026-02-01-preview", "2025-12-01-preview", "2025-08-01-preview", "2024-12-01-preview"],
  ...["2024-07-15-preview", "2024-07-01-preview", "2024-02-01-preview", "2024-01-01", "2023-11-01-preview"],
  ...["2022-10-01-preview", "2022-05-01-preview", "2021-10-01", "2021-04-01-preview", "2021-03-01"],
] as const;
const hybridContainerVersions = [
  "2026-06-01-preview",
  "2026-04-01-preview",
  "2024-01-01",
  "2023-11-15-preview",
] as const;
const customLocationVersions = ["2021-08-31-preview", "2021-08-15", "2021-03-15-preview"] as const;
const logicalNetworkVersions = [
  ...["2025-09-01-preview", "2025-06-01-preview", "2025-04-01-preview", "2025-02-01-preview", "2024-10-01-preview"],
  ...["2024-08-01-preview", "2024-07-15-preview", "2024-05-01-preview", "2024-02-01-preview", "2024-01-01"],
  "2023-09-01-preview",
] as const;
const storageVersions = [
  "2026-09-01",
  ...["2026-04-01", "2025-08-01", "2025-06-01", "2025-01-01", "2024-01-01", "2023-05-01", "2023-04-01", "2023-01-01"],
  ...["2022-09-01", "2022-05-01", "2021-09-01", "2021-08-01", "2021-06-01", "2021-04-01", "2021-02-01", "2021-01-01"],
  ...["2019-06-01", "2019-04-01"],
] as const;

/** Every type under a provider that the sandbox answers for. */
export const knownTypes = {
  managedClusters: {
    namespace: "Microsoft.ContainerService",
    type: "managedClusters",
    versions: managedClusterVersions,
  },
  agentPools: {
    namespace: "Microsoft.ContainerService",
    type: "managedClusters/agentPools",
    versions: managedClusterVersions,
  },
  clusterOperations: {
    namespace: "Microsoft.ContainerService",
    type: "locations/operations",
    versions: managedClusterVersions,
  },
  clusterOperationResults: {
    namespace: "Microsoft.ContainerService",
    type: "locations/operationresults",
    versions: managedClusterVersions,
  },
  identities: { namespace: "Microsoft.ManagedIdentity", type: "userAssignedIdentities", versions: identityVersions },
  federatedCredentials: {
    namespace: "Microsoft.ManagedIdentity",
    type: "userAssignedIdentities/federatedIdentityCredentials",
    versions: federatedCredentialVersions,
  },
  roleAssignments: { namespace: "Microsoft.Authorization", type: "roleAssignments", versions: roleAssignmentVersions },
  roleDefinitions: { namespace: "Microsoft.Authorization", type: "roleDefinitions", versions: roleDefinitionVersions },
  quotas: { namespace: "Microsoft.Quota", type: "quotas", versions: quotaVersions },
  usages: { namespace: "Microsoft.Quota", type: "usages", versions: quotaVersions },
  connectedClusters: {
    namespace: "Microsoft.Kubernetes",
    type: "connectedClusters",
    versions: connectedClusterVersions,
  },
  connectedClusterOperations: {
    namespace: "Microsoft.Kubernetes",
    type: "locations/operationStatuses",
    versions: connectedClusterVersions,
  },
  provisionedClusters: {
    namespace: "Microsoft.HybridContainerService",
    type: "provisionedClusterInstances",
    versions: hybridContainerVersions,
  },
  hybridKubernetesVersions: {
    namespace: "Microsoft.HybridContainerService",
    type: "kubernetesVersions",
    versions: hybridContainerVersions,
  },
  provisionedClusterOperations: {
    namespace: "Microsoft.HybridContainerService",
    type: "locations/operationStatuses",
    versions: hybridContainerVersions,
  },
  customLocations: {
    namespace: "Microsoft.ExtendedLocation",
    type: "customLocations",
    versions: customLocationVersions,
  },
  logicalNetworks: { namespace: "Microsoft.AzureStackHCI", type: "logicalNetworks", versions: logicalNetworkVersions },
  storageAccounts: { namespace: "Microsoft.Storage", type: "storageAccounts", versions: storageVersions },
  storageNames: { namespace: "Microsoft.Storage", type: "checkNameAvailability", versions: storageVersions },
  storageOperations: { namespace: "Microsoft.Storage", type: "locations/asyncoperations", versions: storageVersions },
} satisfies Record<string, KnownType>;

/** `Microsoft.X/types/children`, as resource ids and role actions spell it. */
export function fullType(known: KnownType): string {
  return `${known.namespace}/${known.type}`;
}

const publicRegions: readonly (readonly [string, string])[] = [
  ["eastus", "East US"],
  ["eastus2", "East US 2"],
  ["centralus", "Central US"],
  ["westus", "West US"],
  ["westus2", "West US 2"],
  ["westus3", "West US 3"],
  ["northcentralus", "North Central US"],
  ["southcentralus", "South Central US"],
  ["canadacentral", "Canada Central"],
  ["brazilsouth", "Brazil South"],
  ["northeurope", "North Europe"],
  ["westeurope", "West Europe"],
  ["uksouth", "UK South"],
  ["francecentral", "France Central"],
  ["germanywestcentral", "Germany West Central"],
  ["switzerlandnorth", "Switzerland North"],
  ["swedencentral", "Sweden Central"],
  ["norwayeast", "Norway East"],
  ["australiaeast", "Australia East"],
  ["southeastasia", "Southeast Asia"],
  ["eastasia", "East Asia"],
  ["japaneast", "Japan East"],
  ["koreacentral", "Korea Central"],
  ["centralindia", "Central India"],
  ["uaenorth", "UAE North"],
  ["southafricanorth", "South Africa North"],
];

/** Regions of every cloud of Azure in which the simulated subscriptions may create things: a plain subset. */
export const regions: ReadonlyMap<string, string> = new Map([
  ...publicRegions,
  ...allClouds.flatMap((cloud) => cloud.regions),
]);

/** The regions of one cloud. */
export function regionsOf(environment: AzureEnvironment): ReadonlyMap<string, string> {
  return new Map(environment === "public" ? publicRegions : namesOf(environment).regions);
}

/** "East US" and "eastus" are one region; Azure answers the short name. Undefined: no such region. */
export function regionName(location: string): string | undefined {
  const short = location.replaceAll(" ", "").toLowerCase();
  return regions.has(short) ? short : undefined;
}
