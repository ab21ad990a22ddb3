import { ConnectedClusters } from "../../sandbox/tenants/arm/connected-cluster-lifecycle.ts";
import { OperationStore } from "../../sandbox/tenants/arm/operations.ts";
import type { RunningCluster } from "../../sandbox/tenants/cluster-backend.ts";
import type { Tenant, World } from "../../sandbox/tenants/tenant.ts";

it("a connected cluster that is being deleted says so to the end, also when the write before it fails", async () => {
  const states: unknown[] = [];
  const state = () => (cluster.body.properties as { provisioningState: string }).provisioningState;
  const world = {
    log: () => undefined,
    issuers: new Map(),
    backend: { kubernetesVersion: async () => "1.37.2" },
  } as unknown as World;
  const tenant = {
    spec: { tenantId: "aaaaaaaa-0000-4000-8000-00000000000a", environment: "public" },
    operations: new OperationStore(),
    access: { dropScope: () => undefined },
    resources: { put: () => undefined, delete: async () => void states.push(state()) },
  } as unknown as Tenant;
  let fail: (error: Error) => void = () => {};
  const running = {
    issuerUrl: "https://edge.example/",
    setIssuer: async () => undefined,
    setManagedWebhook: () =>
      new Promise<void>((_, reject) => {
        fail = reject;
      }),
  } as unknown as RunningCluster;

  const clusters = new ConnectedClusters(world);
  clusters.delays.agentMs = 0;
  const group = { id: "/subscriptions/s/resourceGroups/rg" } as Parameters<ConnectedClusters["create"]>[1];
  const features = { oidcIssuer: true, workloadIdentity: true };
  const made = clusters.create(tenant, group, { name: "edge", location: "eastus", sent: {}, features });
  const { cluster } = made;
  await made.operation.done;
  await clusters.attach(cluster, running);

  const write = clusters.update(cluster, {}, features);
  const deletion = clusters.remove(cluster);
  await new Promise((resolve) => setImmediate(resolve));
  fail(new Error("the webhook does not start"));
  await Promise.all([write.done, deletion.done]);
  expect([write.status, deletion.status, states]).toEqual(["Failed", "Succeeded", ["Deleting"]]);
});
