import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {{ pid: number, host: string, token: string }} Owner */

/**
 * @typedef {object} LockOptions
 * @property {AbortSignal} [signal] ends the waiting
 * @property {(owner: Owner) => void} [onWait] called once when somebody else holds the lock
 * @property {number} [heartbeatMs] how often the owner shows that it lives
 * @property {number} [staleMs] a lock without a heartbeat for so long belongs to nobody
 * @property {number} [pollMs] how often a waiting process looks
 */

/**
 * Runs `work` while holding a lock file that other processes respect. A lock whose owner is dead, or whose heartbeat has
 * stopped (another machine, or another process-id namespace), is taken over.
 * @template T
 * @param {string} file
 * @param {LockOptions} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, options, work) {
  const { signal, onWait, heartbeatMs = 5_000, staleMs = 60_000, pollMs = 300 } = options;
  const token = randomUUID();
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token });
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await tryCreate(file, content))) {
    signal?.throwIfAborted();
    const held = await readLock(file);
    if (held && isStale(held, staleMs)) {
      await removeStale(file, held.content, token);
      continue;
    }
    if (held && !told) {
      told = true;
      onWait?.(held.owner ?? { pid: 0, host: "", token: "" });
    }
    await delay(pollMs, undefined, { signal });
  }
  const heartbeat = setInterval(() => {
    utimes(file, new Date(), new Date()).catch(() => {});
  }, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readLock(file))?.content === content) await rm(file, { force: true });
  }
}

/**
 * Creates the lock file whole or not at all: it is written under another name and then linked, because a reader must not
 * see an empty one.
 * @param {string} file
 * @param {string} content
 */
async function tryCreate(file, content) {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** @param {string} file */
async function readLock(file) {
  try {
    const content = await readFile(file, "utf8");
    const { mtimeMs } = await stat(file);
    return { content, ageMs: Date.now() - mtimeMs, owner: parseOwner(content) };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} content
 * @returns {Owner | undefined}
 */
function parseOwner(content) {
  try {
    const owner = JSON.parse(content);
    return typeof owner.pid === "number" && typeof owner.host === "string" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {{ ageMs: number, owner: Owner | undefined }} held
 * @param {number} staleMs
 */
function isStale({ ageMs, owner }, staleMs) {
  if (ageMs > staleMs) return true;
  return owner !== undefined && owner.host === hostname() && !isAlive(owner.pid);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

/**
 * Takes a stale lock away. Between reading and renaming, another waiting process may have replaced it by its own: what
 * was moved is looked at again, and put back when it is not the stale one.
 * @param {string} file
 * @param {string} staleContent
 * @param {string} token
 */
async function removeStale(file, staleContent, token) {
  const aside = `${file}.${token}.stale`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) !== staleContent) await link(aside, file);
  } catch {
    // Somebody else was quicker; the next look shows who holds it.
  } finally {
    await rm(aside, { force: true });
  }
}
