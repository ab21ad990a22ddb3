import type { RoleDefinition } from "./access-control.ts";
import { builtIn, common, groupRead, support } from "./built-in-role.ts";

const vaultControl = [
  "Microsoft.KeyVault/checkNameAvailability/read",
  "Microsoft.KeyVault/deletedVaults/read",
  "Microsoft.KeyVault/locations/*/read",
  "Microsoft.KeyVault/vaults/*/read",
  "Microsoft.KeyVault/operations/read",
];

/** Key Vault. Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
export const vaultRoles: readonly RoleDefinition[] = [
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
];
