import { createHash, randomBytes } from "node:crypto";

/** The property by which azure-native remembers that it made the name up, so that a replacement can come first. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

/**
 * Makes a name up as azure-native does: the logical name and eight hex digits, or a UUID for role assignments. The same
 * seed gives the same name, so a preview and the deployment after it agree.
 */
export function autoname(kind: "random" | "uuid", logicalName: string, randomSeed: Uint8Array): string {
  const seed = randomSeed.length > 0 ? randomSeed : randomBytes(32);
  const hex = createHash("sha256").update(seed).digest("hex");
  if (kind === "random") return `${logicalName}${hex.slice(0, 8)}`;
  // Version and variant bits of a random UUID (RFC 9562), which Azure checks for role assignments.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return groups.join("-");
}
