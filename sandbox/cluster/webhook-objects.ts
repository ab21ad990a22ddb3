import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1EndpointSlice,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1PodDisruptionBudget,
  V1Role,
  V1RoleBinding,
  V1Service,
} from "@kubernetes/client-node";
import type { ClusterKind } from "../tenants/cluster-backend.ts";

export const webhookConfigurationName = "azure-wi-webhook-mutating-webhook-configuration";
export const webhookServiceName = "azure-wi-webhook-webhook-service";
/** The port of the webhook (controller-runtime's default); a build without a setting for it has no other. */
export const webhookPort = 9443;
export const webhookNames = {
  role: "azure-wi-webhook-manager-role",
  clusterRole: "azure-wi-webhook-manager-role",
  roleBinding: "azure-wi-webhook-manager-rolebinding",
  clusterRoleBinding: "azure-wi-webhook-manager-rolebinding",
  podDisruptionBudget: "azure-wi-webhook-controller-manager",
} as const;

/** The user that the webhook is, as in its Helm chart. */
export function webhookServiceAccount(namespace: string): { namespace: string; name: string } {
  return { namespace, name: "azure-wi-webhook-admin" };
}

/** The objects of a managed webhook. */
export interface ManagedWebhookObjects {
  namespace: V1Namespace;
  clusterRole: V1ClusterRole;
  clusterRoleBinding: V1ClusterRoleBinding;
  role: V1Role;
  roleBinding: V1RoleBinding;
  /** Arc has one, and it keeps nodes from being drained when a cluster is deleted. */
  podDisruptionBudget: V1PodDisruptionBudget | undefined;
  service: V1Service;
  endpoints: V1EndpointSlice;
  configuration: V1MutatingWebhookConfiguration;
}

export interface ManagedWebhookPlace {
  kind: ClusterKind;
  namespace: string;
  /** The address that stands for the webhook's pod. */
  address: string;
  /** PEM of the authority that signed its certificate. */
  authority: string;
}

/**
 * The objects of the workload identity webhook, as its Helm chart v1.6.0 makes them (charts/workload-identity-webhook/
 * templates in github.com/Azure/azure-workload-identity), in the namespace where Azure runs it.
 */
export function managedWebhookObjects(place: ManagedWebhookPlace): ManagedWebhookObjects {
  const { kind, namespace, address, authority } = place;
  const labels: Record<string, string> = {
    app: "workload-identity-webhook",
    "azure-workload-identity.io/system": "true",
    ...(kind === "aks" ? { "kubernetes.azure.com/managedby": "aks" } : { "app.kubernetes.io/managed-by": "Helm" }),
  };
  const subjects = [{ kind: "ServiceAccount", ...webhookServiceAccount(namespace) }];
  const rbac = "rbac.authorization.k8s.io";
  return {
    namespace: { metadata: { name: namespace } },
    clusterRole: { metadata: { name: webhookNames.clusterRole, labels }, rules: clusterRules },
    clusterRoleBinding: {
      metadata: { name: webhookNames.clusterRoleBinding, labels },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: webhookNames.clusterRole },
      subjects,
    },
    role: { metadata: { name: webhookNames.role, labels }, rules: ownRules },
    roleBinding: {
      metadata: { name: webhookNames.roleBinding, labels },
      roleRef: { apiGroup: rbac, kind: "Role", name: webhookNames.role },
      subjects,
    },
    podDisruptionBudget:
      kind === "aks"
        ? undefined
        : {
            metadata: { name: webhookNames.podDisruptionBudget, labels },
            spec: { minAvailable: 1, selector: { matchLabels: { app: labels.app ?? "" } } },
          },
    // Without a selector: the process behind it is no pod of this cluster, so its endpoint is written down here.
    service: {
      metadata: { name: webhookServiceName, labels },
      spec: { ports: [{ port: 443, targetPort: webhookPort }] },
    },
    endpoints: {
      metadata: { name: webhookServiceName, labels: { "kubernetes.io/service-name": webhookServiceName } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ port: webhookPort }],
    },
    configuration: webhookConfiguration(namespace, authority, labels),
  };
}

const clusterRules = [
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list", "watch"] },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["mutatingwebhookconfigurations"],
    verbs: ["get", "list", "update", "watch"],
  },
];

const ownRules = [
  {
    apiGroups: [""],
    resources: ["secrets"],
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  },
];

/** Which pods the API server shows to the webhook, and where. A pod that it cannot show is refused. */
function webhookConfiguration(
  namespace: string,
  authority: string,
  labels: Record<string, string>,
): V1MutatingWebhookConfiguration {
  return {
    metadata: { name: webhookConfigurationName, labels },
    webhooks: [
      {
        name: "mutation.azure-workload-identity.io",
        admissionReviewVersions: ["v1", "v1beta1"],
        clientConfig: {
          service: { name: webhookServiceName, namespace, path: "/mutate-v1-pod" },
          caBundle: Buffer.from(authority).toString("base64"),
        },
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
