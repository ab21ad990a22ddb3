import { z } from "zod";
import { documented, type KeyDocumentation, withoutKeys } from "../documentation";
import { cidr, ipAddress, nonEmpty, pattern, resourceGroupName, tags } from "../formats";
import { resourceId } from "../resource-id";
import { labels, nodeCount, scaling, taints, vmSize } from "./agent-pools";
import { entraAdmins } from "./entra-admins";
import { clusterName, kubernetesVersion, protect, replace } from "./names";
import { customLocationType, logicalNetworkType } from "./resource-types";

/** Something of Azure Local that exists: by its id, or by name in tenant A's subscription. */
function onAzureLocal(type: string, text: KeyDocumentation & { readonly example: string }) {
  const named = z.strictObject({
    name: nonEmpty({ means: "its name", example: text.example.split("/").at(-1) }),
    resourceGroup: resourceGroupName({ means: "its resource group" }),
  });
  return documented(z.union([resourceId(type, text), named]), {
    ...text,
    expected: `its id (/subscriptions/…/providers/${type}/…), or an object with name and resourceGroup`,
  });
}

const arcSizes = "a VM size that `az aksarc vmsize list` lists";

export const arcNodePoolSchema = z.strictObject({
  // azure-rest-api-specs, hybridaks.json, AgentPoolNameParameter.
  name: pattern(/^[a-zA-Z0-9]([-_a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/, "is not a name that Azure accepts for a node pool", {
    means: "the pool's name",
    expected: "1–63 letters, digits, - and _, first and last a letter or digit",
    example: "nodepool1",
  }),
  count: nodeCount(1).default(1),
  vmSize: vmSize("Standard_A4_v2", arcSizes),
  ...scaling(1),
  osType: documented(z.enum(["Linux", "Windows"]), { means: "the nodes' system", example: "Linux" }).default("Linux"),
  labels,
  taints,
});

const controlPlaneSchema = z.strictObject({
  count: documented(z.literal([1, 3, 5]), {
    means: "number of control plane nodes",
    expected: "1, 3 or 5: of an even number none more may fail",
    example: 3,
  }).default(1),
  vmSize: vmSize("Standard_A4_v2", arcSizes),
  hostIp: ipAddress({
    means: "address of the API server in the logical network; without it, one of its pool",
    example: "192.168.1.10",
  }).optional(),
});

const schema = z.strictObject({
  kind: documented(z.literal("aksArc"), {
    means: "an AKS Arc cluster on Azure Local that the stack makes",
    example: "aksArc",
  }),
  name: clusterName({ means: "the cluster's name" }),
  resourceGroup: resourceGroupName({ means: "its resource group, made by the stack" }),
  customLocation: onAzureLocal(customLocationType, {
    means: "the Azure Local instance that it runs on",
    example: "/subscriptions/…/resourceGroups/rg-local/providers/Microsoft.ExtendedLocation/customLocations/site",
  }),
  logicalNetwork: onAzureLocal(logicalNetworkType, {
    means: "the network of its nodes",
    example: "/subscriptions/…/resourceGroups/rg-local/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet",
  }),
  ...entraAdmins,
  kubernetesVersion: kubernetesVersion({
    means: "the Kubernetes version; without it, Azure Local's default",
  }).optional(),
  controlPlane: documented(controlPlaneSchema, { means: "the control plane's nodes" }).prefault({}),
  nodePools: documented(z.array(arcNodePoolSchema).min(1, "is empty"), {
    means: "the node pools; without it, one of one node",
    expected: "a list of pools, one at least",
  }).prefault([{ name: "nodepool1" }]),
  podCidr: cidr({ means: "addresses of pods", example: "10.244.0.0/16" }).default("10.244.0.0/16"),
  networkPolicy: documented(z.enum(["calico"]), { means: "what enforces network policies", example: "calico" }).default(
    "calico",
  ),
  sshPublicKey: pattern(/^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+( .*)?$/, "is not a public SSH key", {
    means:
      "key of those who may log in to nodes; without it, one is made and its private half is a secret of the stack",
    expected: "a line of an authorized_keys file: ssh-rsa AAAA…",
    example: "ssh-rsa AAAA…",
  }).optional(),
  workloadIdentity: documented(z.boolean(), {
    means: "have the webhook; cannot be changed after creation",
    expected: "true or false",
    example: true,
  }).default(true),
  tags: tags({ means: "tags of the cluster, beside those of the tenant", example: { tier: "edge" } }).optional(),
  protect,
  replace,
});

export const aksArcSchema = withoutKeys(schema, {
  oidcIssuer:
    "remove it: a cluster on Azure Local is made with its issuer, which can be switched neither on nor off afterwards",
});

export type AksArc = z.output<typeof aksArcSchema>;
export type ArcNodePool = z.output<typeof arcNodePoolSchema>;
