import type { MutatingWebhookConfiguration } from "@pulumi/kubernetes/admissionregistration/v1/mutatingWebhookConfiguration";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { cloudOf, type Environment } from "../../federation/clouds";
import type { TenantId } from "../../federation/ids";
import { grantAccess } from "./access-rights";
import { names, objectLabels, webhookNamespace } from "./chart";
import { register } from "./registration";
import { runServer } from "./server";

export interface WorkloadIdentityWebhookArgs {
  readonly kubernetes: KubernetesProvider;
  /** Label value of the stack that owns it. */
  readonly stack: string;
  /** Tenant of service accounts that name none. */
  readonly tenantId: TenantId;
  readonly environment: Environment;
  readonly replicas: number;
}

/**
 * The webhook that gives labelled pods their token and its environment, for a cluster where nobody else runs it. Why it is
 * not the Helm chart: docs/decisions/0011.
 */
export class WorkloadIdentityWebhook extends pulumi.ComponentResource {
  /** Whatever starts pods with the label waits for this, and goes before it. */
  public readonly registration: MutatingWebhookConfiguration;

  constructor(name: string, args: WorkloadIdentityWebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cross-tenant-identity:kubernetes:WorkloadIdentityWebhook", name, {}, { ...opts, provider: args.kubernetes });
    const labels = objectLabels(args.stack);
    const inCluster = { parent: this };

    const namespaceObject = new Namespace(
      webhookNamespace,
      { metadata: { name: webhookNamespace, labels } },
      inCluster,
    );
    const namespace = namespaceObject.metadata.name;
    const serviceAccount = new ServiceAccount(
      names.serviceAccount,
      { metadata: { name: names.serviceAccount, namespace, labels } },
      inCluster,
    );
    const rights = grantAccess({ namespace, labels, serviceAccount }, inCluster);

    const settings = {
      AZURE_ENVIRONMENT: cloudOf(args.environment).webhookEnvironment,
      AZURE_TENANT_ID: args.tenantId,
    };
    const config = new ConfigMap(
      names.config,
      { metadata: { name: names.config, namespace, labels }, data: settings },
      inCluster,
    );
    // Empty: the webhook makes and renews its own certificate, and keeps it here.
    const certificate = new Secret(
      names.certificate,
      { metadata: { name: names.certificate, namespace, labels } },
      { ...inCluster, ignoreChanges: ["data"] },
    );

    const { service, ready } = runServer(
      {
        namespace,
        labels,
        replicas: args.replicas,
        serviceAccount,
        config,
        settings: {
          "cross-tenant-identity/environment": settings.AZURE_ENVIRONMENT,
          "cross-tenant-identity/tenant": settings.AZURE_TENANT_ID,
        },
        certificate,
        rights,
      },
      inCluster,
    );
    this.registration = register({ labels, service, ready }, inCluster);
    this.registerOutputs({});
  }
}
