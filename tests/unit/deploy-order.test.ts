import { OrderError, orderStacks, type StackFile } from "../../deploy/order.ts";

const clusterStack: StackFile = { name: "tenantA", hasClusterSide: true, hasIdentitySide: false, reads: ["tenantB"] };
const identityStack: StackFile = { name: "tenantB", hasClusterSide: false, hasIdentitySide: true, reads: ["tenantA"] };
const bothSides: StackFile = { name: "both", hasClusterSide: true, hasIdentitySide: true, reads: [] };

describe("the order of deployment", () => {
  it("is cluster, identity, and the cluster again for its workloads", () => {
    expect(orderStacks([bothSides, clusterStack, identityStack], [])).toEqual({
      clusters: ["tenantA"],
      identities: ["tenantB"],
      again: ["tenantA"],
    });
  });

  it("deploys a stack with both sides once", () => {
    expect(orderStacks([bothSides, clusterStack, identityStack], ["both"])).toEqual({
      clusters: ["both"],
      identities: [],
      again: [],
    });
  });

  it("takes along every stack that a wanted stack reads, of any number of tenants", () => {
    const hub = { ...clusterStack, name: "hub", reads: ["fabrikam", "tailspin"] };
    const others = ["fabrikam", "tailspin"].map((name) => ({ ...identityStack, name, reads: ["hub"] }));
    expect(orderStacks([hub, ...others], ["fabrikam"])).toEqual({
      clusters: ["hub"],
      identities: ["fabrikam", "tailspin"],
      again: ["hub"],
    });
  });

  it("does not need the file of a stack that another project deploys", () => {
    expect(orderStacks([clusterStack], ["tenantA"])).toEqual({ clusters: ["tenantA"], identities: [], again: [] });
  });

  it("names the files there are when a wanted one is missing", () => {
    expect(() => orderStacks([bothSides, clusterStack], ["tenantC"])).toThrow(
      new OrderError("There is no stack file Pulumi.tenantC.yaml here. Stack files found: both, tenantA."),
    );
  });

  it("asks for names when no choice is obvious", () => {
    const files = [
      { ...bothSides, name: "one" },
      { ...bothSides, name: "two" },
    ];
    expect(() => orderStacks(files, [])).toThrow("Name the stacks to deploy. Stack files found: one, two.");
  });
});
