import { z } from "zod";
import { documented } from "../documentation";
import { cidr, ipAddress } from "../formats";
import { resourceId } from "../resource-id";

export const aksNetworkSchema = z.strictObject({
  plugin: documented(z.enum(["overlay", "azure", "none"]), {
    means: "how pods get addresses: their own range, those of the subnet, or a plugin that you install",
    example: "overlay",
  }).default("overlay"),
  policy: documented(z.enum(["none", "azure", "calico", "cilium"]), {
    means: "what enforces network policies",
    example: "cilium",
  }).optional(),
  dataplane: documented(z.enum(["azure", "cilium"]), {
    means: "what forwards packets; cilium is Azure CNI powered by Cilium",
    example: "cilium",
  }).optional(),
  subnetId: resourceId("Microsoft.Network/virtualNetworks/subnets", {
    means: "the nodes' subnet, which exists; without it, AKS makes a network",
    example: "/subscriptions/…/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes",
  }).optional(),
  podCidr: cidr({ means: "addresses of pods (overlay)", example: "10.244.0.0/16" }).optional(),
  serviceCidr: cidr({ means: "addresses of services", example: "10.0.0.0/16" }).optional(),
  dnsServiceIp: ipAddress({
    means: "address of the cluster's DNS, within `serviceCidr`",
    example: "10.0.0.10",
  }).optional(),
  outboundType: documented(
    z.enum(["loadBalancer", "managedNATGateway", "userAssignedNATGateway", "userDefinedRouting"]),
    { means: "how nodes reach the Internet; without it, a load balancer", example: "managedNATGateway" },
  ).optional(),
});

/** An id is read, so that a rule can say why it is refused. */
const dnsZone = documented(
  z.union([
    documented(z.enum(["system", "none"]), { means: "a zone that AKS makes, or none" }),
    resourceId("Microsoft.Network/privateDnsZones", {
      means: "a zone of yours",
      example: "/subscriptions/…/providers/Microsoft.Network/privateDnsZones/privatelink.eastus.azmk8s.io",
    }),
  ]),
  {
    means: "private DNS zone of the API server; without it, AKS makes one",
    expected: "`system` or `none`",
    example: "system",
  },
);

const privateDetailsSchema = z.strictObject({
  dnsZone: dnsZone.optional(),
  publicFqdn: documented(z.boolean(), {
    means: "give the private API server a name in public DNS too",
    expected: "true or false",
    example: true,
  }).optional(),
});

export const privateSchema = documented(z.union([z.boolean(), privateDetailsSchema]), {
  means: "an API server that only the virtual network reaches",
  expected: "true, false, or an object with dnsZone and publicFqdn",
  example: true,
}).default(false);

export const authorizedIpRanges = documented(z.array(cidr({ means: "a range", example: "203.0.113.0/24" })), {
  means: "addresses that may reach the public API server; without it, all",
  expected: "a list of ranges",
  example: ["203.0.113.0/24"],
}).optional();
