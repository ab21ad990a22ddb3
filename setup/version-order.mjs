/**
 * @typedef {object} Version
 * @property {[number, number, number]} numbers
 * @property {boolean} early true for alpha, beta, rc and dev builds, which come before the release of the same numbers
 */

/**
 * The first version number in a text such as `Kubernetes v1.37.2` or `go1.26`. Undefined when there is none.
 * @param {string} text
 * @returns {Version | undefined}
 */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?(?:(-?(?:alpha|beta|rc|dev)))?/.exec(text);
  if (!match) return undefined;
  return { numbers: [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)], early: match[4] !== undefined };
}

/**
 * Whether the version in `text` is `minimum` or newer. A text without a version is not.
 * @param {string} text
 * @param {string} minimum
 * @returns {boolean}
 */
export function isAtLeast(text, minimum) {
  const found = parseVersion(text);
  const wanted = parseVersion(minimum);
  if (!found || !wanted) return false;
  for (const place of /** @type {const} */ ([0, 1, 2])) {
    const difference = found.numbers[place] - wanted.numbers[place];
    if (difference !== 0) return difference > 0;
  }
  return !found.early || wanted.early;
}

/**
 * The newest of some versions.
 * @param {string[]} all
 * @returns {string}
 */
export function newest(all) {
  return all.reduce((best, next) => (isAtLeast(next, best) ? next : best));
}
