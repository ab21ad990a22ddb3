import type { RoleDefinition } from "./access-control.ts";

interface Grants {
  actions?: string[];
  notActions?: string[];
  dataActions?: string[];
  notDataActions?: string[];
}

function builtIn(name: string, roleName: string, description: string, grants: Grants): RoleDefinition {
  const permission = { actions: [], notActions: [], dataActions: [], notDataActions: [], ...grants };
  return { name, roleName, description, type: "BuiltInRole", assignableScopes: ["/"], permissions: [permission] };
}

/** What nearly every role of a service's control plane carries besides its own actions. */
const common = [
  "Microsoft.Authorization/*/read",
  "Microsoft.Insights/alertRules/*",
  "Microsoft.Resources/deployments/*",
];
const groupRead = "Microsoft.Resources/subscriptions/resourceGroups/read";
const support = "Microsoft.Support/*";
const vaultControl = [
  "Microsoft.KeyVault/checkNameAvailability/read",
  "Microsoft.KeyVault/deletedVaults/read",
  "Microsoft.KeyVault/locations/*/read",
  "Microsoft.KeyVault/vaults/*/read",
  "Microsoft.KeyVault/operations/read",
];
const identity = "Microsoft.ManagedIdentity/userAssignedIdentities";
const blob = "Microsoft.Storage/storageAccounts/blobServices";
const queue = "Microsoft.Storage/storageAccounts/queueServices";

/**
 * Azure's built-in roles that deployments of this kind assign, with their permissions.
 * Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const builtInRoles: readonly RoleDefinition[] = [
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
  builtIn(
    "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "Key Vault Administrator",
    "Perform all data plane operations on a key vault and all objects in it, including certificates, keys, and secrets. Cannot manage key vault resources or manage role assignments. Only works for key vaults that use the 'Azure role-based access control' permission model.",
    { actions: [...common, groupRead, support, ...vaultControl], dataActions: ["Microsoft.KeyVault/vaults/*"] },
  ),
  builtIn(
    "21090545-7ca7-4776-b22c-e363652d74d2",
    "Key Vault Reader",
    "Read metadata of key vaults and its certificates, keys, and secrets. Cannot read sensitive values such as secret contents or key material.",
    {
      actions: [...common, groupRead, support, ...vaultControl],
      dataActions: ["Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    },
  ),
  builtIn("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", "Read secret contents.", {
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
  }),
  builtIn(
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Secrets Officer",
    "Perform any action on the secrets of a key vault, except manage permissions.",
    {
      actions: [...common, groupRead, support, ...vaultControl],
      dataActions: ["Microsoft.KeyVault/vaults/secrets/*"],
    },
  ),
  builtIn(
    "12338af0-0e69-4776-bea7-57ae8d297424",
    "Key Vault Crypto User",
    "Perform cryptographic operations using keys.",
    {
      dataActions: [
        "read",
        "update/action",
        "backup/action",
        "encrypt/action",
        "decrypt/action",
        "wrap/action",
        "unwrap/action",
        "sign/action",
        "verify/action",
      ].map((verb) => `Microsoft.KeyVault/vaults/keys/${verb}`),
    },
  ),
  builtIn(
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "Key Vault Crypto Officer",
    "Perform any action on the keys of a key vault, except manage permissions.",
    {
      actions: [...common, groupRead, support, ...vaultControl],
      dataActions: ["Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"],
    },
  ),
  builtIn("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", "Key Vault Certificate User", "Read certificate contents.", {
    dataActions: ["certificates/read", "secrets/getSecret/action", "secrets/readMetadata/action", "keys/read"].map(
      (verb) => `Microsoft.KeyVault/vaults/${verb}`,
    ),
  }),
  builtIn(
    "a4417e6f-fecd-4de8-b567-7b0420556985",
    "Key Vault Certificates Officer",
    "Perform any action on the certificates of a key vault, except manage permissions.",
    {
      actions: [...common, groupRead, support, ...vaultControl],
      dataActions: ["certificatecas/*", "certificates/*", "certificatecontacts/write"].map(
        (verb) => `Microsoft.KeyVault/vaults/${verb}`,
      ),
    },
  ),
  builtIn(
    "f25e0fa2-a7c8-4377-a976-54943a77a395",
    "Key Vault Contributor",
    "Manage key vaults, but does not allow you to assign roles in Azure RBAC, and does not allow you to access secrets, keys, or certificates.",
    {
      actions: [
        "Microsoft.Authorization/*/read",
        "Microsoft.Insights/alertRules/*",
        "Microsoft.KeyVault/*",
        "Microsoft.Resources/deployments/*",
        groupRead,
        support,
      ],
      notActions: [
        "Microsoft.KeyVault/locations/deletedVaults/purge/action",
        "Microsoft.KeyVault/hsmPools/*",
        "Microsoft.KeyVault/managedHsms/*",
      ],
    },
  ),
  builtIn("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", "acr pull", {
    actions: ["Microsoft.ContainerRegistry/registries/pull/read"],
  }),
  builtIn("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush", "acr push", {
    actions: ["Microsoft.ContainerRegistry/registries/pull/read", "Microsoft.ContainerRegistry/registries/push/write"],
  }),
  builtIn(
    "090c5cfd-751d-490a-894a-3ce6f1109419",
    "Azure Service Bus Data Owner",
    "Allows for full access to Azure Service Bus resources.",
    {
      actions: ["Microsoft.ServiceBus/*"],
      dataActions: ["Microsoft.ServiceBus/*"],
    },
  ),
  builtIn(
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
    "Azure Service Bus Data Receiver",
    "Allows for receive access to Azure Service Bus resources.",
    {
      actions: ["queues", "topics", "topics/subscriptions"].map((kind) => `Microsoft.ServiceBus/*/${kind}/read`),
      dataActions: ["Microsoft.ServiceBus/*/receive/action"],
    },
  ),
  builtIn(
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
    "Azure Service Bus Data Sender",
    "Allows for send access to Azure Service Bus resources.",
    {
      actions: ["queues", "topics", "topics/subscriptions"].map((kind) => `Microsoft.ServiceBus/*/${kind}/read`),
      dataActions: ["Microsoft.ServiceBus/*/send/action"],
    },
  ),
  builtIn(
    "f526a384-b230-433a-b45c-95f59c4a2dec",
    "Azure Event Hubs Data Owner",
    "Allows for full access to Azure Event Hubs resources.",
    {
      actions: ["Microsoft.EventHub/*"],
      dataActions: ["Microsoft.EventHub/*"],
    },
  ),
  builtIn(
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Receiver",
    "Allows receive access to Azure Event Hubs resources.",
    {
      actions: ["Microsoft.EventHub/*/eventhubs/consumergroups/read"],
      dataActions: ["Microsoft.EventHub/*/receive/action"],
    },
  ),
  builtIn(
    "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Azure Event Hubs Data Sender",
    "Allows send access to Azure Event Hubs resources.",
    {
      actions: ["Microsoft.EventHub/*/eventhubs/read"],
      dataActions: ["Microsoft.EventHub/*/send/action"],
    },
  ),
  builtIn(
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "Storage Blob Data Owner",
    "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access control.",
    {
      actions: [`${blob}/containers/*`, `${blob}/generateUserDelegationKey/action`],
      dataActions: [`${blob}/containers/blobs/*`],
    },
  ),
  builtIn(
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Contributor",
    "Allows for read, write and delete access to Azure Storage blob containers and data",
    {
      actions: [
        `${blob}/containers/delete`,
        `${blob}/containers/read`,
        `${blob}/containers/write`,
        `${blob}/generateUserDelegationKey/action`,
      ],
      dataActions: ["delete", "read", "write", "move/action", "add/action"].map(
        (verb) => `${blob}/containers/blobs/${verb}`,
      ),
    },
  ),
  builtIn(
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Data Reader",
    "Allows for read access to Azure Storage blob containers and data",
    {
      actions: [`${blob}/containers/read`, `${blob}/generateUserDelegationKey/action`],
      dataActions: [`${blob}/containers/blobs/read`],
    },
  ),
  builtIn(
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "Storage Queue Data Contributor",
    "Allows for read, write, and delete access to Azure Storage queues and queue messages",
    {
      actions: ["delete", "read", "write"].map((verb) => `${queue}/queues/${verb}`),
      dataActions: ["delete", "read", "write", "process/action"].map((verb) => `${queue}/queues/messages/${verb}`),
    },
  ),
  builtIn(
    "19e7f393-937e-4f77-808e-94535e297925",
    "Storage Queue Data Reader",
    "Allows for read access to Azure Storage queues and queue messages",
    {
      actions: [`${queue}/queues/read`],
      dataActions: [`${queue}/queues/messages/read`],
    },
  ),
  builtIn(
    "8a0f0c08-91a1-4084-bc3d-661d67233fed",
    "Storage Queue Data Message Processor",
    "Allows for peek, receive, and delete access to Azure Storage queue messages",
    {
      dataActions: [`${queue}/queues/messages/read`, `${queue}/queues/messages/process/action`],
    },
  ),
  builtIn(
    "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
    "Storage Queue Data Message Sender",
    "Allows for sending of Azure Storage queue messages",
    {
      dataActions: [`${queue}/queues/messages/add/action`],
    },
  ),
  builtIn(
    "516239f1-63e1-4d78-a4de-a74fb236a071",
    "App Configuration Data Reader",
    "Allows read access to App Configuration data.",
    {
      dataActions: ["Microsoft.AppConfiguration/configurationStores/*/read"],
    },
  ),
  builtIn(
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services OpenAI User",
    "Ability to view files, models, deployments. Readers are able to call inference operations such as chat completions and image generation.",
    {
      actions: [
        "Microsoft.CognitiveServices/*/read",
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read",
      ],
      dataActions: ["Microsoft.CognitiveServices/accounts/OpenAI/*/read"],
    },
  ),
  builtIn(
    "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Cognitive Services User",
    "Lets you read and list keys of Cognitive Services.",
    {
      actions: [
        "Microsoft.CognitiveServices/*/read",
        "Microsoft.CognitiveServices/accounts/listkeys/action",
        ...common,
        groupRead,
        support,
      ],
      dataActions: ["Microsoft.CognitiveServices/*"],
    },
  ),
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
