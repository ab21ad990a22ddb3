import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cacheRoot } from "../../setup/cache-root.mjs";
import { withLock } from "../../setup/lock.mjs";
import { about, onCores } from "../../setup/progress.mjs";
import { buildTool } from "./build.mjs";
import { cacheKey, completeFolder, isComplete, toolFolder, writeWhole } from "./cache.mjs";
import { finders } from "./found.mjs";
import { findGo, goProblem } from "./go.mjs";
import { currentPins, fingerprint, resolvedFile, toolNames } from "./locate.mjs";
import { downloadKey, downloadPulumi, failedLately, rememberFailure } from "./pulumi-download.mjs";
import { recipes } from "./recipes.mjs";
import { versions } from "./versions.mjs";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */
/** @typedef {import("./found.mjs").Found} Found */
/** @typedef {import("./locate.mjs").Resolved} Resolved */
/** @typedef {import("../../setup/progress.mjs").Progress} Progress */
/** @typedef {keyof typeof recipes} ToolName */
/** @typedef {{ root: string, progress: Progress, signal?: AbortSignal }} Place */

/** Which file in a tool's bin folder is which path. */
const filesOf = Object.freeze({
  pulumi: { pulumi: "pulumi", pulumiLanguageNodejs: "pulumi-language-nodejs" },
  kubernetes: { kubeApiserver: "kube-apiserver", kubeControllerManager: "kube-controller-manager" },
  kubectl: { kubectl: "kubectl" },
  kine: { kine: "kine" },
  kubelogin: { kubelogin: "kubelogin" },
  webhook: { webhook: "azure-workload-identity-webhook" },
});

/** The longest build, that of Kubernetes, comes late: a proxy or a Go set-up that does not work shows early. */
const order = /** @type {ToolName[]} */ (["pulumi", "kine", "webhook", "kubelogin", "kubernetes", "kubectl"]);

/**
 * Finds every tool, downloads or builds what is missing, and writes down where each is.
 * @param {{ progress: Progress, signal?: AbortSignal, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<Resolved>}
 */
export async function installTools({ progress, signal, env = process.env }) {
  const place = { root: cacheRoot(env), progress, signal };
  await mkdir(place.root, { recursive: true });
  /** @type {Map<ToolName, Found>} */
  const found = new Map();
  await Promise.all(
    order.map(async (tool) => {
      const at = (await finders[tool](env)) ?? (await findCached(tool, place.root));
      if (at) found.set(tool, at);
    }),
  );
  if (!found.has("pulumi")) {
    const downloaded = await tryDownload(place);
    if (downloaded) found.set("pulumi", downloaded);
  }
  const missing = order.filter((tool) => !found.has(tool));
  if (missing.length > 0) for (const [tool, at] of await buildAll(missing, place)) found.set(tool, at);
  return await writeResolved(found, env);
}

/**
 * @param {ToolName} tool
 * @param {string} root
 * @returns {Promise<Found | undefined>}
 */
async function findCached(tool, root) {
  const keys = [await cacheKey(recipes[tool])];
  if (tool === "pulumi") keys.unshift(downloadKey);
  for (const key of keys) {
    const folder = join(toolFolder(root, tool), key);
    if (await isComplete(folder)) return inFolder(tool, folder, key === downloadKey ? versions.pulumiNpm : undefined);
  }
  return undefined;
}

/**
 * @param {ToolName} tool
 * @param {string} folder
 * @param {string} [downloadedVersion]
 * @returns {Found}
 */
function inFolder(tool, folder, downloadedVersion) {
  const files = Object.entries(filesOf[tool]).map(([name, file]) => [name, join(folder, "bin", file)]);
  const from = downloadedVersion ? `downloaded, ${downloadedVersion}` : `built, ${recipes[tool].version.slice(1)}`;
  return { from, files: Object.fromEntries(files) };
}

/**
 * Works on a tool alone; when another process is at it, waits for that one and shows that it waits.
 * @template T
 * @param {ToolName} tool
 * @param {Place} place
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function underLock(tool, { root, progress, signal }, work) {
  let endWait = () => {};
  const waited = new Promise((/** @type {(value: undefined) => void} */ resolve) => {
    endWait = () => resolve(undefined);
  });
  /** @param {{ pid: number }} owner */
  const onWait = ({ pid }) => {
    void progress.step(
      `wait for ${tool}, which another set-up (process ${pid}) is working on`,
      undefined,
      () => waited,
    );
  };
  try {
    return await withLock(join(toolFolder(root, tool), "lock"), { signal, onWait }, () => {
      endWait();
      return work();
    });
  } finally {
    endWait();
  }
}

/**
 * @param {Place} place
 * @returns {Promise<Found | undefined>}
 */
async function tryDownload(place) {
  const { root, progress, signal } = place;
  const parent = toolFolder(root, "pulumi");
  if (await failedLately(parent)) return undefined;
  return await underLock("pulumi", place, async () => {
    const cached = await findCached("pulumi", root);
    if (cached || (await failedLately(parent))) return cached;
    const folder = join(parent, downloadKey);
    try {
      await progress.step(`download Pulumi ${versions.pulumiNpm} with npm`, undefined, () =>
        completeFolder(folder, (unfinished) =>
          downloadPulumi(unfinished, { logFile: join(parent, "download.log"), signal }),
        ),
      );
      return inFolder("pulumi", folder, versions.pulumiNpm);
    } catch (error) {
      signal?.throwIfAborted();
      await rememberFailure(parent, error);
      progress.say(`The download did not work (${join(parent, "download.log")}); Pulumi is built from source instead.`);
      return undefined;
    }
  });
}

/**
 * Builds one after the other: linking kube-apiserver takes 2.7 GB of memory, and one build uses all cores.
 * @param {ToolName[]} missing
 * @param {Place} place
 * @returns {Promise<Map<ToolName, Found>>}
 */
async function buildAll(missing, place) {
  const problem = goProblem(
    await findGo(),
    missing.map((tool) => recipes[tool]),
  );
  if (problem) throw new Error(problem);
  const { root, progress, signal } = place;
  const cores = availableParallelism();
  const steps = missing.flatMap((tool) => recipes[tool].modules.flatMap((module) => [module, ...module.binaries]));
  const total = onCores(
    steps.reduce((sum, { seconds }) => sum + seconds, 0),
    cores,
  );
  progress.say(
    `To build from source, once: ${missing.map((tool) => `${tool} ${recipes[tool].version}`).join(", ")}. ` +
      `${about(total).replace("about", "About")} on ${cores} ${cores === 1 ? "core" : "cores"}; less when Go has built parts of it before.`,
  );
  /** @type {Map<ToolName, Found>} */
  const built = new Map();
  let done = 0;
  for (const tool of missing) {
    const before = done;
    await underLock(tool, place, async () => {
      if (await findCached(tool, root)) return;
      const folder = join(toolFolder(root, tool), await cacheKey(recipes[tool]));
      const logFile = join(toolFolder(root, tool), "build.log");
      await rm(logFile, { force: true });
      await completeFolder(folder, (unfinished) =>
        buildTool(recipes[tool], unfinished, {
          signal,
          logFile,
          step: (what, seconds, work) => {
            done += 1;
            return progress.step(`[${done}/${steps.length}] ${what}`, onCores(seconds, cores), work);
          },
        }),
      );
    });
    done = before + recipes[tool].modules.reduce((count, module) => count + 1 + module.binaries.length, 0);
    const at = await findCached(tool, root);
    if (!at)
      throw new Error(`${tool} was built, but is not in ${toolFolder(root, tool)}. Run \`npm run setup\` again.`);
    built.set(tool, at);
  }
  return built;
}

/**
 * @param {Map<ToolName, Found>} found
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Resolved>}
 */
async function writeResolved(found, env) {
  const paths = Object.assign({}, ...[...found.values()].map((at) => at.files));
  /** @type {Record<string, string>} */
  const seen = {};
  for (const name of toolNames) seen[name] = await fingerprint(paths[name]);
  const from = Object.fromEntries(order.map((tool) => [tool, found.get(tool)?.from ?? ""]));
  const resolved = { pins: await currentPins(), assets: env.KUBEBUILDER_ASSETS ?? "", from, paths, seen };
  await writeWhole(resolvedFile(env), `${JSON.stringify(resolved, null, 2)}\n`);
  return resolved;
}
