import { tmpdir } from "node:os";
import { outputOf } from "../../setup/child.mjs";
import { isAtLeast, newest } from "../../setup/version-order.mjs";
import { recommendedGo } from "./versions.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */
/** @typedef {{ version: string, toolchain: string }} Go */

/**
 * The environment of every go command. The user's own GOFLAGS, GOPROXY, GOSUMDB and the like stay in force; what would
 * build for another machine, or with another workspace's modules, does not.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function goEnvironment(env = process.env) {
  const { GOOS, GOARCH, GOARM, GOAMD64, GOARM64, ...rest } = env;
  return { ...rest, CGO_ENABLED: "0", GO111MODULE: "on", GOWORK: "off" };
}

/**
 * The Go on PATH, or undefined.
 * @returns {Promise<Go | undefined>}
 */
export async function findGo() {
  const text = await outputOf("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { env: goEnvironment(), cwd: tmpdir() });
  if (text === undefined) return undefined;
  const [version = "", toolchain = ""] = text.split("\n");
  return { version, toolchain };
}

/**
 * Says what is wrong when the given Go cannot build these tools; undefined when it can.
 * A Go since 1.21 whose GOTOOLCHAIN is not `local` fetches the newer one that a module asks for (go.dev/doc/toolchain).
 * @param {Go | undefined} go
 * @param {Recipe[]} needed
 * @returns {string | undefined}
 */
export function goProblem(go, needed) {
  const minimum = newest(needed.flatMap((recipe) => recipe.modules.map((module) => module.go)));
  if (go && isAtLeast(go.version, minimum)) return undefined;
  if (go && isAtLeast(go.version, "1.21") && /^(auto|path)$|\+(auto|path)$/.test(go.toolchain)) return undefined;
  const wrong = go
    ? `Go ${minimum} or newer is needed, but the \`go\` on PATH is ${go.version}${go.toolchain === "local" ? " and GOTOOLCHAIN=local keeps it from fetching a newer one" : ""}.`
    : `Go ${minimum} or newer is needed, but there is no \`go\` on PATH.`;
  return [
    wrong,
    "It builds the sandbox's tools that were found neither on PATH nor in the cache:",
    ...needed.map(({ tool, version, purpose }) => `  ${tool} ${version} – ${purpose}`),
    `Install Go ${recommendedGo} or newer (https://go.dev/dl/), or put these tools on PATH, then run \`npm run setup\` again.`,
  ].join("\n");
}
