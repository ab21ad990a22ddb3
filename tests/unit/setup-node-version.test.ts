import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minimumNode, nodeProblem } from "../../setup/node-version.mjs";

const read = (file: string) => readFileSync(join(__dirname, "../..", file), "utf8");

describe("the Node.js that starts the set-up", () => {
  it.each(["20.19.0", "20.20.1", "21.0.0", "22.1.0", "24.21.0", "100.0.0"])("may be %s", (version) => {
    expect(nodeProblem(version, "/usr/bin/node")).toBeUndefined();
  });

  it.each(["20.18.3", "20.2.0", "18.20.8", "8.17.0"])("is refused when it is %s, in words", (version) => {
    expect(nodeProblem(version, "/usr/bin/node")).toBe(
      `Node.js 20.19 or newer is needed, but the \`node\` that was found is ${version} (/usr/bin/node).\n` +
        "Install a newer one (https://nodejs.org), or put it first on PATH, and run the same command again.",
    );
  });

  it("is what package.json and README ask for", () => {
    expect(JSON.parse(read("package.json")).engines.node).toBe(`>=${minimumNode}`);
    expect(read("README.md")).toContain(`Node.js ${minimumNode} or newer`);
  });
});
