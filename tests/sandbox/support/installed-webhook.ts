/*
 * The workload identity webhook as its Helm chart v1.6.0 installs it: charts/workload-identity-webhook/templates of
 * github.com/Azure/azure-workload-identity, rendered with `azureTenantID` and the chart's defaults.
 */

export const webhookNamespace = "azure-workload-identity-system";
const labels = { app: "workload-identity-webhook", "azure-workload-identity.io/system": "true" };
const rbac = "rbac.authorization.k8s.io";

export function installedWebhook(tenantId: string, replicas: number): object[] {
  const metadata = (name: string) => ({ name, namespace: webhookNamespace, labels });
  const subjects = [{ kind: "ServiceAccount", name: "azure-wi-webhook-admin", namespace: webhookNamespace }];
  const role = "azure-wi-webhook-manager-role";
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: webhookNamespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("azure-wi-webhook-admin") },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("azure-wi-webhook-config"),
      data: { AZURE_ENVIRONMENT: "AzurePublicCloud", AZURE_TENANT_ID: tenantId },
    },
    { apiVersion: "v1", kind: "Secret", metadata: metadata("azure-wi-webhook-server-cert") },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: role, labels },
      rules: [
        { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "list", "watch"] },
        {
          apiGroups: ["admissionregistration.k8s.io"],
          resources: ["mutatingwebhookconfigurations"],
          verbs: ["get", "list", "update", "watch"],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata: metadata(role),
      rules: [
        {
          apiGroups: [""],
          resources: ["secrets"],
          verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "azure-wi-webhook-manager-rolebinding", labels },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
      subjects,
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: metadata("azure-wi-webhook-manager-rolebinding"),
      roleRef: { apiGroup: rbac, kind: "Role", name: role },
      subjects,
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("azure-wi-webhook-webhook-service"),
      spec: { type: "ClusterIP", ports: [{ port: 443, targetPort: 9443 }], selector: labels },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("azure-wi-webhook-controller-manager"),
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata("azure-wi-webhook-controller-manager"),
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "azure-wi-webhook-mutating-webhook-configuration", labels },
      webhooks: [
        {
          name: "mutation.azure-workload-identity.io",
          admissionReviewVersions: ["v1", "v1beta1"],
          clientConfig: {
            service: {
              name: "azure-wi-webhook-webhook-service",
              namespace: webhookNamespace,
              path: "/mutate-v1-pod",
            },
          },
          failurePolicy: "Fail",
          matchPolicy: "Equivalent",
          objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
          reinvocationPolicy: "IfNeeded",
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
          sideEffects: "None",
        },
      ],
    },
  ];
}

const podSpec = {
  serviceAccountName: "azure-wi-webhook-admin",
  priorityClassName: "system-cluster-critical",
  nodeSelector: { "kubernetes.io/os": "linux" },
  terminationGracePeriodSeconds: 2,
  containers: [
    {
      name: "manager",
      image: "mcr.microsoft.com/oss/azure/workload-identity/webhook:v1.6.0",
      command: ["/manager"],
      args: ["--log-level=info", "--metrics-addr=:8095", "--metrics-backend=prometheus"],
      env: [{ name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }],
      envFrom: [{ configMapRef: { name: "azure-wi-webhook-config" } }],
      livenessProbe: {
        failureThreshold: 6,
        httpGet: { path: "/healthz", port: "healthz" },
        initialDelaySeconds: 15,
        periodSeconds: 20,
      },
      readinessProbe: {
        httpGet: { path: "/readyz", port: "healthz" },
        initialDelaySeconds: 5,
        periodSeconds: 5,
      },
      ports: [
        { containerPort: 8095, name: "metrics" },
        { containerPort: 9443, name: "webhook-server" },
        { containerPort: 9440, name: "healthz" },
      ],
      securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 65532 },
      volumeMounts: [{ mountPath: "/certs", name: "cert", readOnly: true }],
    },
  ],
  volumes: [{ name: "cert", secret: { defaultMode: 420, secretName: "azure-wi-webhook-server-cert" } }],
};
