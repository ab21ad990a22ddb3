import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where the set-up keeps what outlives a checkout: the sandbox's tools, its locks and its logs.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheRoot(env = process.env) {
  if (env.CROSS_TENANT_IDENTITY_CACHE) return env.CROSS_TENANT_IDENTITY_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "cross-tenant-identity");
}
