import { MutatingWebhookConfiguration } from "@pulumi/kubernetes/admissionregistration/v1/mutatingWebhookConfiguration";
import type { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { useLabel } from "../../federation/webhook";
import { names } from "./chart";

export interface RegistrationArgs {
  readonly labels: Record<string, string>;
  readonly service: Service;
  /** The webhook's pods: registered before they answer, it would have every workload pod refused. */
  readonly ready: pulumi.Resource;
}

/**
 * Which pods the API server shows to the webhook. It is the last object to come and the first to go, and it asks for pods
 * with the label only, so nothing else in the cluster can be held up by it.
 */
export function register(args: RegistrationArgs, opts: pulumi.CustomResourceOptions): MutatingWebhookConfiguration {
  const { labels, service } = args;
  return new MutatingWebhookConfiguration(
    names.registration,
    {
      metadata: {
        name: names.registration,
        labels,
        // The webhook writes its authority in here a moment later; before, the API server does not trust it.
        annotations: { "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}" },
      },
      webhooks: [
        {
          name: "mutation.azure-workload-identity.io",
          admissionReviewVersions: ["v1", "v1beta1"],
          clientConfig: {
            service: { name: service.metadata.name, namespace: service.metadata.namespace, path: "/mutate-v1-pod" },
          },
          failurePolicy: "Fail",
          matchPolicy: "Equivalent",
          reinvocationPolicy: "IfNeeded",
          sideEffects: "None",
          objectSelector: { matchLabels: useLabel },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
      ],
    },
    { ...opts, dependsOn: [args.ready], ignoreChanges: ["webhooks[0].clientConfig.caBundle"] },
  );
}
