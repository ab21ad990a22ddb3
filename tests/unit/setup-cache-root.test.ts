import { cacheRoot } from "../../setup/cache-root.mjs";

describe("the cache's place", () => {
  it("is what CROSS_TENANT_IDENTITY_CACHE names", () => {
    expect(cacheRoot({ CROSS_TENANT_IDENTITY_CACHE: "/here", XDG_CACHE_HOME: "/there" })).toBe("/here");
  });

  it("is a folder of XDG_CACHE_HOME otherwise", () => {
    expect(cacheRoot({ XDG_CACHE_HOME: "/there" })).toBe("/there/cross-tenant-identity");
  });

  it("is in the home folder without either", () => {
    expect(cacheRoot({})).toMatch(/\/\.cache\/cross-tenant-identity$/);
  });
});
