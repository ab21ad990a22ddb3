import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import type { ToolPaths } from "../tools/locate.mjs";
import { projectRoot } from "./session.ts";

/** The provider plugins that stand in for the real ones; each has its code in sandbox/plugins/<name>. */
const plugins = ["azure-native", "kubernetes"] as const;

export interface PulumiWorkspace {
  home: string;
  backendUrl: string;
  passphraseFile: string;
}

/**
 * Makes what the Pulumi CLI needs below the state directory: a PULUMI_HOME with the plugins installed at the versions of
 * the npm packages (so that the engine finds them without looking on PATH), a file backend, and a passphrase.
 */
export function preparePulumi(stateDir: string): PulumiWorkspace {
  const home = join(stateDir, "pulumi-home");
  for (const name of plugins) installPlugin(home, name);
  mkdirSync(join(stateDir, "tmp"), { recursive: true });
  const backend = join(stateDir, "pulumi-state");
  mkdirSync(backend, { recursive: true });
  const passphraseFile = join(stateDir, "passphrase");
  // It protects the state of throw-away resources only, and it stays the same from run to run because Pulumi writes a
  // salt that belongs to it into the stack file of whoever runs `pulumi stack init` by hand.
  writeFileSync(passphraseFile, "sandbox\n", { mode: 0o600 });
  // Pulumi writes a checkpoint in one step, but the file with its attributes beside it in several; an engine that is killed
  // between them leaves a state that cannot be read ("failed to load checkpoint: EOF"). Without attributes nothing is lost.
  return { home, backendUrl: `file://${backend}?metadata=skip`, passphraseFile };
}

function installPlugin(home: string, name: string): void {
  const folder = join(home, "plugins", `resource-${name}-v${packageVersion(`@pulumi/${name}`)}`);
  mkdirSync(folder, { recursive: true });
  const main = join(projectRoot, "sandbox", "plugins", name, "main.ts");
  writeScript(join(folder, `pulumi-resource-${name}`), `exec ${quote(process.execPath)} ${quote(main)} "$@"`);
}

function packageVersion(name: string): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(projectRoot, "node_modules", name, "package.json"), "utf8"),
  );
  return manifest.version;
}

/** A folder with the tools under their own names, so that one entry on PATH is enough. */
export function linkTools(stateDir: string, tools: ToolPaths): string {
  const binDir = join(stateDir, "bin");
  mkdirSync(binDir, { recursive: true });
  symlinkSync(tools.pulumiLanguageNodejs, join(binDir, "pulumi-language-nodejs"));
  symlinkSync(tools.kubectl, join(binDir, "kubectl"));
  symlinkSync(tools.kubelogin, join(binDir, "kubelogin"));
  symlinkSync(tools.pulumi, join(binDir, "pulumi"));
  return binDir;
}

/** Trust store with the sandbox's authority beside the public ones. */
export function writeCaBundle(stateDir: string, caFile: string): string {
  const file = join(stateDir, "ca-bundle.pem");
  writeFileSync(file, [readFileSync(caFile, "utf8"), ...rootCertificates].join("\n"));
  return file;
}

function writeScript(file: string, command: string): void {
  writeFileSync(file, `#!/bin/sh\n${command}\n`);
  chmodSync(file, 0o755);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
