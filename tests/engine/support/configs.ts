/** Stack configs as the stack files of the project have them, to be varied by a test. */
export type StackConfig = Record<string, unknown>;

export const tenantA = {
  tenantId: "aaaaaaaa-0000-4000-8000-00000000000a",
  subscriptionId: "aaaaaaaa-1111-4111-8111-11111111111a",
  location: "eastus",
};

export const tenantB = {
  tenantId: "bbbbbbbb-0000-4000-8000-00000000000b",
  subscriptionId: "bbbbbbbb-1111-4111-8111-11111111111b",
  location: "eastus",
};

export const appImage = "ghcr.io/example/cross-tenant-identity-app:0.1.0";

export const cluster = { kind: "aks", name: "aks-wi-demo", resourceGroup: "rg-wi-demo" };

/** The workload of Microsoft's instructions: a Pod that reads the quota of cores in eastus. */
export const workload = {
  name: "wi-demo-app",
  kind: "Pod",
  namespace: "default",
  serviceAccount: "wi-demo-account",
  image: appImage,
  identity: "mi-wi-demo",
  env: { AZURE_REGION: "eastus", AZURE_RESOURCE_NAME: "cores" },
};

export const identity = {
  name: "mi-wi-demo",
  kind: "userAssigned",
  resourceGroup: "rg-wi-demo",
  trusts: [{ namespace: "default", serviceAccount: "wi-demo-account" }],
  roles: [{ role: "Reader", scope: "subscription" }],
};

export const resourceProviders = ["Microsoft.Quota"];

export function clusterSide(changes: StackConfig = {}): StackConfig {
  return { tenantA, cluster, workloads: [workload], identityStack: "tenantB", ...changes };
}

export function identitySide(changes: StackConfig = {}): StackConfig {
  return { tenantB, identities: [identity], resourceProviders, clusterStack: "tenantA", ...changes };
}

/** One stack with both sides. */
export function bothSides(changes: StackConfig = {}): StackConfig {
  return { tenantA, tenantB, cluster, workloads: [workload], identities: [identity], resourceProviders, ...changes };
}
