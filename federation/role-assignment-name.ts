import { createHash } from "node:crypto";

/** Namespace of our names in the sense of RFC 9562, section 5.5 (version 5). */
const namespace = Buffer.from("5b8f6f0c1d0e4c5f9f0a3f6f8a2c7d41", "hex");

/**
 * Name (a GUID) of the role assignment of one principal, role and scope. The same three give the same name on every
 * run, so that no second assignment is made; a re-created identity has another principal and so another name, where
 * Azure would refuse an update (`RoleAssignmentUpdateNotPermitted`).
 */
export function roleAssignmentName(scope: string, principalId: string, roleId: string): string {
  const text = JSON.stringify([scope, principalId, roleId].map((part) => part.toLowerCase()));
  const bytes = createHash("sha1").update(namespace).update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
