import { createHash } from "node:crypto";
import { access, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage */
/** @typedef {{ packages?: Record<string, LockedPackage> }} LockFile */
/** @typedef {{ dependencies?: object, devDependencies?: object, optionalDependencies?: object }} Manifest */

/** @param {string} root */
const stampFile = (root) => join(root, "node_modules", ".setup-stamp");

/** The Node that runs the program and the tests: it comes with the npm package `node`. */
export const nodeBinary = join("node_modules", ".bin", "node");

/**
 * What node_modules has to match: the lock file, and the machine, because some packages hold binaries.
 * @param {string} root
 * @param {{ platform?: string, arch?: string }} [machine]
 * @returns {Promise<string>}
 */
export async function dependencyKey(root, { platform = process.platform, arch = process.arch } = {}) {
  const hash = createHash("sha256");
  hash.update(await readFile(join(root, "package-lock.json")));
  return `${hash.digest("hex")} ${platform} ${arch}`;
}

/**
 * Whether node_modules was found to match the lock file when the stamp was written, and neither has changed since.
 * @param {string} root
 * @returns {Promise<boolean>}
 */
export async function readStamp(root) {
  try {
    const [stamp, key] = await Promise.all([
      readFile(stampFile(root), "utf8"),
      dependencyKey(root),
      access(join(root, nodeBinary)),
    ]);
    return stamp.trim() === key;
  } catch {
    return false;
  }
}

/**
 * Notes that node_modules matches. npm ci removes node_modules and the stamp with it, so an interrupted one leaves none.
 * @param {string} root
 */
export async function writeStamp(root) {
  const draft = `${stampFile(root)}.${process.pid}`;
  await writeFile(draft, `${await dependencyKey(root)}\n`);
  await rename(draft, stampFile(root));
}

/**
 * Whether node_modules holds what is locked, whoever has installed it: npm notes in node_modules/.package-lock.json what
 * it has put there. Optional packages may be missing (those of other platforms); whatever is there has to be what is locked.
 * @param {string} root
 * @returns {Promise<boolean>}
 */
export async function matchesLock(root) {
  try {
    const [locked, installed] = await Promise.all(
      [join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json")].map(readPackages),
    );
    if (!locked || !installed) return false;
    return Object.entries(locked).every(([place, wanted]) => {
      if (!place.includes("node_modules/") || wanted.link) return true;
      const found = installed[place];
      if (!found) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
      return found.version === wanted.version && found.integrity === wanted.integrity;
    });
  } catch {
    return false;
  }
}

/**
 * Whether the lock file was made for the package.json files of this checkout, by the dependencies that it repeats.
 * @param {string} root
 * @returns {Promise<boolean>}
 */
export async function lockFitsManifests(root) {
  const locked = (await readPackages(join(root, "package-lock.json"))) ?? {};
  const places = Object.keys(locked).filter((place) => !place.includes("node_modules/"));
  const same = places.map(async (place) => {
    const manifest = JSON.parse(await readFile(join(root, place, "package.json"), "utf8"));
    return wantedBy(manifest) === wantedBy(/** @type {Manifest} */ (locked[place]));
  });
  return (await Promise.all(same)).every(Boolean);
}

/**
 * @param {Manifest} manifest
 * @returns {string}
 */
function wantedBy({ dependencies, devDependencies, optionalDependencies }) {
  return JSON.stringify(
    [dependencies, devDependencies, optionalDependencies].map((wanted) => Object.entries(wanted ?? {}).sort()),
  );
}

/** @param {string} file */
async function readPackages(file) {
  /** @type {LockFile} */
  const content = JSON.parse(await readFile(file, "utf8"));
  return content.packages;
}
