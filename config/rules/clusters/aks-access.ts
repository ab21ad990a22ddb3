import type { Rule } from "../rule";

/** Who may reach the API server of an AKS cluster. */

/** Microsoft Learn, "Create a private AKS cluster", limitations: authorized ranges guard a public API server only. */
const privateOrRanges: Rule = ({ config: { cluster } }) => {
  if (cluster === undefined || !("authorizedIpRanges" in cluster)) return [];
  const { authorizedIpRanges, private: isPrivate } = cluster;
  if (authorizedIpRanges === undefined || !isPrivate) return [];
  return [
    {
      path: ["cluster", "authorizedIpRanges"],
      fault: "guards a public API server, and `private` makes it one that only the virtual network reaches",
      value: authorizedIpRanges,
      advice: "remove it, or `private`",
    },
  ];
};

/** API server authorized IP ranges: at most 200 (Microsoft Learn). */
const fewRanges: Rule = ({ config: { cluster } }) => {
  const ranges = cluster !== undefined && "authorizedIpRanges" in cluster ? (cluster.authorizedIpRanges ?? []) : [];
  const problems = ranges
    .filter((range) => range.includes(":"))
    .map((range) => ({
      path: ["cluster", "authorizedIpRanges"],
      fault: "has a range of IPv6, which AKS does not know here",
      value: range,
      expected: "ranges of IPv4",
    }));
  if (ranges.length <= 200) return problems;
  const tooMany = {
    path: ["cluster", "authorizedIpRanges"],
    fault: `has ${ranges.length} ranges, and AKS takes 200`,
    expected: "200 ranges at most",
  };
  return [...problems, tooMany];
};

/** Without a zone of its own the public name is the only one that the nodes could look up. */
const someName: Rule = ({ config: { cluster } }) => {
  if (cluster === undefined || !("private" in cluster)) return [];
  const { private: details } = cluster;
  if (typeof details !== "object" || details.dnsZone !== "none" || details.publicFqdn !== false) return [];
  return [
    {
      path: ["cluster", "private", "publicFqdn"],
      fault: "is false, and `dnsZone: none` leaves the API server without any name then",
      value: false,
      expected: "`publicFqdn: true`, or another `dnsZone`",
    },
  ];
};

/**
 * AKS writes into a zone of yours as a user-assigned identity that may do so (Microsoft Learn, "Create a private AKS
 * cluster": a system-assigned identity is refused), and the cluster of this program has an identity of its own.
 */
const zoneOfAks: Rule = ({ config: { cluster } }) => {
  if (cluster === undefined || !("private" in cluster)) return [];
  const { private: details } = cluster;
  if (typeof details !== "object" || details.dnsZone === undefined || !details.dnsZone.startsWith("/")) return [];
  return [
    {
      path: ["cluster", "private", "dnsZone"],
      fault: "is a zone of yours, and AKS writes into one only as a user-assigned identity, which this cluster has not",
      value: details.dnsZone,
      expected: "system or none",
      advice: "let AKS make the zone and link it to your networks, or make the cluster elsewhere: kind existingAks",
    },
  ];
};

export const aksAccessRules: readonly Rule[] = [privateOrRanges, fewRanges, someName, zoneOfAks];
