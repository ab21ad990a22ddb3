import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AdmissionregistrationV1Api,
  ApiException,
  type KubeConfig,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import type { Component } from "./component.ts";
import { baseEnvironment, type Surroundings, writeKubeconfig } from "./control-plane.ts";
import { webhookServiceAccount } from "./credentials.ts";
import { httpsCall } from "./https-client.ts";
import { isFree, onFreePort } from "./loopback.ts";
import {
  webhookClusterRole,
  webhookClusterRoleBinding,
  webhookConfiguration,
  webhookConfigurationName,
  webhookRole,
  webhookRoleBinding,
} from "./webhook-objects.ts";

export interface WebhookOptions {
  tenantId: string;
  /** `https://127.0.0.1:PORT` of the API server. */
  server: string;
  /** The cluster's administrator. */
  admin: KubeConfig;
}

/** The port of a webhook that has no setting for it (controller-runtime's default). */
const builtInPort = 9443;

/** Starts the workload identity webhook and registers it. Resolves when pods with the label are mutated. */
export async function startWebhook(around: Surroundings, options: WebhookOptions): Promise<Component> {
  const rights = grantRights(options.admin);
  const { component, url } = await startServer(around, options);
  try {
    await rights;
    const registration = options.admin.makeApiClient(AdmissionregistrationV1Api);
    await unlessThere(
      registration.createMutatingWebhookConfiguration({
        body: webhookConfiguration(url, around.credentials.authority),
      }),
    );
  } catch (error) {
    await component.stop(0);
    throw error;
  }
  return component;
}

/** Takes the registration away before the process, so that no pod is refused in between. */
export async function stopWebhook(component: Component, admin: KubeConfig): Promise<void> {
  const registration = admin.makeApiClient(AdmissionregistrationV1Api);
  try {
    await registration.deleteMutatingWebhookConfiguration({ name: webhookConfigurationName });
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
  }
  await component.stop();
}

async function startServer(
  around: Surroundings,
  options: WebhookOptions,
): Promise<{ component: Component; url: string }> {
  const certificates = join(around.directory, "webhook-certificates");
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  writeFileSync(join(certificates, "tls.crt"), around.credentials.webhookServer.certificate, { mode: 0o600 });
  writeFileSync(join(certificates, "tls.key"), around.credentials.webhookServer.key, { mode: 0o600 });
  const kubeconfig = writeKubeconfig(around, "webhook", options.server, around.credentials.webhookClient);

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
          AZURE_ENVIRONMENT: "AzurePublicCloud",
          POD_NAMESPACE: webhookServiceAccount.namespace,
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
    return { component, url };
  };

  if (await takesPort(around.tools.webhook)) {
    return onFreePort((port) => run(port, ["--webhook-host=127.0.0.1", `--webhook-port=${port}`]));
  }
  if (!(await isFree(builtInPort))) {
    throw new Error(
      `The workload identity webhook of cluster ${around.name} cannot start: ${around.tools.webhook} listens on port ${builtInPort} only, and that port is taken. ` +
        "End what listens there (another cluster with workload identity?), or let the set-up build the webhook, whose port can be chosen.",
    );
  }
  return run(builtInPort, []);
}

/** Whether this build of the webhook has flags for its address; upstream's v1.6.0 has none. */
function takesPort(webhook: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(webhook, ["-h"], { timeout: 10_000, env: {} }, (_error, stdout, stderr) =>
      resolve(/-webhook-port\b/.test(`${stdout}${stderr}`)),
    );
  });
}

/** An empty review gets some answer from the handler, and 404 from a server that has no handler yet. */
async function answers(url: string, authority: string): Promise<boolean> {
  const headers = { "content-type": "application/json" };
  const answer = await httpsCall(url, authority, { method: "POST", headers, body: "{}" });
  return answer.status !== 404;
}

async function grantRights(admin: KubeConfig): Promise<void> {
  const rbac = admin.makeApiClient(RbacAuthorizationV1Api);
  const { namespace } = webhookServiceAccount;
  await Promise.all([
    unlessThere(rbac.createClusterRole({ body: webhookClusterRole })),
    unlessThere(rbac.createClusterRoleBinding({ body: webhookClusterRoleBinding })),
    unlessThere(rbac.createNamespacedRole({ namespace, body: webhookRole })),
    unlessThere(rbac.createNamespacedRoleBinding({ namespace, body: webhookRoleBinding })),
  ]);
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 409)) throw error;
  }
}
