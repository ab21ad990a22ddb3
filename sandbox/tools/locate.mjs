import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheRoot } from "../../setup/cache-root.mjs";
import { cacheKey } from "./cache.mjs";
import { recipes } from "./recipes.mjs";
import { minimumVersions, versions } from "./versions.mjs";

/**
 * Absolute paths of the sandbox's tools. The folder of `pulumi` also holds what the engine starts by name (its language
 * host and the provider of dynamic resources), unless they came from PATH together with it.
 * @typedef {object} ToolPaths
 * @property {string} pulumi
 * @property {string} pulumiLanguageNodejs
 * @property {string} kubeApiserver
 * @property {string} kubeControllerManager
 * @property {string} kubectl
 * @property {string} kine
 * @property {string} webhook
 * @property {string} kubelogin
 */

/**
 * What the last set-up has found or built, kept in one small file so that no tool is started to find it again.
 * @typedef {object} Resolved
 * @property {string} pins the versions that it was made for
 * @property {string} assets KUBEBUILDER_ASSETS at that time
 * @property {Record<string, string>} from where each tool comes from, in words
 * @property {ToolPaths} paths
 * @property {Record<string, string>} seen size and time of each file, to notice one that was replaced
 */

/** @type {(keyof ToolPaths)[]} */
export const toolNames = [
  "pulumi",
  "pulumiLanguageNodejs",
  "kubeApiserver",
  "kubeControllerManager",
  "kubectl",
  "kine",
  "webhook",
  "kubelogin",
];

/**
 * Versions and cache keys as one text: when it differs from the file's, the tools have to be found anew.
 * @returns {Promise<string>}
 */
export async function currentPins() {
  const keys = await Promise.all(Object.values(recipes).map((recipe) => cacheKey(recipe)));
  return JSON.stringify([minimumVersions, versions.pulumiNpm, ...keys]);
}

/** @param {NodeJS.ProcessEnv} [env] */
export const resolvedFile = (env) => join(cacheRoot(env), "resolved.json");

/**
 * A file's size and time of change.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function fingerprint(file) {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${Math.floor(mtimeMs)}`;
}

/**
 * What the last set-up left, when it is for these versions and every tool is still there unchanged.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Resolved | undefined>}
 */
export async function readResolved(env = process.env) {
  try {
    /** @type {Resolved} */
    const resolved = JSON.parse(await readFile(resolvedFile(env), "utf8"));
    if (resolved.pins !== (await currentPins())) return undefined;
    const prints = await Promise.all(toolNames.map((name) => fingerprint(resolved.paths[name])));
    return toolNames.every((name, index) => resolved.seen[name] === prints[index]) ? resolved : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the tools are there already, by a quick look.
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function toolsAreReady(env = process.env) {
  const resolved = await readResolved(env);
  return resolved !== undefined && resolved.assets === (env.KUBEBUILDER_ASSETS ?? "");
}

/**
 * The sandbox's tools. Quick: reads a few small files and looks at seven others.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<ToolPaths>}
 * @throws when the set-up has not run, or has run for other versions
 */
export async function locateTools(env = process.env) {
  const resolved = await readResolved(env);
  if (resolved) return resolved.paths;
  throw new Error(
    `The sandbox's tools (Pulumi, kube-apiserver, kubectl, kine, the workload identity webhook, kubelogin) are not set up, or not in the versions of this checkout: ${resolvedFile(env)} is missing or out of date. Run \`npm run setup\`.`,
  );
}
