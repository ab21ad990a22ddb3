import type { RoleDefinition } from "./access-control.ts";
import { builtIn, common, groupRead, support } from "./built-in-role.ts";

const identity = "Microsoft.ManagedIdentity/userAssignedIdentities";

/** Privileged, identity and container roles. Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const generalRoles: readonly RoleDefinition[] = [
  builtIn(
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Reader",
    "View all resources, but does not allow you to make any changes.",
    {
      actions: ["*/read"],
    },
  ),
  builtIn(
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Contributor",
    "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
    {
      actions: ["*"],
      notActions: [
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
        "Microsoft.Blueprint/blueprintAssignments/write",
        "Microsoft.Blueprint/blueprintAssignments/delete",
        "Microsoft.Compute/galleries/share/action",
        "Microsoft.Purview/consents/write",
        "Microsoft.Purview/consents/delete",
        "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
        "Microsoft.Subscription/cancel/action",
        "Microsoft.Subscription/enable/action",
      ],
    },
  ),
  builtIn(
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Owner",
    "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
    { actions: ["*"] },
  ),
  builtIn(
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "User Access Administrator",
    "Lets you manage user access to Azure resources.",
    {
      actions: ["*/read", "Microsoft.Authorization/*", support],
    },
  ),
  builtIn(
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Role Based Access Control Administrator",
    "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage access using other ways, such as Azure Policy.",
    {
      actions: [
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "*/read",
        support,
      ],
    },
  ),
  builtIn(
    "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
    "Managed Identity Contributor",
    "Create, Read, Update, and Delete User Assigned Identity",
    {
      actions: [
        ...[`${identity}/read`, `${identity}/write`, `${identity}/delete`],
        ...["read", "write", "delete"].map((verb) => `${identity}/federatedIdentityCredentials/${verb}`),
        ...[`${identity}/revokeTokens/action`, ...common, groupRead, support],
      ],
    },
  ),
  builtIn(
    "f1a07417-d97a-45cb-824c-7a7467783830",
    "Managed Identity Operator",
    "Read and Assign User Assigned Identity",
    {
      actions: [`${identity}/*/read`, `${identity}/*/assign/action`, ...common, groupRead, support],
    },
  ),
  builtIn("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", "acr pull", {
    actions: ["Microsoft.ContainerRegistry/registries/pull/read"],
  }),
  builtIn("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush", "acr push", {
    actions: ["Microsoft.ContainerRegistry/registries/pull/read", "Microsoft.ContainerRegistry/registries/push/write"],
  }),
  builtIn(
    "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
    "Azure Kubernetes Service Cluster Admin Role",
    "List cluster admin credential action.",
    {
      actions: [
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        "Microsoft.ContainerService/managedClusters/accessProfiles/listCredential/action",
        "Microsoft.ContainerService/managedClusters/read",
        "Microsoft.ContainerService/managedClusters/runcommand/action",
      ],
    },
  ),
];
