import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterSpec } from "../../../sandbox/tenants/cluster-backend.ts";

export const tenantA = "aaaaaaaa-0000-4000-8000-00000000000a";
export const tenantB = "bbbbbbbb-0000-4000-8000-00000000000b";

export function clusterSpec(name: string, workloadIdentity: boolean): ClusterSpec {
  return {
    kind: "aks",
    armId: `/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/${name}`,
    name,
    tenantId: tenantA,
    location: "eastus",
    issuerUrl: `https://eastus.oic.prod-aks.azure.com/${tenantA}/11111111-1111-4111-8111-111111111111/`,
    managedWebhook: workloadIdentity ? { namespace: "kube-system" } : undefined,
    environment: "public",
  };
}

/** A setting for an image that is a small script, written into `folder`. */
export function scriptImage(folder: string, name: string, source: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  return `${name}=${JSON.stringify([process.execPath, file])}`;
}

export function pod(name: string, podSpec: object, labels: Record<string, string> = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: { terminationGracePeriodSeconds: 2, ...podSpec },
  };
}

/** A pod's spec with one container. */
export function one(image: string, more: object = {}) {
  return { containers: [{ name: "app", image, ...more }] };
}

/** Whether a pod's or a node's Ready condition is true. */
export function isReady(object: { status?: { conditions?: { type: string; status: string }[] } }): boolean {
  return object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
