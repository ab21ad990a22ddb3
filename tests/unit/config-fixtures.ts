import { loadConfig } from "../../config/load";
import { ConfigError } from "../../config/problem";

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
export const cluster = { kind: "aks", name: "aks-wi-demo", resourceGroup: "rg-wi-demo" };
/** The shortest right config of each kind of cluster. */
export const clusters = {
  aks: cluster,
  existingAks: { kind: "existingAks", resourceGroup: "rg-apps", name: "aks-apps" },
  aksArc: {
    kind: "aksArc",
    name: "arc-apps",
    resourceGroup: "rg-arc",
    customLocation: { name: "site", resourceGroup: "rg-local" },
    logicalNetwork: { name: "lnet", resourceGroup: "rg-local" },
    adminGroupObjectIds: ["99999999-0000-4000-8000-000000000009"],
  },
  connected: { kind: "connected", resourceGroup: "rg-edge", name: "edge", kubeconfig: {} },
  kubernetes: { kind: "kubernetes", name: "eks-apps", kubeconfig: {}, oidcIssuerUrl: "https://oidc.example.com/id/E" },
};
export const workload = {
  name: "wi-demo-app",
  kind: "Pod",
  serviceAccount: "wi-demo-account",
  image: "ghcr.io/example/cross-tenant-identity-app:0.1.0",
  identity: "mi-wi-demo",
};
export const trust = { namespace: "default", serviceAccount: "wi-demo-account" };
export const identity = {
  name: "mi-wi-demo",
  kind: "userAssigned",
  resourceGroup: "rg-wi-demo",
  trusts: [trust],
  roles: [{ role: "Reader", scope: "subscription" }],
};

type Values = Record<string, unknown>;

/** A right config of both sides, with some keys put in its place; undefined leaves one out. */
export function both(changes: Values = {}): Values {
  const values: Values = { tenantA, tenantB, cluster, workloads: [workload], identities: [identity], ...changes };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

export function load(values: Values, secretKeys: string[] = []) {
  return loadConfig("test", { values, secretKeys: new Set(secretKeys) });
}

/** The error that a config is refused with. */
export function refusal(values: Values, secretKeys: string[] = []): ConfigError {
  try {
    load(values, secretKeys);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the config was accepted");
}

/** The one problem that a config has, as the user reads it. */
export function onlyProblem(values: Values, secretKeys: string[] = []): string {
  const { problems, message } = refusal(values, secretKeys);
  if (problems.length !== 1) throw new Error(`not one problem:\n${message}`);
  return message.split("\n\n").slice(1).join("\n\n").replace("  1. ", "").replace(/^ {5}/gm, "  ");
}
