import { goEnvironment, goProblem } from "../../sandbox/tools/go.mjs";
import { recipes } from "../../sandbox/tools/recipes.mjs";

const needed = [recipes.kubernetes, recipes.webhook];

describe("without a Go that can build the tools", () => {
  it("a missing Go is said to be missing, with its version and what it is for", () => {
    const problem = goProblem(undefined, needed);
    expect(problem).toContain("Go 1.26.4 or newer is needed, but there is no `go` on PATH.");
    expect(problem).toContain("kubernetes v1.37.2 – the API server");
    expect(problem).toContain("webhook v1.6.0 – the Azure Workload Identity webhook");
    expect(problem).toContain("run `npm run setup` again");
  });

  it("only tools that have to be built are named", () => {
    expect(goProblem(undefined, [recipes.kine])).not.toContain("webhook");
  });

  it("a Go that is too old is named, with what keeps it from fetching a newer one", () => {
    const problem = goProblem({ version: "go1.24.3", toolchain: "local" }, needed);
    expect(problem).toContain("the `go` on PATH is go1.24.3 and GOTOOLCHAIN=local keeps it from fetching a newer one");
  });

  it("a Go before 1.21 cannot fetch a newer one", () => {
    expect(goProblem({ version: "go1.20.14", toolchain: "" }, needed)).toContain("go1.20.14");
  });
});

describe("a Go that can build the tools", () => {
  it.each([
    ["is new enough", "go1.26.8", "local"],
    ["may fetch the newer one that a module asks for", "go1.24.3", "auto"],
    ["starts with a set one and may fetch a newer", "go1.24.3", "go1.24.3+auto"],
  ])("%s", (_why, version, toolchain) => {
    expect(goProblem({ version, toolchain }, needed)).toBeUndefined();
  });

  it("is called with the user's settings, for this machine", () => {
    const env = goEnvironment({
      GOFLAGS: "-buildvcs=false",
      GOPROXY: "https://proxy.example",
      GOOS: "plan9",
      GOARCH: "arm",
    });
    expect(env).toMatchObject({ GOFLAGS: "-buildvcs=false", GOPROXY: "https://proxy.example", CGO_ENABLED: "0" });
    expect(env).not.toHaveProperty("GOOS");
    expect(env).not.toHaveProperty("GOARCH");
  });
});
