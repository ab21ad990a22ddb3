import { storeSocket } from "../../sandbox/cluster/control-plane.ts";

describe("the socket of a cluster's store", () => {
  it("is named in full while its path fits into a socket's address", () => {
    expect(storeSocket("/tmp/sandbox-1/clusters/1")).toBe("/tmp/sandbox-1/clusters/1/kine.sock");
    expect(storeSocket(`/${"a".repeat(96)}`)).toHaveLength(107);
  });

  it("is relative to the cluster's folder where it does not, counted in bytes", () => {
    expect(storeSocket(`/${"a".repeat(97)}`)).toBe("kine.sock");
    expect(storeSocket(`/${"é".repeat(49)}`)).toBe("kine.sock");
  });
});
