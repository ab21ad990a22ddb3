// This file, too, must parse on any Node.

/** The oldest Node.js that can run the set-up: the same as "engines" of package.json. */
export const minimumNode = "20.19";

/**
 * Says what is wrong when a Node.js is too old for the set-up; undefined when it is not.
 * @param {string} version
 * @param {string} place of the Node.js that was found
 * @returns {string | undefined}
 */
export function nodeProblem(version, place) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = minimumNode.split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  return (
    `Node.js ${minimumNode} or newer is needed, but the \`node\` that was found is ${version} (${place}).\n` +
    "Install a newer one (https://nodejs.org), or put it first on PATH, and run the same command again."
  );
}
