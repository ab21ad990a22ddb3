import { isAbsolute } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * The folder of Pulumi.yaml, where relative paths of the config begin. An old language host does not
 * tell it, and the SDK then answers a word that is no path; the program runs in that folder, unless `main` leads away.
 */
export function projectFolder(): string {
  const told = pulumi.getRootDirectory();
  return isAbsolute(told) ? told : process.cwd();
}
