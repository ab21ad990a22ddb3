import { isAbsolute, join } from "node:path";
import { expandReferences, type MountedFolder, toHostPath } from "./environment.ts";
import type { ImageCommand } from "./images.ts";

export interface CommandLine {
  program: string;
  args: string[];
  workingDirectory: string | undefined;
}

/** The fields of a container that decide what it runs. */
export interface ContainerCommand {
  command?: string[];
  args?: string[];
  workingDir?: string;
}

/**
 * What a container runs: its `command` in place of the image's, else the image's; then its `args`. References `$(NAME)`
 * are expanded as Kubernetes does it, and paths inside the image or inside a mounted volume become paths of this machine.
 * Source of the rules: Kubernetes documentation, "Define a Command and Arguments for a Container".
 */
export function commandLineOf(
  container: ContainerCommand,
  image: ImageCommand,
  environment: Record<string, string>,
  mounts: MountedFolder[],
  ports: ReadonlyMap<number, number> = new Map(),
): CommandLine {
  const folders = [...mounts, ...imageFolders(image)];
  const own = (words: string[] | undefined) =>
    (words ?? []).map((word) => toHostPath(expandReferences(word, environment), folders));
  const command = container.command && container.command.length > 0 ? own(container.command) : image.command;
  const [program = "", ...args] = [...command, ...own(container.args)];
  args.push(...placementArguments(image, folders, ports));
  return { program, args, workingDirectory: workingDirectoryOf(container, image, folders) };
}

/** Tells a program where its ports and its mounts are on this machine, after all that its pod says of them. */
function placementArguments(
  image: ImageCommand,
  folders: MountedFolder[],
  ports: ReadonlyMap<number, number>,
): string[] {
  const listening = Object.entries(image.ports ?? {}).flatMap(([port, words]) => {
    const local = ports.get(Number(port));
    return local === undefined ? [] : words(local);
  });
  const reading = Object.entries(image.mounts ?? {}).flatMap(([path, words]) => {
    const folder = toHostPath(path, folders);
    return folder === path ? [] : words(folder);
  });
  return [...listening, ...reading];
}

function workingDirectoryOf(
  container: ContainerCommand,
  image: ImageCommand,
  folders: MountedFolder[],
): string | undefined {
  if (container.workingDir === undefined || container.workingDir === "") return image.workingDirectory;
  const translated = toHostPath(container.workingDir, folders);
  if (isAbsolute(translated)) return translated;
  return image.workingDirectory === undefined ? undefined : join(image.workingDirectory, translated);
}

function imageFolders(image: ImageCommand): MountedFolder[] {
  return Object.entries(image.folders ?? {}).map(([mountPath, hostPath]) => ({ mountPath, hostPath }));
}
