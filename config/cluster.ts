import { z } from "zod";
import { documented } from "./documentation";
import { issuer, pattern, resourceGroupName, tags, wholeNumber } from "./formats";

const nodePoolSchema = z.strictObject({
  vmSize: pattern(/^[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+$/, "is not the name of a VM size", {
    means: "VM size of the nodes",
    expected: "a VM size with 2 cores or more, as `az vm list-skus` lists it",
    example: "Standard_D2s_v5",
  }).default("Standard_D2s_v5"),
  count: wholeNumber(1, 1000, {
    means: "number of nodes, or the first number when the pool scales",
    example: 2,
  }).default(2),
  minCount: wholeNumber(1, 1000, {
    means: "fewest nodes; with `maxCount` the pool scales by itself",
    example: 1,
  }).optional(),
  maxCount: wholeNumber(1, 1000, { means: "most nodes", example: 5 }).optional(),
});

export const aksSchema = z.strictObject({
  kind: documented(z.literal("aks"), { means: "a managed cluster that the stack makes", example: "aks" }),
  name: pattern(/^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/, "is not a name that Azure accepts for a cluster", {
    means: "the cluster's name",
    expected: "1–63 letters, digits, - and _, first and last a letter or digit",
    example: "aks-wi-demo",
  }),
  resourceGroup: resourceGroupName({ means: "its resource group, made by the stack" }),
  kubernetesVersion: pattern(/^1\.\d+(\.\d+)?$/, "is not a Kubernetes version", {
    means: "the Kubernetes version; without it, AKS's default",
    expected: "a version in quotes (1.30 without them is the number 1.3)",
    example: '"1.35"',
  }).optional(),
  tier: documented(z.enum(["Free", "Standard", "Premium"]), {
    means: "price tier of the control plane; Standard and Premium have an uptime SLA",
    example: "Free",
  }).default("Standard"),
  autoUpgrade: documented(z.enum(["none", "patch", "stable", "rapid", "node-image"]), {
    means: "which Kubernetes versions AKS installs by itself",
    example: "patch",
  }).default("patch"),
  nodePool: documented(nodePoolSchema, { means: "the nodes" }).prefault({}),
  tags: tags({ means: "tags of the cluster, beside those of the tenant", example: { tier: "demo" } }).optional(),
});

const typedInSchema = z.strictObject({
  oidcIssuerUrl: issuer({ means: "instead of a cluster: the issuer of a cluster that another company runs" }),
});

export const clusterSchema = z.union([aksSchema, typedInSchema]);

export type Aks = z.output<typeof aksSchema>;
export type Cluster = z.output<typeof clusterSchema>;
