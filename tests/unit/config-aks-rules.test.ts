import { both, cluster, clusters, load, onlyProblem, refusal, tenantA } from "./config-fixtures";

const aks = (changes: Record<string, unknown>) => both({ cluster: { ...cluster, ...changes } });
const network = (settings: Record<string, unknown>) => aks({ network: settings });
const pools = (...nodePools: Record<string, unknown>[]) => aks({ nodePools });
const arc = clusters.aksArc;
const zone = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/x`;
const subnetId = `/subscriptions/${tenantA.subscriptionId}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes`;

const texts: [string, Record<string, unknown>, string][] = [
  [
    "a further pool that scales without a lower bound",
    pools({ name: "batch", maxCount: 3 }),
    `cluster.nodePools[0].minCount is missing, and \`maxCount\` needs it
  expected: both, so that the pool scales by itself, or neither
  example:  1`,
  ],
  [
    "a pool of AKS Arc with its bounds in the wrong order",
    both({ cluster: { ...arc, nodePools: [{ name: "a" }, { name: "b", minCount: 5, maxCount: 2 }] } }),
    `cluster.nodePools[1].minCount is more than maxCount
  value:    5
  expected: 2 or less`,
  ],
  [
    "a pool that starts outside its bounds",
    pools({ name: "batch", count: 9, minCount: 1, maxCount: 3 }),
    `cluster.nodePools[0].count lies outside minCount and maxCount
  value:    9
  expected: a whole number from 1 to 3`,
  ],
  [
    "two pools of one name",
    pools({ name: "batch" }, { name: "batch" }),
    `cluster.nodePools[1].name is the name of two pools
  value:    "batch"
  expected: a name of its own`,
  ],
  [
    "a pool with the system pool's name",
    pools({ name: "system" }),
    `cluster.nodePools[0].name is the name of the pool that \`cluster.nodePool\` describes
  value:    "system"
  expected: another name
  to do:    describe the system pool in \`cluster.nodePool\`, or give this one a name of its own`,
  ],
  [
    "a System pool of spot nodes",
    pools({ name: "sys2", mode: "System", spot: true }),
    `cluster.nodePools[0].spot belongs to a pool of mode User: Azure may take spot nodes away, and system pods with them
  value:    true
  to do:    remove it, or set \`mode: User\``,
  ],
  [
    "a System pool without nodes",
    pools({ name: "sys2", mode: "System", count: 0 }),
    `cluster.nodePools[0].count is 0, and system pods need a node
  value:    0
  expected: 1 or more
  to do:    raise it, or set \`mode: User\``,
  ],
  [
    "a System pool with few pods",
    pools({ name: "sys2", mode: "System", maxPods: 20 }),
    `cluster.nodePools[0].maxPods is less than the 30 that AKS asks of a System pool
  value:    20
  expected: 30 or more`,
  ],
  [
    "a pool newer than the control plane",
    aks({ kubernetesVersion: "1.34", nodePools: [{ name: "batch", kubernetesVersion: "1.35.1" }] }),
    `cluster.nodePools[0].kubernetesVersion is newer than cluster.kubernetesVersion, and nodes are never newer than their control plane
  value:    "1.35.1"
  expected: 1.34 or older`,
  ],
  [
    "Cilium without Azure CNI",
    network({ plugin: "none", dataplane: "cilium" }),
    `cluster.network.dataplane is part of Azure CNI, and \`plugin: none\` leaves that out
  value:    "cilium"
  expected: plugin overlay or azure
  to do:    set \`plugin: overlay\`, or remove \`dataplane\` and install Cilium yourself`,
  ],
  [
    "a policy without Azure CNI",
    network({ plugin: "none", policy: "calico" }),
    `cluster.network.policy is enforced by a network plugin of Azure, and \`plugin: none\` leaves that out
  value:    "calico"
  expected: none
  to do:    remove it, or set \`plugin: overlay\``,
  ],
  [
    "Cilium's policies without its dataplane",
    network({ policy: "cilium" }),
    `cluster.network.dataplane is missing, and \`policy: cilium\` needs it
  expected: cilium
  example:  cilium`,
  ],
  [
    "Cilium's policies on another dataplane",
    network({ policy: "cilium", dataplane: "azure" }),
    `cluster.network.policy needs dataplane cilium, and this one is azure
  value:    "cilium"
  expected: \`policy: cilium\` with \`dataplane: cilium\``,
  ],
  [
    "another engine beside Cilium's dataplane",
    network({ policy: "calico", dataplane: "cilium" }),
    `cluster.network.policy cannot work beside dataplane cilium, which enforces policies itself
  value:    "calico"
  expected: cilium`,
  ],
  [
    "a way out of a subnet that is not given",
    network({ outboundType: "userDefinedRouting" }),
    `cluster.network.subnetId is missing, and \`outboundType: userDefinedRouting\` needs it: the way out is set up on a subnet of yours
  expected: the id of a subnet`,
  ],
  [
    "a managed NAT gateway in a network of one's own",
    network({ outboundType: "managedNATGateway", subnetId }),
    `cluster.network.outboundType is made by AKS in a network of its own, and \`subnetId\` gives it yours
  value:    "managedNATGateway"
  expected: userAssignedNATGateway, loadBalancer or userDefinedRouting`,
  ],
  [
    "a pod range without overlay",
    network({ plugin: "azure", podCidr: "10.244.0.0/16" }),
    `cluster.network.podCidr belongs to plugin overlay; with \`plugin: azure\` pods have addresses of the subnet
  value:    "10.244.0.0/16"
  to do:    remove it, or set \`plugin: overlay\``,
  ],
  [
    "a service range without the DNS server's address",
    network({ serviceCidr: "10.1.0.0/16" }),
    `cluster.network.dnsServiceIp is missing, and \`serviceCidr\` needs it
  expected: both or neither
  example:  10.0.0.10`,
  ],
  [
    "a DNS server outside the service range",
    network({ serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.2.0.10" }),
    `cluster.network.dnsServiceIp lies outside serviceCidr
  value:    "10.2.0.10"
  expected: an address of 10.1.0.0/16, not its first`,
  ],
  [
    "a DNS server at the API server's address",
    network({ serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.1.0.1" }),
    `cluster.network.dnsServiceIp is the first address of serviceCidr, which Kubernetes takes for itself
  value:    "10.1.0.1"
  expected: an address of 10.1.0.0/16, not its first`,
  ],
  [
    "a range that AKS keeps to itself",
    network({ podCidr: "172.30.0.0/15" }),
    `cluster.network.podCidr overlaps 172.30.0.0/16, which AKS keeps to itself
  value:    "172.30.0.0/15"
  expected: a private range apart from 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16, 192.0.2.0/24`,
  ],
  [
    "pods and services in one range",
    network({ podCidr: "10.1.0.0/16", serviceCidr: "10.1.128.0/17", dnsServiceIp: "10.1.128.10" }),
    `cluster.network.podCidr overlaps serviceCidr
  value:    "10.1.0.0/16"
  expected: a range apart from 10.1.128.0/17`,
  ],
  [
    "authorized ranges of a private cluster",
    aks({ private: { dnsZone: "system" }, authorizedIpRanges: ["203.0.113.0/24"] }),
    `cluster.authorizedIpRanges guards a public API server, and \`private\` makes it one that only the virtual network reaches
  value:    ["203.0.113.0/24"]
  to do:    remove it, or \`private\``,
  ],
  [
    "a private cluster in a zone of one's own",
    aks({ private: { dnsZone: zone } }),
    `cluster.private.dnsZone is a zone of yours, and AKS writes into one only as a user-assigned identity, which this cluster has not
  value:    "${zone}"
  expected: system or none
  to do:    let AKS make the zone and link it to your networks, or make the cluster elsewhere: kind existingAks`,
  ],
  [
    "a private cluster without any name",
    aks({ private: { dnsZone: "none", publicFqdn: false } }),
    `cluster.private.publicFqdn is false, and \`dnsZone: none\` leaves the API server without any name then
  value:    false
  expected: \`publicFqdn: true\`, or another \`dnsZone\``,
  ],
];

it.each(texts)("%s is refused with a text that says where and what to do", (_name, config, text) => {
  expect(onlyProblem(config)).toBe(text);
});

const accepted: [string, Record<string, unknown>][] = [
  ["Cilium with overlay", network({ policy: "cilium", dataplane: "cilium" })],
  ["Cilium with addresses of the subnet", network({ plugin: "azure", dataplane: "cilium", subnetId })],
  ["Calico with overlay", network({ policy: "calico" })],
  ["a service range with its DNS server", network({ serviceCidr: "10.1.0.0/16", dnsServiceIp: "10.1.0.10" })],
  ["a User pool that scales to nothing", pools({ name: "batch", count: 0, minCount: 0, maxCount: 3, spot: true })],
  [
    "a pool of the control plane's minor version",
    aks({ kubernetesVersion: "1.34", nodePools: [{ name: "b", kubernetesVersion: "1.34.2" }] }),
  ],
  ["a private cluster without a public name", aks({ private: { publicFqdn: false } })],
];

it.each(accepted)("%s is accepted", (_name, config) => {
  expect(() => load(config)).not.toThrow();
});

it("rules of one kind are broken all at once", () => {
  const { problems } = refusal(
    aks({
      network: { plugin: "none", dataplane: "cilium", outboundType: "userDefinedRouting" },
      nodePools: [{ name: "system", mode: "System", spot: true }],
      private: true,
      authorizedIpRanges: ["203.0.113.0/24"],
    }),
  );
  expect(problems.map(({ path }) => path.join("."))).toEqual([
    "cluster.nodePools.0.name",
    "cluster.nodePools.0.spot",
    "cluster.network.dataplane",
    "cluster.network.subnetId",
    "cluster.authorizedIpRanges",
  ]);
});
