import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with deployers that may do everything, for what the project's own deployers have no permission for. */
export function ownerPermissions(): string {
  const directory = mkdtempSync(join(tmpdir(), "permissions-test-"));
  for (const key of ["tenantA", "tenantB"]) {
    writeFileSync(join(directory, `${key}-deployer.json`), JSON.stringify({ Name: "Owner", Actions: ["*"] }));
  }
  return directory;
}
