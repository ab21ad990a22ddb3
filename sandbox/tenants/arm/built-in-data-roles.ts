import type { RoleDefinition } from "./access-control.ts";
import { builtIn, common, groupRead, support } from "./built-in-role.ts";

const blob = "Microsoft.Storage/storageAccounts/blobServices";
const queue = "Microsoft.Storage/storageAccounts/queueServices";

/** Messages, storage, settings and AI. Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const dataRoles: readonly RoleDefinition[] = [
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
];
