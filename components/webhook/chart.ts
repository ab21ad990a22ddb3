import { managedByLabelKey, stackLabelKey } from "../../cluster-probe/webhooks";

/*
 * Names, labels and image of the workload identity webhook as its Helm chart has them
 * (github.com/Azure/azure-workload-identity, charts/workload-identity-webhook). Several of them are built into the
 * webhook itself, which looks for its own secret and registration by name (cmd/webhook/main.go).
 */

/** The version that is installed. To raise it, compare the chart's templates with the objects in this folder. */
export const webhookVersion = "v1.6.0";
export const webhookImage = `mcr.microsoft.com/oss/azure/workload-identity/webhook:${webhookVersion}`;

export const webhookNamespace = "azure-workload-identity-system";

export const names = {
  serviceAccount: "azure-wi-webhook-admin",
  role: "azure-wi-webhook-manager-role",
  roleBinding: "azure-wi-webhook-manager-rolebinding",
  config: "azure-wi-webhook-config",
  certificate: "azure-wi-webhook-server-cert",
  deployment: "azure-wi-webhook-controller-manager",
  service: "azure-wi-webhook-webhook-service",
  registration: "azure-wi-webhook-mutating-webhook-configuration",
  priorityClass: "azure-wi-webhook",
} as const;

/** Labels that service, disruption budget and deployment find the webhook's pods by; a deployment's never change. */
export const podLabels = { app: "workload-identity-webhook", "azure-workload-identity.io/system": "true" } as const;

/** Labels of every object: a later run knows by them that the webhook is its own. */
export function objectLabels(stack: string): Record<string, string> {
  return { ...podLabels, [managedByLabelKey]: "pulumi", [stackLabelKey]: stack };
}
