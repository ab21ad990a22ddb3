import { z } from "zod";
import { documented, withoutKeys } from "../documentation";
import { pattern, resourceGroupName, tags, wholeNumber } from "../formats";
import { labels, nodeCount, scaling, taints, vmSize } from "./agent-pools";
import { aksNetworkSchema, authorizedIpRanges, privateSchema } from "./aks-network";
import { entraAdmins } from "./entra-admins";
import { clusterName, kubernetesVersion, protect, replace } from "./names";

const aksSizes = "a VM size with 2 cores or more, as `az vm list-skus` lists it";

/** Name of the pool inside the cluster resource, which config calls `nodePool`; no other pool may have it. */
export const systemPoolName = "system";

const systemPoolSchema = z.strictObject({
  vmSize: vmSize("Standard_D2s_v5", aksSizes),
  count: nodeCount(1).default(2),
  ...scaling(1),
});

const zone = documented(z.literal(["1", "2", "3", 1, 2, 3]), { means: "a zone", expected: "1, 2 or 3" }).transform(
  String,
);

export const nodePoolSchema = z.strictObject({
  // AKS: a Linux pool's name is 1–12 lower-case letters and digits, first a letter (managedClusters.json).
  name: pattern(/^[a-z][a-z0-9]{0,11}$/, "is not a name that AKS accepts for a node pool", {
    means: "the pool's name",
    expected: "1–12 of a–z and 0–9, first a letter",
    example: "batch",
  }),
  mode: documented(z.enum(["User", "System"]), {
    means: "what it is for: workloads, or system pods too",
    example: "User",
  }).default("User"),
  vmSize: vmSize("Standard_D2s_v5", aksSizes),
  count: nodeCount(0).default(1),
  ...scaling(0),
  zones: documented(z.array(zone), {
    means: "its availability zones",
    expected: "a list of 1, 2, 3",
    example: ["1", "2", "3"],
  }).optional(),
  labels,
  taints,
  osSku: documented(z.enum(["AzureLinux", "Ubuntu"]), {
    means: "the nodes' operating system",
    example: "AzureLinux",
  }).default("AzureLinux"),
  maxPods: wholeNumber(10, 250, { means: "most pods of a node; without it, AKS's default", example: 110 }).optional(),
  spot: documented(z.boolean(), {
    means: "cheap nodes that Azure may take away at any time",
    expected: "true or false",
    example: true,
  }).optional(),
  kubernetesVersion: kubernetesVersion({ means: "its own version; without it, the control plane's" }).optional(),
});

const entraSchema = z.strictObject(entraAdmins);

const schema = z.strictObject({
  kind: documented(z.literal("aks"), { means: "a managed cluster that the stack makes", example: "aks" }),
  name: clusterName({ means: "the cluster's name" }),
  resourceGroup: resourceGroupName({ means: "its resource group, made by the stack" }),
  kubernetesVersion: kubernetesVersion({ means: "the Kubernetes version; without it, AKS's default" }).optional(),
  tier: documented(z.enum(["Free", "Standard", "Premium"]), {
    means: "price tier of the control plane; Standard and Premium have an uptime SLA",
    example: "Free",
  }).default("Standard"),
  autoUpgrade: documented(z.enum(["none", "patch", "stable", "rapid", "node-image"]), {
    means: "which Kubernetes versions AKS installs by itself",
    example: "patch",
  }).default("patch"),
  nodePool: documented(systemPoolSchema, {
    means: "the system pool: its nodes run system pods and workloads",
  }).prefault({}),
  nodePools: documented(z.array(nodePoolSchema), {
    means: "further pools, each a resource of its own",
    expected: "a list of pools",
  }).default([]),
  network: documented(aksNetworkSchema, { means: "the pods' network" }).optional(),
  private: privateSchema,
  authorizedIpRanges,
  entra: documented(entraSchema, {
    means: "sign in to the cluster with Entra ID only: local accounts are off, kubectl needs kubelogin",
  }).optional(),
  tags: tags({ means: "tags of the cluster, beside those of the tenant", example: { tier: "demo" } }).optional(),
  protect,
  replace,
});

export const aksSchema = withoutKeys(schema, {
  oidcIssuer: "remove it: the cluster is made with its issuer, and AKS cannot switch that off again",
});

export type Aks = z.output<typeof aksSchema>;
export type NodePool = z.output<typeof nodePoolSchema>;
