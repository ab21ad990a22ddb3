import { isRecord, recordAt } from "./call.ts";
import { ArmError } from "./errors.ts";

/*
 * What Azure Local refuses. The rules are those of the specification (azure-rest-api-specs, hybridaks) and of `az aksarc
 * create`; the codes and wordings of the service are not documented and could not be confirmed.
 */

/** Refuses a body that the provider refuses. */
export function checkInstance(properties: Record<string, unknown>): void {
  const { count } = recordAt(properties, "controlPlane");
  if (count !== undefined && !(typeof count === "number" && [1, 3, 5].includes(count))) {
    throw invalid(
      "properties.controlPlane.count",
      `'${String(count)}' must be an odd number of nodes: 1, 3 or 5 (the control plane keeps a quorum).`,
    );
  }
  const keys = recordAt(recordAt(properties, "linuxProfile"), "ssh").publicKeys;
  const keyData = Array.isArray(keys) ? keys.map((key: unknown) => (isRecord(key) ? key.keyData : undefined)) : [];
  if (keyData.length !== 1) {
    throw invalid("properties.linuxProfile.ssh.publicKeys", `it must have exactly one key, and has ${keyData.length}.`);
  }
  if (typeof keyData[0] !== "string" || !/^ssh-rsa [A-Za-z0-9+/]{100,}={0,2}( .*)?\s*$/.test(keyData[0])) {
    throw invalid(
      "properties.linuxProfile.ssh.publicKeys[0].keyData",
      "it must be an RSA public key as OpenSSH writes it: 'ssh-rsa AAAA…'.",
    );
  }
  const { podCidr, networkPolicy } = recordAt(properties, "networkProfile");
  if (podCidr !== undefined && !/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(String(podCidr))) {
    throw invalid("properties.networkProfile.podCidr", `'${String(podCidr)}' must be a range such as 10.244.0.0/16.`);
  }
  if (networkPolicy !== undefined && !["calico", "cilium"].includes(String(networkPolicy))) {
    throw invalid(
      "properties.networkProfile.networkPolicy",
      `'${String(networkPolicy)}' is not one of calico, cilium.`,
    );
  }
  checkPools(properties);
}

/** The one logical network that a body names. */
export function networkIdOf(properties: Record<string, unknown>): unknown {
  const ids = recordAt(recordAt(properties, "cloudProviderProfile"), "infraNetworkProfile").vnetSubnetIds;
  const list: unknown[] = Array.isArray(ids) ? ids : [];
  if (list.length === 1) return list[0];
  throw invalid(
    "properties.cloudProviderProfile.infraNetworkProfile.vnetSubnetIds",
    `it must name exactly one logical network, and names ${list.length}.`,
  );
}

/** Refuses a version that Azure Local's images do not have; the sandbox has one. */
export function checkInstanceVersion(properties: Record<string, unknown>, runs: string): void {
  const wanted = properties.kubernetesVersion;
  if (wanted === undefined || wanted === null || wanted === "") return;
  const minor = runs.split(".", 2).join(".");
  if (wanted === minor || String(wanted).startsWith(`${minor}.`)) return;
  throw new ArmError(
    400,
    "InvalidKubernetesVersion",
    `Kubernetes version ${String(wanted)} is not supported in this custom location. Run 'az aksarc get-versions' to see those that are. (The clusters of this sandbox run Kubernetes ${runs} and no other version: write '${minor}' in 'properties.kubernetesVersion', or leave it out.)`,
  );
}

/** What an instance keeps for life, by its path below `properties`. */
const fixed = [
  ["linuxProfile"],
  ["controlPlane", "vmSize"],
  ["controlPlane", "count"],
  ["networkProfile", "podCidr"],
  ["networkProfile", "networkPolicy"],
  ["cloudProviderProfile", "infraNetworkProfile", "vnetSubnetIds"],
] as const;

/** Refuses a body that would change what cannot change. A property that is left out stays as it is. */
export function checkInstanceUnchanged(wanted: Record<string, unknown>, current: Record<string, unknown>): void {
  for (const path of fixed) {
    const after = at(wanted, path);
    if (after === undefined || after === null || same(after, at(current, path))) continue;
    throw new ArmError(
      400,
      "PropertyChangeNotAllowed",
      `Changing property 'properties.${path.join(".")}' of a provisioned cluster is not allowed. Create another cluster, or give the old value.`,
    );
  }
}

function checkPools(properties: Record<string, unknown>): void {
  const pools = properties.agentPoolProfiles;
  const names = (Array.isArray(pools) ? pools.filter(isRecord) : []).map((pool) => {
    const { name, osType = "Linux", count } = pool;
    // az aksarc nodepool add: lower case, begins with a letter; Windows names its computers, so 6 letters at most.
    const longest = osType === "Windows" ? 6 : 12;
    if (typeof name !== "string" || !new RegExp(`^[a-z][a-z0-9]{0,${longest - 1}}$`).test(name)) {
      throw invalid(
        "properties.agentPoolProfiles.name",
        `'${String(name)}' must have 1 to ${longest} lowercase letters and numbers, and begin with a letter.`,
      );
    }
    if (count !== undefined && !(typeof count === "number" && count >= 0)) {
      throw invalid("properties.agentPoolProfiles.count", `'${String(count)}' of pool '${name}' must be 0 or more.`);
    }
    return name;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid("properties.agentPoolProfiles.name", `the name '${twice}' is used twice.`);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left)?.toLowerCase() === JSON.stringify(right)?.toLowerCase();
}

function invalid(property: string, problem: string): ArmError {
  return new ArmError(
    400,
    "InvalidParameter",
    `The value of parameter ${property} is invalid. Error details: ${problem}`,
  );
}
