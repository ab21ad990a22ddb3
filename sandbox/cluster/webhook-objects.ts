import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1MutatingWebhookConfiguration,
  V1Role,
  V1RoleBinding,
} from "@kubernetes/client-node";
import { webhookServiceAccount } from "./credentials.ts";

/*
 * The objects of the workload identity webhook, as its Helm chart v1.6.0 makes them (charts/workload-identity-webhook/
 * templates in github.com/Azure/azure-workload-identity), in the namespace where AKS runs it.
 */

export const webhookConfigurationName = "azure-wi-webhook-mutating-webhook-configuration";
const roleName = "azure-wi-webhook-manager-role";
const bindingName = "azure-wi-webhook-manager-rolebinding";
const labels = { app: "workload-identity-webhook", "azure-workload-identity.io/system": "true" };
const subjects = [{ kind: "ServiceAccount", ...webhookServiceAccount }];
const rbac = "rbac.authorization.k8s.io";

export const webhookClusterRole: V1ClusterRole = {
  metadata: { name: roleName, labels },
  rules: [
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list", "watch"] },
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["mutatingwebhookconfigurations"],
      verbs: ["get", "list", "update", "watch"],
    },
  ],
};

export const webhookClusterRoleBinding: V1ClusterRoleBinding = {
  metadata: { name: bindingName, labels },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: roleName },
  subjects,
};

export const webhookRole: V1Role = {
  metadata: { name: roleName, labels },
  rules: [
    {
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    },
  ],
};

export const webhookRoleBinding: V1RoleBinding = {
  metadata: { name: bindingName, labels },
  roleRef: { apiGroup: rbac, kind: "Role", name: roleName },
  subjects,
};

/** Which pods the API server shows to the webhook, and where. A pod that it cannot show is refused. */
export function webhookConfiguration(url: string, authority: string): V1MutatingWebhookConfiguration {
  return {
    metadata: { name: webhookConfigurationName, labels },
    webhooks: [
      {
        name: "mutation.azure-workload-identity.io",
        admissionReviewVersions: ["v1", "v1beta1"],
        clientConfig: { url, caBundle: Buffer.from(authority).toString("base64") },
        failurePolicy: "Fail",
        matchPolicy: "Equivalent",
        reinvocationPolicy: "IfNeeded",
        sideEffects: "None",
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
        },
        objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
    ],
  };
}
