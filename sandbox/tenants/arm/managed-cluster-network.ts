import { isDeepStrictEqual } from "node:util";
import { isRecord } from "./call.ts";
import { invalidParameter, propertyChangeNotAllowed } from "./managed-cluster-errors.ts";

/** A network profile as AKS fills it in. Defaults: the Microsoft.ContainerService specification. */
export function newNetwork(asked: Record<string, unknown>): Record<string, unknown> {
  const plugin = asked.networkPlugin ?? "azure";
  // Since 2025 a cluster that names no plugin gets Azure CNI Overlay.
  const overlay = asked.networkPluginMode === "overlay" || asked.networkPlugin === undefined;
  const podCidr = overlay || plugin === "kubenet" ? String(asked.podCidr ?? "10.244.0.0/16") : undefined;
  const serviceCidr = String(asked.serviceCidr ?? "10.0.0.0/16");
  const cilium = asked.networkDataplane === "cilium";
  return {
    networkPlugin: plugin,
    ...(overlay ? { networkPluginMode: "overlay" } : {}),
    networkPolicy: cilium ? "cilium" : "none",
    ...(plugin === "none" ? {} : { networkDataplane: "azure" }),
    loadBalancerSku: "standard",
    outboundType: "loadBalancer",
    ...(podCidr === undefined ? {} : { podCidr, podCidrs: [podCidr] }),
    serviceCidr,
    dnsServiceIP: asked.dnsServiceIP ?? tenthOf(serviceCidr),
    serviceCidrs: [serviceCidr],
    ipFamilies: ["IPv4"],
  };
}

/** Refuses a network that AKS refuses. Rules: learn.microsoft.com/azure/aks/concepts-network-cni-overview. Words are not confirmed. */
export function checkNetwork(network: Record<string, unknown>, pools: readonly Record<string, unknown>[]): void {
  const { networkPlugin, networkPluginMode, networkPolicy, networkDataplane, outboundType } = network;
  oneOf("networkPlugin", networkPlugin, ["azure", "kubenet", "none"]);
  oneOf("networkPluginMode", networkPluginMode ?? "overlay", ["overlay"]);
  oneOf("networkPolicy", networkPolicy ?? "none", ["none", "azure", "calico", "cilium"]);
  oneOf("networkDataplane", networkDataplane ?? "azure", ["azure", "cilium"]);
  oneOf("outboundType", outboundType, outboundTypes);
  if (networkPluginMode === "overlay" && networkPlugin !== "azure") {
    throw invalidNetwork("networkPluginMode", "overlay needs the networkPlugin azure.");
  }
  if (networkPolicy === "cilium" && networkDataplane !== "cilium") {
    throw invalidNetwork("networkPolicy", "cilium needs the networkDataplane cilium.");
  }
  if (networkDataplane === "cilium" && networkPlugin !== "azure") {
    throw invalidNetwork("networkDataplane", "cilium needs the networkPlugin azure.");
  }
  const ownSubnet = pools.some(({ vnetSubnetID }) => typeof vnetSubnetID === "string" && vnetSubnetID !== "");
  if ((outboundType === "userDefinedRouting" || outboundType === "userAssignedNATGateway") && !ownSubnet) {
    throw invalidNetwork("outboundType", `${outboundType} needs pools in a subnet of your own (vnetSubnetID).`);
  }
  if (outboundType === "managedNATGateway" && ownSubnet) {
    throw invalidNetwork(
      "outboundType",
      "managedNATGateway needs the subnet that AKS makes; use userAssignedNATGateway.",
    );
  }
  checkAddresses(network);
}

const outboundTypes = ["loadBalancer", "managedNATGateway", "userAssignedNATGateway", "userDefinedRouting", "none"];

function checkAddresses({ podCidr, serviceCidr, dnsServiceIP }: Record<string, unknown>): void {
  const services = rangeOf("serviceCidr", serviceCidr);
  if (services.bits < 12) throw invalidNetwork("serviceCidr", `'${String(serviceCidr)}' is larger than /12.`);
  const dns = addressOf(String(dnsServiceIP));
  if (dns === undefined || !within(services, dns) || dns === services.first || dns === services.first + 1) {
    throw invalidNetwork(
      "dnsServiceIP",
      `'${String(dnsServiceIP)}' must lie in serviceCidr '${String(serviceCidr)}' and not be its first address.`,
    );
  }
  if (podCidr === undefined) return;
  const pods = rangeOf("podCidr", podCidr);
  if (within(pods, services.first) || within(services, pods.first)) {
    throw invalidNetwork("podCidr", `'${String(podCidr)}' overlaps serviceCidr '${String(serviceCidr)}'.`);
  }
}

/** What no write may change: create-only in the specification. */
const fixed = ["podCidr", "podCidrs", "serviceCidr", "serviceCidrs", "dnsServiceIP", "ipFamilies", "loadBalancerSku"];

/** Ways that `az aks update` knows (learn.microsoft.com/azure/aks/upgrade-azure-cni, use-network-policies). */
const migrations: Readonly<Record<string, readonly string[]>> = {
  networkPlugin: ["kubenet>azure"],
  networkPluginMode: [">overlay"],
  networkDataplane: ["azure>cilium"],
  networkPolicy: [
    "none>azure",
    "none>calico",
    "none>cilium",
    "azure>none",
    "calico>none",
    "azure>cilium",
    "calico>cilium",
  ],
};

/** Refuses a write that would change what a cluster's network keeps for life (Azure/AKS#409 quotes the answer). */
export function checkNetworkUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  const movesToOverlay = wanted.networkPluginMode === "overlay" && current.networkPluginMode !== "overlay";
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined || value === null || isDeepStrictEqual(value, current[name])) continue;
    const ways = migrations[name];
    const known = ways === undefined ? !fixed.includes(name) : ways.includes(`${current[name] ?? ""}>${String(value)}`);
    const comesAlong = movesToOverlay && name.startsWith("podCidr");
    if (!known && !comesAlong) throw propertyChangeNotAllowed(`networkProfile.${name}`);
  }
}

interface Range {
  first: number;
  bits: number;
}

/** An IPv4 range: `10.0.0.0/16`. */
export function parseRange(text: string): Range | undefined {
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const first = addressOf(address);
  const bits = Number(prefix);
  return first === undefined || prefix === "" || bits > 32 ? undefined : { first, bits };
}

function rangeOf(property: string, value: unknown): Range {
  const range = parseRange(String(value));
  if (range === undefined || range.first % 2 ** (32 - range.bits) !== 0) {
    throw invalidNetwork(property, `'${String(value)}' is no address range such as 10.0.0.0/16.`);
  }
  return range;
}

function within({ first, bits }: Range, address: number): boolean {
  return address >= first && address < first + 2 ** (32 - bits);
}

function addressOf(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** AKS takes the tenth address of the services for their DNS. */
function tenthOf(serviceCidr: string): string {
  const first = (parseRange(serviceCidr)?.first ?? 0) + 10;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}

function oneOf(property: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(String(value))) {
    throw invalidNetwork(property, `'${String(value)}' is not one of ${known.join(", ")}.`);
  }
}

function invalidNetwork(property: string, problem: string) {
  return invalidParameter(`networkProfile.${property}`, problem);
}

/** The network profile of a body. */
export function networkOf(properties: Record<string, unknown>): Record<string, unknown> {
  return isRecord(properties.networkProfile) ? properties.networkProfile : {};
}
