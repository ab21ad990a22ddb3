import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { kubeconfigYaml } from "../cluster/kubeconfig.ts";
import { freePort } from "../cluster/loopback.ts";
import { commandLineOf } from "./command-line.ts";
import type { Launch } from "./container-process.ts";
import { composeEnvironment, type MountedFolder, type ValueSource } from "./environment.ts";
import { findImageCommand, type ImageCommand, notRunnableMessage } from "./images.ts";
import type { PodNetwork } from "./pod-network.ts";
import type { PodVolumes } from "./volumes.ts";

/** Of what pods share, that which decides how their programs are started. */
export interface PlaceSurroundings {
  images: readonly ImageCommand[];
  client: ValueSource;
  network: PodNetwork;
  /** The API server, as pods shall find it. */
  apiServer: { url: string; authority: string };
  /** The environment that every container starts from. */
  baseEnvironment(): Record<string, string>;
}

/** Where a container finds its service account's token; the path is built into clients. */
const serviceAccountMount = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A pod's place on this machine, in the stead of its containers' file systems and of its network. */
export class PodPlace {
  readonly #directory: string;
  readonly #address: string | undefined;
  readonly #volumes: PodVolumes;
  readonly #around: PlaceSurroundings;
  readonly #ports = new Map<number, number>();

  /** @param address of the pod; undefined when it uses the node's network */
  constructor(directory: string, address: string | undefined, volumes: PodVolumes, around: PlaceSurroundings) {
    this.#directory = directory;
    this.#address = address;
    this.#volumes = volumes;
    this.#around = around;
  }

  /** The port of this machine that stands for a port of the pod. */
  localPort(port: number): number {
    return this.#ports.get(port) ?? port;
  }

  /** What the next run of a container needs. @throws an error that the container waits with */
  async launch(pod: V1Pod, spec: V1Container): Promise<Launch> {
    const image = findImageCommand(spec.image ?? "", this.#around.images);
    if (image === undefined) throw new Error(notRunnableMessage(spec.image ?? ""));
    const home = join(this.#directory, "home");
    const mounts = this.#volumes.mountsOf(spec.volumeMounts);
    const base = {
      ...this.#around.baseEnvironment(),
      HOME: home,
      TMPDIR: home,
      HOSTNAME: pod.metadata?.name ?? "",
      ...this.#apiAccess(mounts),
    };
    const values = this.#around.client;
    const environment = await composeEnvironment({ pod, container: spec, base, mounts, values });
    await this.#placePorts(image);
    const line = commandLineOf(spec, image, environment, mounts, this.#ports);
    return { program: line.program, args: line.args, environment, workingDirectory: line.workingDirectory ?? home };
  }

  /** There is no container file system: clients of the API are shown the pod's token by a kubeconfig. */
  #apiAccess(mounts: MountedFolder[]): Record<string, string> {
    const mount = mounts.find(({ mountPath }) => mountPath === serviceAccountMount);
    if (mount === undefined) return {};
    const file = join(this.#directory, "kubeconfig");
    const { url, authority } = this.#around.apiServer;
    const identity = { tokenFile: join(mount.hostPath, "token") };
    const text = kubeconfigYaml({ name: "in-cluster", user: "pod", server: url, authority, identity });
    writeFileSync(file, text, { mode: 0o600 });
    return { KUBECONFIG: file };
  }

  /** Free ports of this machine for those that the image's program can be told; other ports stand for themselves. */
  async #placePorts(image: ImageCommand): Promise<void> {
    if (this.#address === undefined) return;
    for (const port of Object.keys(image.ports ?? {}).map(Number)) {
      const local = await freePort();
      this.#ports.set(port, local);
      this.#around.network.map(this.#address, port, local);
    }
  }
}
