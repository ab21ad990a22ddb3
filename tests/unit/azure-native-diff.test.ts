import { inputsDiff } from "../../sandbox/plugins/azure-native/diff.ts";
import { refreshedInputs } from "../../sandbox/plugins/azure-native/refresh.ts";
import { resourceSpec } from "../../sandbox/plugins/azure-native/table/index.ts";
import { type PropertyMap, Secret, UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const diff = (type: string, olds: PropertyMap, news: PropertyMap, ignore: string[] = [], state: PropertyMap = {}) =>
  inputsDiff(resourceSpec(`azure-native:${type}`), olds, state, news, ignore);
const GROUP = "resources:ResourceGroup";
const CLUSTER = "containerservice:ManagedCluster";

describe("what changes between two deployments", () => {
  it("is nothing when only the spelling of the location differs", () => {
    expect(diff(GROUP, { location: "East US" }, { location: "eastus" }).changes).toBe("none");
  });

  it.each([
    ["another location", GROUP, { location: "eastus" }, { location: "westus" }, ["location"]],
    ["another name", GROUP, { resourceGroupName: "a" }, { resourceGroupName: "b" }, ["resourceGroupName"]],
    [
      "a parent that is made anew",
      CLUSTER,
      { resourceGroupName: "a" },
      { resourceGroupName: UNKNOWN },
      ["resourceGroupName"],
    ],
    ["another principal", "authorization:RoleAssignment", { principalId: "a" }, { principalId: "b" }, ["principalId"]],
    [
      "another pod network",
      CLUSTER,
      { networkProfile: { podCidr: "10.0.0.0/16", loadBalancerSku: "basic" } },
      { networkProfile: { podCidr: "10.1.0.0/16", loadBalancerSku: "standard" } },
      ["networkProfile.podCidr"],
    ],
  ] as const)("replaces the resource for %s", (_, type, olds, news, replaces) => {
    expect(diff(type, olds, news).replaces).toEqual(replaces);
  });

  it("updates a federated credential in place, for Azure allows it", () => {
    const result = diff("managedidentity:FederatedIdentityCredential", { subject: "a" }, { subject: "b" });
    expect(result).toMatchObject({ changes: "some", replaces: [], detailedDiff: { subject: { kind: "update" } } });
  });

  it("deletes a named resource before its replacement, and one with a made-up name after it", () => {
    const olds = { resourceGroupName: "a", location: "eastus" };
    const news = { ...olds, location: "westus" };
    expect(diff(GROUP, olds, news).deleteBeforeReplace).toBe(true);
    expect(diff(GROUP, { ...olds, __createBeforeDelete: true }, news).deleteBeforeReplace).toBe(false);
  });

  it("leaves out what the program ignores", () => {
    const olds = { agentPoolProfiles: [{ name: "a", count: 1 }] };
    const news = { agentPoolProfiles: [{ name: "a", count: 3 }] };
    expect(diff(CLUSTER, olds, news, ["agentPoolProfiles[*].count"]).changes).toBe("none");
  });

  it("does not count the API version of an imported resource", () => {
    const news = { location: "eastus", azureApiVersion: "2024-03-01" };
    expect(diff(GROUP, { location: "eastus" }, news, [], { azureApiVersion: "2024-03-01" }).changes).toBe("none");
  });
});

describe("inputs after a refresh", () => {
  it("stay as they are when Azure's answer did not change, however many defaults it holds", () => {
    const inputs = { location: "East US", sku: { name: "Base" } };
    const answer = { location: "eastus", sku: { name: "Base", tier: "Free" }, kubernetesVersion: "1.33" };
    expect(refreshedInputs(inputs, answer, structuredClone(answer))).toEqual(inputs);
  });

  it("take over what was changed behind Pulumi's back, and no more", () => {
    const inputs = { tags: { a: "1" }, agentPoolProfiles: [{ name: "p", count: 1 }] };
    const before = { tags: { a: "1" }, agentPoolProfiles: [{ name: "p", count: 1, maxPods: 30 }] };
    const after = { tags: { a: "1", b: "2" }, agentPoolProfiles: [{ name: "p", count: 5, maxPods: 30 }] };
    expect(refreshedInputs(inputs, before, after)).toEqual({
      tags: { a: "1", b: "2" },
      agentPoolProfiles: [{ name: "p", count: 5 }],
    });
  });

  it("lose what was removed", () => {
    expect(refreshedInputs({ tags: { a: "1" } }, { tags: { a: "1" } }, {})).toEqual({});
  });

  it("stay secret when their value changes", () => {
    const inputs = { tags: new Secret({ a: "1" }) };
    expect(refreshedInputs(inputs, { tags: { a: "1" } }, { tags: { a: "2" } })).toEqual({
      tags: new Secret({ a: "2" }),
    });
  });
});
