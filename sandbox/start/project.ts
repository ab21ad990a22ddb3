import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { stackFilePattern } from "../../deploy/order.ts";
import { projectRoot } from "../session/session.ts";

/**
 * Makes a folder from which the engine runs this project's program with copies of its stack files. `pulumi stack init`
 * writes into stack files, and the user's own must stay as they are.
 */
export function copyProject(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const project: Record<string, unknown> = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8"));
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...project, main: projectRoot }));
  for (const file of readdirSync(projectRoot)) {
    if (stackFilePattern.test(file)) copyFileSync(join(projectRoot, file), join(folder, file));
  }
  return folder;
}
