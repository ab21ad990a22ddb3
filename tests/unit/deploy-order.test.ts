import {
  describeStack,
  OrderError,
  orderStacks,
  type StackFile,
  stackFilePattern,
  stacksOf,
} from "../../deploy/order.ts";

function stack(name: string, config: Record<string, unknown>): StackFile {
  return describeStack(name, {
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`cross-tenant-identity:${key}`, value])),
  });
}

const cluster = { kind: "aks", name: "aks" };
const tenantA = stack("tenantA", { cluster, workloads: [], identityStack: "tenantB" });
const tenantB = stack("tenantB", { identities: [], clusterStack: "tenantA" });
const both = stack("both", { cluster, workloads: [], identities: [] });

describe("the order of deployment", () => {
  it("is cluster, identity, and the cluster again for its workloads", () => {
    expect(orderStacks([both, tenantA, tenantB], [])).toEqual({
      clusters: ["tenantA"],
      identities: ["tenantB"],
      workloads: ["tenantA"],
    });
  });

  it("deploys a stack with both sides once", () => {
    expect(orderStacks([both, tenantA, tenantB], ["both"])).toEqual({
      clusters: ["both"],
      identities: [],
      workloads: [],
    });
  });

  it("takes along every stack that a wanted stack reads, of any number of tenants", () => {
    const hub = stack("hub", { cluster, identityStack: ["fabrikam", "tailspin"] });
    const others = ["fabrikam", "tailspin"].map((name) => stack(name, { identities: [], clusterStack: "hub" }));
    expect(orderStacks([hub, ...others], ["fabrikam"])).toEqual({
      clusters: ["hub"],
      identities: ["fabrikam", "tailspin"],
      workloads: ["hub"],
    });
  });

  it("brings workloads up after a stack with both sides whose identities they use", () => {
    const reader = stack("reader", { cluster, identityStack: "shared" });
    const shared = stack("shared", { cluster, identities: [], clusterStack: "reader" });
    const order = orderStacks([reader, shared], ["reader"]);
    expect(order).toEqual({ clusters: ["reader", "shared"], identities: ["shared"], workloads: ["reader"] });
    expect(stacksOf(order)).toEqual(["reader", "shared"]);
  });

  it.each(["cross-tenant-identity/tenantB", "acme/cross-tenant-identity/tenantB"])("knows %s as tenantB", (name) => {
    const reader = stack("tenantA", { cluster, identityStack: name });
    expect(orderStacks([reader, tenantB], ["tenantA"]).identities).toEqual(["tenantB"]);
  });

  it("does not need the file of a stack that another project deploys", () => {
    const reader = stack("tenantA", { cluster, identityStack: "acme/other-project/tenantB" });
    expect(orderStacks([reader], ["tenantA"])).toEqual({ clusters: ["tenantA"], identities: [], workloads: [] });
  });

  it("takes an identity stack with a typed-in issuer for what it is: no cluster of its own", () => {
    const typedIn = stack("tenantB", { identities: [], cluster: { oidcIssuerUrl: "https://issuer.example/" } });
    expect(orderStacks([typedIn], ["tenantB"])).toEqual({ clusters: [], identities: ["tenantB"], workloads: [] });
  });

  it("names the files there are when a wanted one is missing", () => {
    expect(() => orderStacks([both, tenantA], ["tenantC"])).toThrow(
      new OrderError("There is no stack file Pulumi.tenantC.yaml here. Stack files found: both, tenantA."),
    );
  });

  it("asks for names when no choice is obvious", () => {
    const files = ["one", "two"].map((name) => stack(name, { cluster }));
    expect(() => orderStacks(files, [])).toThrow("Name the stacks to deploy. Stack files found: one, two.");
  });

  it("finds the files of stacks whose names hold dots, and not the project's own", () => {
    expect(stackFilePattern.exec("Pulumi.eu.west.yaml")?.[1]).toBe("eu.west");
    expect(stackFilePattern.exec("Pulumi.yaml")).toBeNull();
  });
});
