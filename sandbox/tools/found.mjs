import { access, constants, stat } from "node:fs/promises";
import { delimiter, dirname, join, sep } from "node:path";
import { outputOf } from "../../setup/child.mjs";
import { isAtLeast, parseVersion } from "../../setup/version-order.mjs";
import { minimumVersions } from "./versions.mjs";

/** @typedef {{ from: string, files: Record<string, string> }} Found tool files by name, and where they come from in words */

/**
 * The folders in which a user's own tools are looked for. What npm puts in front of PATH belongs to a checkout, not to
 * the machine.
 * @param {NodeJS.ProcessEnv} env
 */
function pathFolders(env) {
  return (env.PATH ?? "").split(delimiter).filter((folder) => folder && !folder.split(sep).includes("node_modules"));
}

/**
 * @param {string} name
 * @param {string[]} folders
 * @returns {Promise<string | undefined>}
 */
async function findExecutable(name, folders) {
  for (const folder of folders) {
    const file = join(folder, name);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * The first places of a tool that a machine may have already. `assets` is the folder that KUBEBUILDER_ASSETS names, which
 * is asked first: it was set for this purpose.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @param {{ assets: boolean }} options
 */
async function candidates(name, env, { assets }) {
  const places = [];
  if (assets && env.KUBEBUILDER_ASSETS) {
    const file = await findExecutable(name, [env.KUBEBUILDER_ASSETS]);
    if (file) places.push({ file, from: "KUBEBUILDER_ASSETS" });
  }
  const file = await findExecutable(name, pathFolders(env));
  if (file) places.push({ file, from: "PATH" });
  return places;
}

/**
 * @param {string} file
 * @param {string[]} args
 * @param {string} minimum
 */
async function versionIfNewEnough(file, args, minimum) {
  const text = await outputOf(file, args);
  if (text === undefined || !isAtLeast(text, minimum)) return undefined;
  return parseVersion(text)?.numbers.join(".");
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Found | undefined>}
 */
async function findPulumi(env) {
  const [place] = await candidates("pulumi", env, { assets: false });
  if (!place) return undefined;
  const version = await versionIfNewEnough(place.file, ["version"], minimumVersions.pulumi);
  const folders = [dirname(place.file), ...pathFolders(env)];
  const languageHost = await findExecutable("pulumi-language-nodejs", folders);
  const dynamicProvider = await findExecutable("pulumi-resource-pulumi-nodejs", folders);
  if (!version || !languageHost || !dynamicProvider) return undefined;
  return { from: `PATH, ${version}`, files: { pulumi: place.file, pulumiLanguageNodejs: languageHost } };
}

/**
 * Both come from the same place, so that they have the same version.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Found | undefined>}
 */
async function findKubernetes(env) {
  for (const { file, from } of await candidates("kube-apiserver", env, { assets: true })) {
    const controllers = join(dirname(file), "kube-controller-manager");
    const version = await versionIfNewEnough(file, ["--version"], minimumVersions.kubernetes);
    const beside = await versionIfNewEnough(controllers, ["--version"], minimumVersions.kubernetes);
    if (version && version === beside) {
      return { from: `${from}, ${version}`, files: { kubeApiserver: file, kubeControllerManager: controllers } };
    }
  }
  return undefined;
}

/**
 * @param {string} name
 * @param {string} tool
 * @param {string[]} args
 * @param {string} minimum
 * @returns {(env: NodeJS.ProcessEnv) => Promise<Found | undefined>}
 */
const findOne = (name, tool, args, minimum) => async (env) => {
  for (const { file, from } of await candidates(name, env, { assets: true })) {
    const version = await versionIfNewEnough(file, args, minimum);
    if (version) return { from: `${from}, ${version}`, files: { [tool]: file } };
  }
  return undefined;
};

/** For each recipe: how to find the tool on this machine. Undefined when it is missing, or older than the minimum. */
export const finders = Object.freeze({
  pulumi: findPulumi,
  kubernetes: findKubernetes,
  kubectl: findOne("kubectl", "kubectl", ["version", "--client"], minimumVersions.kubectl),
  kine: findOne("kine", "kine", ["--version"], minimumVersions.kine),
  kubelogin: findOne("kubelogin", "kubelogin", ["--version"], minimumVersions.kubelogin),
  webhook: findOne("azure-workload-identity-webhook", "webhook", ["--version"], minimumVersions.webhook),
});
