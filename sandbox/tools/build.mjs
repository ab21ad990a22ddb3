import { chmod, copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { outputOf, runToLog } from "../../setup/child.mjs";
import { goEnvironment } from "./go.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */
/** @typedef {import("./recipes.mjs").GoModule} GoModule */

/**
 * @typedef {object} BuildSteps
 * @property {AbortSignal} [signal]
 * @property {string} logFile
 * @property {<T>(what: string, seconds: number, work: () => Promise<T>) => Promise<T>} step runs one piece of work and shows it
 */

/**
 * Builds a tool into `folder`/bin. The sources' module files stay beside it, so that one can see what went in.
 * @param {Recipe} recipe
 * @param {string} folder
 * @param {BuildSteps} steps
 * @returns {Promise<string[]>} the files that make the tool, relative to the folder
 */
export async function buildTool(recipe, folder, steps) {
  const files = [];
  await mkdir(join(folder, "bin"), { recursive: true });
  for (const module of recipe.modules) {
    const moduleFolder = join(folder, "modules", module.name);
    await steps.step(`resolve ${module.name} ${module.version}`, module.seconds, () =>
      writeModule(module, moduleFolder, steps),
    );
    for (const binary of module.binaries) {
      const flags = Object.entries(binary.stamp).map(([variable, value]) => `-X ${variable}=${value}`);
      await steps.step(`build ${binary.file} ${module.version}`, binary.seconds, async () => {
        const source = binary.changes ? await changedMain(binary, moduleFolder) : binary.package;
        await go(["build", "-ldflags", `-s -w ${flags.join(" ")}`, "-o", join(folder, "bin", binary.file), source], {
          cwd: moduleFolder,
          ...steps,
        });
      });
      files.push(`bin/${binary.file}`);
    }
  }
  for (const script of recipe.scripts) {
    const target = join(folder, "bin", script.file);
    await copyFile(script.source, target);
    await chmod(target, 0o755);
    files.push(`bin/${script.file}`);
  }
  return files;
}

/**
 * Writes a module that requires the packages, and lets Go choose and check the rest (go.sum comes from the module proxy
 * and the checksum database that the user has set).
 * @param {GoModule} module
 * @param {string} folder
 * @param {BuildSteps} steps
 */
async function writeModule(module, folder, steps) {
  await mkdir(folder, { recursive: true });
  const lines = [`module sandbox.local/${module.name}`, "", `go ${module.go}`, ""];
  if (module.local) {
    await cp(module.local.folder, join(folder, "local"), { recursive: true });
    lines.push(`replace ${module.local.path} => ./local`);
  }
  if (module.stagingOf) lines.push(...(await stagingReplacements(module.stagingOf, module.version, folder)));
  await writeFile(join(folder, "go.mod"), `${lines.join("\n")}\n`);
  const packages = module.binaries.map((binary) => `${binary.package}@${module.version}`);
  await go(["get", ...packages], { cwd: folder, ...steps });
}

/**
 * Copies a main package of one file into the module and changes it there; the module cache itself is read-only, and
 * `go build -overlay` refuses its files.
 * @param {import("./recipes.mjs").Binary} binary
 * @param {string} folder
 * @returns {Promise<string>} what to build
 */
async function changedMain(binary, folder) {
  const listed = await outputOf("go", ["list", "-f", "{{.Dir}}", binary.package], {
    env: goEnvironment(),
    cwd: folder,
    timeoutMs: 60_000,
  });
  if (listed === undefined)
    throw new Error(`The Go package ${binary.package} is not found in ${folder}/go.mod's modules.`);
  let text = await readFile(join(listed.trim(), "main.go"), "utf8");
  for (const { before, after } of binary.changes ?? []) {
    if (!text.includes(before)) {
      throw new Error(
        `${binary.package} (main.go) has no ${JSON.stringify(before)} any more. Adapt the recipe of ${binary.file} in sandbox/tools/recipes.mjs to this version.`,
      );
    }
    text = text.replace(before, () => after);
  }
  await mkdir(join(folder, "changed"), { recursive: true });
  await writeFile(join(folder, "changed", "main.go"), text);
  return "./changed";
}

/**
 * Kubernetes publishes its staging modules under v0 with the same minor and patch, but its own go.mod points at its
 * folders (`k8s.io/api => ./staging/src/k8s.io/api`): replacements of a dependency do not count, so they are written anew.
 * @param {string} path
 * @param {string} version
 * @param {string} folder
 */
async function stagingReplacements(path, version, folder) {
  const text = await outputOf("go", ["mod", "download", "-json", `${path}@${version}`], {
    env: goEnvironment(),
    cwd: folder,
    timeoutMs: 300_000,
  });
  if (text === undefined) {
    throw new Error(
      `The Go module ${path}@${version} could not be downloaded. Look at \`go env GOPROXY\`, and try \`go mod download ${path}@${version}\` by hand.`,
    );
  }
  /** @type {{ GoMod: string }} */
  const { GoMod } = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  const staging = (await readFile(GoMod, "utf8")).matchAll(/^\s*(?:replace\s+)?(\S+)\s+=>\s+\.\/staging\//gm);
  return [...staging].map((match) => `replace ${match[1]} => ${match[1]} ${version.replace(/^v1\./, "v0.")}`);
}

/**
 * @param {string[]} args
 * @param {{ cwd: string, logFile: string, signal?: AbortSignal }} where
 */
const go = (args, { cwd, logFile, signal }) => runToLog("go", args, { cwd, logFile, signal, env: goEnvironment() });
