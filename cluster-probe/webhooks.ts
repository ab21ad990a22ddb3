import { z } from "zod";
import type { ApiRequests } from "./api-requests";
import type { Read } from "./reported-issuer";

/** A registration that mutates pods for workload identity, whoever made it. */
export interface FoundWebhook {
  /** Name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  /** Namespace of its service; undefined when the API server calls it by URL. */
  readonly namespace: string | undefined;
  /** Who says to manage it: Helm, aks, … */
  readonly managedBy: string | undefined;
  /** The stack that installed it, when this program did. */
  readonly stack: string | undefined;
  /** Whether something answers behind it; undefined when that cannot be seen from here. */
  readonly healthy: boolean | undefined;
}

/** Labels by which a stack knows again what it installed. */
export const stackLabelKey = "cross-tenant-identity/stack";
export const managedByLabelKey = "app.kubernetes.io/managed-by";
// AKS marks what it runs inside a cluster.
const aksManagedByLabelKey = "kubernetes.azure.com/managedby";

// azure-workload-identity v1.6.0, charts/workload-identity-webhook: the same on AKS, on Arc and by Helm.
const webhookName = "mutation.azure-workload-identity.io";
const selectorLabel = "azure.workload.identity/use";

const serviceSchema = z.looseObject({ name: z.string(), namespace: z.string() });
const webhookSchema = z.looseObject({
  name: z.string(),
  clientConfig: z.looseObject({ caBundle: z.string().nullish(), service: serviceSchema.nullish() }),
  objectSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
});
const listSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
      webhooks: z.array(webhookSchema).nullish(),
    }),
  ),
});
const slicesSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      endpoints: z
        .array(z.looseObject({ conditions: z.looseObject({ ready: z.boolean().nullish() }).nullish() }))
        .nullish(),
    }),
  ),
});

type Webhook = z.output<typeof webhookSchema>;

/** Every workload identity webhook of the cluster: known by its name, or by the label of the pods that it asks for. */
export async function readWebhooks(read: Read, api: ApiRequests): Promise<FoundWebhook[]> {
  const list = listSchema.parse(
    await read(
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
      "list MutatingWebhookConfigurations (admissionregistration.k8s.io)",
    ),
  );
  const found = list.items.flatMap(({ metadata, webhooks }) => {
    const webhook = webhooks?.find(
      ({ name, objectSelector }) => name === webhookName || selectorLabel in (objectSelector?.matchLabels ?? {}),
    );
    return webhook === undefined ? [] : [{ metadata, webhook }];
  });
  return Promise.all(
    found.map(async ({ metadata, webhook }) => ({
      configuration: metadata.name,
      namespace: webhook.clientConfig.service?.namespace,
      managedBy: metadata.labels?.[managedByLabelKey] ?? metadata.labels?.[aksManagedByLabelKey],
      stack: metadata.labels?.[stackLabelKey],
      healthy: await isHealthy(webhook, api),
    })),
  );
}

/** The API server trusts no service whose authority it was not given, and reaches none without a ready endpoint. */
async function isHealthy({ clientConfig }: Webhook, api: ApiRequests): Promise<boolean | undefined> {
  const { service, caBundle } = clientConfig;
  if (!service) return undefined;
  if (!caBundle) return false;
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service.name}`);
  const path = `/apis/discovery.k8s.io/v1/namespaces/${service.namespace}/endpointslices?labelSelector=${selector}`;
  const answer = await api.get(path).catch(() => undefined);
  const slices = slicesSchema.safeParse(answer?.body);
  if (answer?.status !== 200 || !slices.success) return undefined;
  // An absent condition counts as ready (Kubernetes API, EndpointConditions).
  return slices.data.items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
}
