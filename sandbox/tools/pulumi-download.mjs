import { chmod, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { outputOf, runToLog } from "../../setup/child.mjs";
import { writeWhole } from "./cache.mjs";
import { versions } from "./versions.mjs";

const dayMs = 24 * 60 * 60 * 1000;
const neededFiles = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** The key of the download in the cache, beside the keys of builds. */
export const downloadKey = `npm-${versions.pulumiNpm}-${process.platform}-${process.arch}`;

/**
 * Whether the download failed less than a day ago: most likely the site cannot be reached from here, and each try costs time.
 * @param {string} toolFolder
 * @param {number} [now]
 * @returns {Promise<boolean>}
 */
export async function failedLately(toolFolder, now = Date.now()) {
  try {
    /** @type {{ version: string, at: string }} */
    const failure = JSON.parse(await readFile(join(toolFolder, "download-failed.json"), "utf8"));
    return failure.version === versions.pulumiNpm && now - Date.parse(failure.at) < dayMs;
  } catch {
    return false;
  }
}

/**
 * @param {string} toolFolder
 * @param {unknown} error
 */
export async function rememberFailure(toolFolder, error) {
  const at = new Date().toISOString();
  const reason = error instanceof Error ? error.message : String(error);
  const failure = { version: versions.pulumiNpm, at, reason };
  await writeWhole(join(toolFolder, "download-failed.json"), `${JSON.stringify(failure, null, 2)}\n`);
}

/**
 * Lets the npm package `pulumi` download the CLI of its version into `folder`/bin. Given up after `idleMs` in which
 * nothing arrived, and after `limitMs` in any case.
 * @param {string} folder
 * @param {{ logFile: string, signal?: AbortSignal, idleMs?: number, limitMs?: number }} options
 * @returns {Promise<string[]>} the files that make the tool, relative to the folder
 */
export async function downloadPulumi(folder, { logFile, signal, idleMs = 20_000, limitMs = 300_000 }) {
  const home = join(folder, "home");
  const temporary = join(folder, "tmp");
  await mkdir(home, { recursive: true });
  await mkdir(temporary, { recursive: true });
  const giveUp = new AbortController();
  const stopOnSignal = () => giveUp.abort(signal?.reason);
  signal?.addEventListener("abort", stopOnSignal, { once: true });
  const started = Date.now();
  let lastGrowth = started;
  let lastSize = 0;
  const watch = setInterval(async () => {
    const size = await sizeOf(folder);
    const now = Date.now();
    if (size > lastSize) [lastSize, lastGrowth] = [size, now];
    if (now - lastGrowth > idleMs || now - started > limitMs) {
      giveUp.abort(new Error(`The download of Pulumi ${versions.pulumiNpm} stopped arriving.`));
    }
  }, 500);
  try {
    const { PULUMI_VERSION, ...env } = process.env;
    await runToLog("npm", ["exec", "--yes", "--", `pulumi@${versions.pulumiNpm}`, "version"], {
      cwd: temporary,
      env: { ...env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true", TMPDIR: temporary, PATH: machinePath(env) },
      logFile,
      signal: giveUp.signal,
    });
  } finally {
    clearInterval(watch);
    signal?.removeEventListener("abort", stopOnSignal);
  }
  await rename(join(home, "versions", versions.pulumiNpm, "bin"), join(folder, "bin"));
  await rm(home, { recursive: true, force: true });
  await rm(temporary, { recursive: true, force: true });
  for (const file of neededFiles) await chmod(join(folder, "bin", file), 0o755);
  if ((await outputOf(join(folder, "bin", "pulumi"), ["version"])) === undefined) {
    throw new Error(`The downloaded Pulumi CLI ${versions.pulumiNpm} does not start.`);
  }
  return neededFiles.map((file) => `bin/${file}`);
}

/** @param {NodeJS.ProcessEnv} env */
const machinePath = (env) =>
  (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);

/**
 * @param {string} folder
 * @returns {Promise<number>}
 */
async function sizeOf(folder) {
  let total = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (entry?.isFile()) total += entry.size;
  }
  return total;
}
