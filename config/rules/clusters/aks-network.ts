import { addressOf, contains, overlap, type Range, rangeOf } from "../../address-range";
import type { Problem } from "../../problem";
import { type CheckedConfig, isUnread, type Rule } from "../rule";

/** What AKS refuses among the network settings, before a cluster is half an hour in the making. */

const path = (key: string) => ["cluster", "network", key];

function networkOf({ config: { cluster } }: CheckedConfig) {
  return cluster !== undefined && "network" in cluster ? cluster.network : undefined;
}

/** Microsoft Learn, "Configure Azure CNI Powered by Cilium", "Secure traffic between pods by using network policies". */
const engines: Rule = (checked): Problem[] => {
  const { plugin, policy, dataplane } = networkOf(checked) ?? {};
  const problems: Problem[] = [];
  if (plugin === "none") {
    if (dataplane === "cilium") {
      problems.push({
        path: path("dataplane"),
        fault: "is part of Azure CNI, and `plugin: none` leaves that out",
        value: dataplane,
        expected: "plugin overlay or azure",
        advice: "set `plugin: overlay`, or remove `dataplane` and install Cilium yourself",
      });
    }
    if (policy !== undefined && policy !== "none") {
      problems.push({
        path: path("policy"),
        fault: "is enforced by a network plugin of Azure, and `plugin: none` leaves that out",
        value: policy,
        expected: "none",
        advice: "remove it, or set `plugin: overlay`",
      });
    }
    return problems;
  }
  if (policy === "cilium" && dataplane !== undefined && dataplane !== "cilium") {
    problems.push({
      path: path("policy"),
      fault: `needs dataplane cilium, and this one is ${dataplane}`,
      value: policy,
      expected: "`policy: cilium` with `dataplane: cilium`",
    });
  }
  if (dataplane === "cilium" && (policy === "azure" || policy === "calico")) {
    problems.push({
      path: path("policy"),
      fault: "cannot work beside dataplane cilium, which enforces policies itself",
      value: policy,
      expected: "cilium",
    });
  }
  return problems;
};

const ciliumDataplane: Rule = (checked) => {
  const network = networkOf(checked);
  if (network === undefined) return [];
  const { policy, dataplane, plugin } = network;
  if (policy !== "cilium" || dataplane !== undefined || plugin === "none") return [];
  if (isUnread(checked, network, "dataplane")) return [];
  return [
    {
      path: path("dataplane"),
      fault: "is missing, and `policy: cilium` needs it",
      expected: "cilium",
      example: "cilium",
    },
  ];
};

/** Microsoft Learn, "Customize cluster egress with outbound types in AKS". */
const outbound: Rule = (checked) => {
  const network = networkOf(checked);
  if (network === undefined) return [];
  const { outboundType, subnetId } = network;
  const own = outboundType === "userAssignedNATGateway" || outboundType === "userDefinedRouting";
  if (own && subnetId === undefined && !isUnread(checked, network, "subnetId")) {
    return [
      {
        path: path("subnetId"),
        fault: `is missing, and \`outboundType: ${outboundType}\` needs it: the way out is set up on a subnet of yours`,
        expected: "the id of a subnet",
      },
    ];
  }
  if (outboundType !== "managedNATGateway" || subnetId === undefined) return [];
  return [
    {
      path: path("outboundType"),
      fault: "is made by AKS in a network of its own, and `subnetId` gives it yours",
      value: outboundType,
      expected: "userAssignedNATGateway, loadBalancer or userDefinedRouting",
    },
  ];
};

const podRange: Rule = (checked) => {
  const { plugin, podCidr } = networkOf(checked) ?? {};
  if (plugin !== "azure" || podCidr === undefined) return [];
  return [
    {
      path: path("podCidr"),
      fault: "belongs to plugin overlay; with `plugin: azure` pods have addresses of the subnet",
      value: podCidr,
      advice: "remove it, or set `plugin: overlay`",
    },
  ];
};

/** AKS's default for `dnsServiceIP` lies in its default for `serviceCidr`, so that one without the other is refused. */
const services: Rule = (checked) => {
  const network = networkOf(checked);
  if (network === undefined) return [];
  const { serviceCidr, dnsServiceIp } = network;
  const range = serviceCidr === undefined ? undefined : rangeOf(serviceCidr);
  const missing = (["serviceCidr", "dnsServiceIp"] as const).find((key) => network[key] === undefined);
  if (serviceCidr === undefined && dnsServiceIp === undefined) return [];
  if (missing !== undefined) {
    if (isUnread(checked, network, missing)) return [];
    return [
      {
        path: path(missing),
        fault: `is missing, and \`${missing === "serviceCidr" ? "dnsServiceIp" : "serviceCidr"}\` needs it`,
        expected: "both or neither",
        example: missing === "serviceCidr" ? "10.0.0.0/16" : "10.0.0.10",
      },
    ];
  }
  const dns = dnsServiceIp === undefined ? undefined : addressOf(dnsServiceIp);
  if (range === undefined || dns === undefined) return [];
  if (contains(range, dns) && dns > range.first + 1) return [];
  return [
    {
      path: path("dnsServiceIp"),
      fault: contains(range, dns)
        ? "is the first address of serviceCidr, which Kubernetes takes for itself"
        : "lies outside serviceCidr",
      value: dnsServiceIp,
      expected: `an address of ${serviceCidr}, not its first`,
    },
  ];
};

/** Ranges that AKS keeps to itself (Microsoft Learn, "Configure Azure CNI networking in AKS", prerequisites). */
const reserved = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

const ranges: Rule = (checked) => {
  const { podCidr, serviceCidr } = networkOf(checked) ?? {};
  const given = { podCidr, serviceCidr };
  const problems: Problem[] = [];
  for (const key of ["podCidr", "serviceCidr"] as const) {
    const range = rangeOf(given[key] ?? "");
    const taken = reserved.find((each) => range !== undefined && overlaps(range, rangeOf(each)));
    if (taken === undefined) continue;
    problems.push({
      path: path(key),
      fault: `overlaps ${taken}, which AKS keeps to itself`,
      value: given[key],
      expected: `a private range apart from ${reserved.join(", ")}`,
    });
  }
  const [pods, servicesRange] = [rangeOf(podCidr ?? ""), rangeOf(serviceCidr ?? "")];
  if (pods !== undefined && overlaps(pods, servicesRange)) {
    problems.push({
      path: path("podCidr"),
      fault: "overlaps serviceCidr",
      value: podCidr,
      expected: `a range apart from ${serviceCidr}`,
    });
  }
  return problems;
};

function overlaps(left: Range, right: Range | undefined): boolean {
  return right !== undefined && overlap(left, right);
}

export const aksNetworkRules: readonly Rule[] = [engines, ciliumDataplane, outbound, podRange, services, ranges];
