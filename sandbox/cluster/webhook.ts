import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AdmissionregistrationV1Api,
  ApiException,
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
  PolicyV1Api,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import type { PodNetwork } from "../node/pod-network.ts";
import type { AzureEnvironment, ClusterKind } from "../tenants/cluster-backend.ts";
import type { Component } from "./component.ts";
import { baseEnvironment, type Surroundings, writeKubeconfig } from "./control-plane.ts";
import { httpsCall } from "./https-client.ts";
import { isFree, onFreePort } from "./loopback.ts";
import { takesPort } from "./webhook-image.ts";
import {
  type ManagedWebhookObjects,
  managedWebhookObjects,
  webhookConfigurationName,
  webhookNames,
  webhookPort,
  webhookServiceAccount,
  webhookServiceName,
} from "./webhook-objects.ts";

export interface WebhookOptions {
  kind: ClusterKind;
  namespace: string;
  /** Given to pods whose service account names no tenant. */
  tenantId: string;
  environment: AzureEnvironment;
  /** `https://127.0.0.1:PORT` of the API server. */
  server: string;
  /** The cluster's administrator. */
  admin: KubeConfig;
}

/** The managed webhook of a cluster, while it mutates pods. */
export interface RunningWebhook {
  component: Component;
  /** The address that stands for its pod. */
  address: string;
  namespace: string;
}

/** The webhook's names for the clouds (azure-workload-identity v1.6.0, pkg/cloud). */
const environmentName = {
  public: "AzurePublicCloud",
  usgovernment: "AzureUSGovernmentCloud",
  china: "AzureChinaCloud",
} as const;

/** Starts the workload identity webhook and registers it. Resolves when pods with the label are mutated. */
export async function startWebhook(around: Surroundings, options: WebhookOptions): Promise<RunningWebhook> {
  const address = around.network.allocate();
  // The Service is there long before the first review: the API server learns of it by a watch of its own.
  const objects = createObjects(options, address, around.credentials.authority);
  const { component, port } = await startServer(around, options);
  around.network.map(address, webhookPort, port);
  try {
    const { configuration } = await objects;
    const registration = options.admin.makeApiClient(AdmissionregistrationV1Api);
    await unlessThere(registration.createMutatingWebhookConfiguration({ body: configuration }));
  } catch (error) {
    await component.stop(0);
    throw error;
  }
  return { component, address, namespace: options.namespace };
}

/** Takes the registration away before the process, so that no pod is refused in between. */
export async function stopWebhook(
  { component, address, namespace }: RunningWebhook,
  admin: KubeConfig,
  network: PodNetwork,
): Promise<void> {
  await unlessGone(
    admin
      .makeApiClient(AdmissionregistrationV1Api)
      .deleteMutatingWebhookConfiguration({ name: webhookConfigurationName }),
  );
  await component.stop();
  await removeObjects(admin, namespace);
  network.release(address);
}

async function startServer(
  around: Surroundings,
  options: WebhookOptions,
): Promise<{ component: Component; port: number }> {
  const certificates = join(around.directory, "webhook-certificates");
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  const { namespace, name } = webhookServiceAccount(options.namespace);
  const [server, client] = await Promise.all([
    around.credentials.issue({
      commonName: webhookServiceName,
      dnsNames: ["localhost", `${webhookServiceName}.${namespace}.svc`],
      ipAddresses: ["127.0.0.1"],
      server: true,
    }),
    around.credentials.issue({ commonName: `system:serviceaccount:${namespace}:${name}`, client: true }),
  ]);
  writeFileSync(join(certificates, "tls.crt"), server.certificate, { mode: 0o600 });
  writeFileSync(join(certificates, "tls.key"), server.key, { mode: 0o600 });
  const kubeconfig = writeKubeconfig(around, "webhook", options.server, client);

  const run = async (port: number, portArguments: string[]) => {
    let ready = false;
    const component = around.launch(
      {
        name: "azure-workload-identity-webhook",
        command: around.tools.webhook,
        args: [
          "--disable-cert-rotation",
          `--webhook-cert-dir=${certificates}`,
          "--health-addr=0",
          "--metrics-addr=0",
          "--log-level=info",
          ...portArguments,
        ],
        env: {
          ...baseEnvironment(around.directory),
          AZURE_TENANT_ID: options.tenantId,
          AZURE_ENVIRONMENT: environmentName[options.environment],
          POD_NAMESPACE: options.namespace,
          KUBECONFIG: kubeconfig,
        },
        directory: around.directory,
        logFile: join(around.directory, `webhook-${port}.log`),
      },
      (error) => ready && around.fail(error),
    );
    const url = `https://127.0.0.1:${port}/mutate-v1-pod`;
    try {
      await component.waitUntil(() => answers(url, around.credentials.authority));
    } catch (error) {
      await component.stop(0);
      throw error;
    }
    ready = true;
    return { component, port };
  };

  if (await takesPort(around.tools.webhook)) {
    return onFreePort((port) => run(port, ["--webhook-host=127.0.0.1", `--webhook-port=${port}`]));
  }
  if (!(await isFree(webhookPort))) {
    throw new Error(
      `The workload identity webhook of cluster ${around.name} cannot start: ${around.tools.webhook} listens on port ${webhookPort} only, and that port is taken. ` +
        "End what listens there (another cluster with workload identity?), or let the set-up build the webhook, whose port can be chosen.",
    );
  }
  return run(webhookPort, []);
}

/** An empty review gets some answer from the handler, and 404 from a server that has no handler yet. */
async function answers(url: string, authority: string): Promise<boolean> {
  const headers = { "content-type": "application/json" };
  const answer = await httpsCall(url, authority, { method: "POST", headers, body: "{}" });
  return answer.status !== 404;
}

async function createObjects(
  { admin, kind, namespace }: WebhookOptions,
  address: string,
  authority: string,
): Promise<ManagedWebhookObjects> {
  const objects = managedWebhookObjects({ kind, namespace, address, authority });
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  await unlessThere(admin.makeApiClient(CoreV1Api).createNamespace({ body: objects.namespace }));
  await Promise.all([
    unlessThere(admin.makeApiClient(CoreV1Api).createNamespacedService({ namespace, body: objects.service })),
    unlessThere(
      admin.makeApiClient(DiscoveryV1Api).createNamespacedEndpointSlice({ namespace, body: objects.endpoints }),
    ),
    unlessThere(rbac.createClusterRole({ body: objects.clusterRole })),
    unlessThere(rbac.createClusterRoleBinding({ body: objects.clusterRoleBinding })),
    unlessThere(rbac.createNamespacedRole({ namespace, body: objects.role })),
    unlessThere(rbac.createNamespacedRoleBinding({ namespace, body: objects.roleBinding })),
    ...(objects.podDisruptionBudget === undefined
      ? []
      : [
          unlessThere(
            admin
              .makeApiClient(PolicyV1Api)
              .createNamespacedPodDisruptionBudget({ namespace, body: objects.podDisruptionBudget }),
          ),
        ]),
  ]);
  return objects;
}

async function removeObjects(admin: KubeConfig, namespace: string): Promise<void> {
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const budgets = admin.makeApiClient(PolicyV1Api);
  const { role, roleBinding, clusterRole, clusterRoleBinding } = webhookNames;
  const slices = admin.makeApiClient(DiscoveryV1Api);
  await Promise.all([
    unlessGone(admin.makeApiClient(CoreV1Api).deleteNamespacedService({ namespace, name: webhookServiceName })),
    unlessGone(slices.deleteNamespacedEndpointSlice({ namespace, name: webhookServiceName })),
    unlessGone(rbac.deleteClusterRoleBinding({ name: clusterRoleBinding })),
    unlessGone(rbac.deleteClusterRole({ name: clusterRole })),
    unlessGone(rbac.deleteNamespacedRoleBinding({ namespace, name: roleBinding })),
    unlessGone(rbac.deleteNamespacedRole({ namespace, name: role })),
    unlessGone(budgets.deleteNamespacedPodDisruptionBudget({ namespace, name: webhookNames.podDisruptionBudget })),
  ]);
}

async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
  }
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 409)) throw error;
  }
}
