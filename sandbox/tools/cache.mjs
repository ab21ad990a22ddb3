import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** @typedef {import("./recipes.mjs").Recipe} Recipe */

const markName = "complete.json";
const unfinishedPrefix = "unfinished-";

/**
 * The key of a recipe's result: version, platform and everything that goes into the build besides the Go compiler.
 * @param {Recipe} recipe
 * @param {{ platform?: string, arch?: string }} [machine]
 * @returns {Promise<string>}
 */
export async function cacheKey(recipe, { platform = process.platform, arch = process.arch } = {}) {
  const hash = createHash("sha256");
  for (const { name, version, stagingOf, local, binaries } of recipe.modules) {
    const built = binaries.map(({ file, package: path, stamp, changes = [] }) => [file, path, stamp, ...changes]);
    hash.update(JSON.stringify([name, version, stagingOf, local?.path, built]));
  }
  for (const script of recipe.scripts) hash.update(script.file).update(await readFile(script.source));
  for (const { local } of recipe.modules) {
    if (!local) continue;
    for (const file of (await readdir(local.folder)).sort())
      hash.update(file).update(await readFile(join(local.folder, file)));
  }
  return `${recipe.version}-${platform}-${arch}-${hash.digest("hex").slice(0, 12)}`;
}

/**
 * The folder of one tool: its builds by key, its unfinished builds, its lock.
 * @param {string} root
 * @param {string} tool
 */
export const toolFolder = (root, tool) => join(root, "tools", tool);

/**
 * Whether a folder holds a whole build: its mark is there and every file that the mark lists has the size it had.
 * @param {string} folder
 * @returns {Promise<boolean>}
 */
export async function isComplete(folder) {
  try {
    /** @type {{ files: Record<string, number> }} */
    const mark = JSON.parse(await readFile(join(folder, markName), "utf8"));
    for (const [file, size] of Object.entries(mark.files)) {
      if ((await stat(join(folder, file))).size !== size) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes `folder` by filling a temporary one beside it and renaming that into place once it is whole and marked.
 * Call it under the tool's lock: it removes what dead builds left behind.
 * @param {string} folder the final place
 * @param {(unfinished: string) => Promise<string[]>} fill returns the files it made, relative to the folder it was given
 * @returns {Promise<void>}
 */
export async function completeFolder(folder, fill) {
  const parent = join(folder, "..");
  await mkdir(parent, { recursive: true });
  await removeUnfinished(parent);
  const unfinished = await mkdtemp(join(parent, unfinishedPrefix));
  try {
    const files = await fill(unfinished);
    /** @type {Record<string, number>} */
    const sizes = {};
    for (const file of files) sizes[file] = (await stat(join(unfinished, file))).size;
    await writeFile(join(unfinished, markName), `${JSON.stringify({ files: sizes }, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * Removes what builds that did not finish have left in a tool's folder. Their owner is dead when its lock is ours.
 * @param {string} folder
 */
export async function removeUnfinished(folder) {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(unfinishedPrefix))) {
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part.
 * @param {string} file
 * @param {string} content
 */
export async function writeWhole(file, content) {
  await mkdir(join(file, ".."), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
