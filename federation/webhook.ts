/**
 * Names that the azure-workload-identity webhook looks for. It mutates pods when they are created and at no other time.
 * Source: azure-workload-identity v1.6, pkg/webhook/consts.go.
 */

/** Label of the pod, not of its owner: the webhook's object selector sees pods only. */
export const useLabel = { "azure.workload.identity/use": "true" } as const;

/** Annotations of the service account. */
export const serviceAccountAnnotation = {
  clientId: "azure.workload.identity/client-id",
  /** Without it the webhook injects the cluster's own tenant, which is the wrong one across tenants. */
  tenantId: "azure.workload.identity/tenant-id",
  tokenExpiration: "azure.workload.identity/service-account-token-expiration",
} as const;

/** Variables that the webhook adds to every container, unless the container sets them itself. */
export const injectedVariables = [
  "AZURE_CLIENT_ID",
  "AZURE_TENANT_ID",
  "AZURE_FEDERATED_TOKEN_FILE",
  "AZURE_AUTHORITY_HOST",
] as const;

/** Namespaces whose pods no webhook mutates on AKS. */
export const namespacesWithoutWebhook = ["kube-system", "kube-public", "kube-node-lease"] as const;
