import { dirname, join } from "node:path";

/**
 * A container image that the node can run, as a program of this machine. The node has no container runtime: it starts
 * the program that the image would hold.
 */
export interface ImageCommand {
  /**
   * `name` matches every image whose repository ends in that segment, `registry/path/name` that repository only; with
   * `:tag` only that tag.
   */
  image: string;
  /** Program and first arguments: what ENTRYPOINT is in the image. */
  command: string[];
  /** Folder on this machine that stands for the image's WORKDIR. */
  workingDirectory?: string;
  /** Folders of the image and where they lie on this machine, for a container that names them in its own command. */
  folders?: Record<string, string>;
  /** Ports on which the program listens, each with how it is told another one: several such programs share this machine. */
  ports?: Record<number, (local: number) => string[]>;
  /** Folders that the program has built in, each with how it is told where that mount really is. */
  mounts?: Record<string, (folder: string) => string[]>;
}

/** Last segment of the repository of the project's own workload image. */
export const appImage = "cross-tenant-identity-app";

/**
 * What the node can run: the project's app, and the images of `settings`, each `IMAGE=COMMAND` with the command's words
 * separated by spaces, or as a JSON array. A setting wins over the app's own command.
 * @throws an Error that names the setting which is not of this form.
 */
export function imageCommandsOf(settings: string[]): ImageCommand[] {
  const app = join(import.meta.dirname, "..", "..", "app");
  return [
    ...settings.map(imageCommandOf),
    {
      image: appImage,
      command: [process.execPath, join(app, "main.ts")],
      workingDirectory: app,
      // As in app/Containerfile.
      folders: { "/app": app, "/nodejs/bin": dirname(process.execPath) },
    },
  ];
}

function imageCommandOf(setting: string): ImageCommand {
  const equals = setting.indexOf("=");
  const image = setting.slice(0, Math.max(equals, 0)).trim();
  const command = commandOf(setting.slice(equals + 1).trim());
  if (image === "" || command.length === 0) {
    throw new Error(
      `The image setting ${JSON.stringify(setting)} is not of the form IMAGE=COMMAND. ` +
        'Write for example example.com/tool=/usr/bin/node /home/me/tool.js or tool=["/usr/bin/node","/home/me/tool.js"].',
    );
  }
  return { image, command };
}

function commandOf(text: string): string[] {
  if (!text.startsWith("[")) return text.split(/\s+/).filter((word) => word !== "");
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : [];
  } catch {
    return [];
  }
}

interface ImageReference {
  repository: string;
  tag: string | undefined;
}

/** Takes an image reference apart: a colon after the last slash starts the tag, an at sign the digest. */
function parseImage(image: string): ImageReference {
  const name = image.split("@", 1)[0] ?? "";
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return colon < 0
    ? { repository: name, tag: undefined }
    : { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** The first of `commands` that runs `image`, or undefined. */
export function findImageCommand(image: string, commands: readonly ImageCommand[]): ImageCommand | undefined {
  const wanted = parseImage(image);
  return commands.find((candidate) => {
    const pattern = parseImage(candidate.image);
    if (pattern.tag !== undefined && pattern.tag !== wanted.tag) return false;
    if (pattern.repository.includes("/")) return pattern.repository === wanted.repository;
    return pattern.repository === wanted.repository.split("/").at(-1);
  });
}

/** The text that a pod of an image without a command shows as its container's waiting message. */
export function notRunnableMessage(image: string): string {
  return (
    `Image ${JSON.stringify(image)} cannot run here: the sandbox's node has no container runtime and runs only the project's own app (…/${appImage}) as a process. ` +
    'Map the image to a command of this machine when the sandbox starts: npm run sandbox -- up --image "IMAGE=COMMAND".'
  );
}
