import { parseResourceId, resourceId } from "../../sandbox/plugins/azure-native/resource-id.ts";
import { resourceSpec } from "../../sandbox/plugins/azure-native/table/index.ts";
import { inputsOf, outputsOf, previewOutputs, requestBody } from "../../sandbox/plugins/azure-native/wire.ts";
import { UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const cluster = resourceSpec("azure-native:containerservice:ManagedCluster");
const identity = resourceSpec("azure-native:managedidentity:UserAssignedIdentity");
const role = resourceSpec("azure-native:authorization:RoleAssignment");
const generic = resourceSpec("azure-native:resources:Resource");

describe("the body of a request", () => {
  it("has the flat inputs in their places", () => {
    const inputs = {
      resourceGroupName: "g",
      location: "eastus",
      sku: { name: "Base" },
      oidcIssuerProfile: { enabled: true },
      azureApiVersion: "x",
      __createBeforeDelete: true,
    };
    expect(requestBody(cluster, inputs)).toEqual({
      location: "eastus",
      sku: { name: "Base" },
      properties: { oidcIssuerProfile: { enabled: true } },
    });
  });

  it("has a set of identities as an object", () => {
    const body = requestBody(cluster, { identity: { type: "UserAssigned", userAssignedIdentities: ["/a", "/b"] } });
    expect(body.identity).toEqual({ type: "UserAssigned", userAssignedIdentities: { "/a": {}, "/b": {} } });
  });

  it("has no properties where a type has none to set", () => {
    expect(requestBody(identity, { location: "eastus" })).toEqual({ location: "eastus" });
  });

  it("of the generic resource has its properties as they are, and no API version", () => {
    const inputs = { apiVersion: "2024-01-01", properties: { a: { b: 1 } } };
    expect(requestBody(generic, inputs)).toEqual({ properties: { a: { b: 1 } } });
  });
});

describe("an answer", () => {
  const answer = {
    id: "/x",
    name: "c",
    location: "eastus",
    identity: { type: "UserAssigned", principalId: "p", userAssignedIdentities: { "/a": { clientId: "c" } } },
    properties: {
      provisioningState: "Succeeded",
      oidcIssuerProfile: { enabled: true, issuerURL: "https://i/" },
      newThing: 1,
    },
  };

  it("becomes the SDK's outputs, without what the SDK does not know", () => {
    expect(outputsOf(cluster, answer)).toEqual({
      name: "c",
      location: "eastus",
      identity: answer.identity,
      provisioningState: "Succeeded",
      oidcIssuerProfile: { enabled: true, issuerURL: "https://i/" },
    });
  });

  it("becomes inputs on import, without what only Azure sets", () => {
    expect(inputsOf(cluster, outputsOf(cluster, answer))).toEqual({
      location: "eastus",
      identity: { type: "UserAssigned", userAssignedIdentities: ["/a"] },
      oidcIssuerProfile: { enabled: true },
    });
  });

  it("is unknown in a preview except for what was given", () => {
    const outputs = previewOutputs(identity, { location: "eastus" });
    expect(outputs).toMatchObject({ location: "eastus", principalId: UNKNOWN, tags: UNKNOWN });
  });
});

describe("an id", () => {
  it("is the template filled with inputs", () => {
    expect(
      resourceId(identity.path, identity.pathParameters, { resourceGroupName: "g g", resourceName: "i" }, "s"),
    ).toBe("/subscriptions/s/resourceGroups/g%20g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i");
  });

  it.each(["/subscriptions/s", "subscriptions/s", "/subscriptions/s/"])("takes a scope written as %s", (scope) => {
    expect(resourceId(role.path, role.pathParameters, { scope, roleAssignmentName: "n" }, "s")).toBe(
      "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/n",
    );
  });

  it("takes the scope of the whole tenant", () => {
    expect(resourceId(role.path, role.pathParameters, { scope: "/", roleAssignmentName: "n" }, "s")).toBe(
      "/providers/Microsoft.Authorization/roleAssignments/n",
    );
  });

  it("of a generic resource without a parent has no empty part", () => {
    const inputs = {
      resourceGroupName: "g",
      resourceProviderNamespace: "Microsoft.X",
      parentResourcePath: "",
      resourceType: "things",
      resourceName: "t",
    };
    expect(resourceId(generic.path, generic.pathParameters, inputs, "s")).toBe(
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.X/things/t",
    );
  });

  it("needs a subscription, and says where it may come from", () => {
    expect(() => resourceId(identity.path, identity.pathParameters, {}, "")).toThrow(
      "A Subscription ID must be configured. Give the azure-native provider a subscriptionId, or set ARM_SUBSCRIPTION_ID.",
    );
  });

  it("is taken apart in any letter case", () => {
    const id = "/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.managedidentity/userassignedidentities/I";
    expect(parseResourceId(id, identity.path, identity.pathParameters)).toEqual({
      resourceGroupName: "g",
      resourceName: "I",
    });
  });

  it("gives a scope back as programs write it", () => {
    const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Authorization/roleAssignments/n";
    expect(parseResourceId(id, role.path, role.pathParameters)).toEqual({
      scope: "/subscriptions/s/resourceGroups/g",
      roleAssignmentName: "n",
    });
  });

  it("of the whole tenant has the scope /", () => {
    const id = "/providers/Microsoft.Authorization/roleAssignments/n";
    expect(parseResourceId(id, role.path, role.pathParameters)).toMatchObject({ scope: "/" });
  });

  it.each([
    ["things/t", "", "things"],
    ["servers/s/databases/t", "servers/s", "databases"],
  ])("of a generic resource is taken apart with and without a parent: %s", (end, parentResourcePath, resourceType) => {
    const id = `/subscriptions/s/resourceGroups/g/providers/Microsoft.X/${end}`;
    expect(parseResourceId(id, generic.path, generic.pathParameters)).toEqual({
      resourceGroupName: "g",
      resourceProviderNamespace: "Microsoft.X",
      parentResourcePath,
      resourceType,
      resourceName: "t",
    });
  });

  it("of another type is refused with the expected form", () => {
    expect(() => parseResourceId("/x", identity.path, identity.pathParameters)).toThrow(
      `unable to parse resource ID "/x": it must look like ${identity.path}`,
    );
  });
});
