import { execFile } from "node:child_process";
import type { ImageCommand } from "../node/images.ts";

/** Upstream's image of the webhook, of any version: what is run in its place is the one that the set-up built. */
const repository = "mcr.microsoft.com/oss/azure/workload-identity/webhook";

/** How the node runs the webhook that somebody installs in a cluster (charts/workload-identity-webhook, v1.6.0). */
export async function webhookImage(webhook: string): Promise<ImageCommand> {
  const address = (flag: string) => (port: number) => [`--${flag}=127.0.0.1:${port}`];
  const ports: NonNullable<ImageCommand["ports"]> = { 9440: address("health-addr"), 8095: address("metrics-addr") };
  if (await takesPort(webhook)) ports[9443] = (port) => ["--webhook-host=127.0.0.1", `--webhook-port=${port}`];
  return {
    image: repository,
    command: [webhook],
    folders: { "/manager": webhook },
    ports,
    mounts: { "/certs": (folder) => [`--webhook-cert-dir=${folder}`] },
  };
}

/** Whether this build of the webhook has flags for its address; upstream's v1.6.0 has none. */
export function takesPort(webhook: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(webhook, ["-h"], { timeout: 10_000, env: {} }, (_error, stdout, stderr) =>
      resolve(/-webhook-port\b/.test(`${stdout}${stderr}`)),
    );
  });
}
