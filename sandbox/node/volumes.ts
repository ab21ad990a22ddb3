import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1KeyToPath, V1Pod, V1Volume, V1VolumeMount, V1VolumeProjection } from "@kubernetes/client-node";
import { fieldValue } from "./downward-api.ts";
import type { MountedFolder } from "./environment.ts";
import { type IssuedToken, ProjectedToken, writeAtomically } from "./token-volume.ts";

/** What volumes are filled from. Undefined means that there is no such object. */
export interface VolumeSource {
  configMapFiles(namespace: string, name: string): Promise<Record<string, Buffer> | undefined>;
  secretFiles(namespace: string, name: string): Promise<Record<string, Buffer> | undefined>;
  requestToken(pod: V1Pod, audience: string | undefined, expirationSeconds: number): Promise<IssuedToken>;
}

const refreshMs = 1000;

/** A volume that cannot be filled (yet); the kubelet's event for it is FailedMount. */
export class VolumeError extends Error {}

/** The volumes of a pod: one folder each, and the tokens that are kept fresh in them. */
export class PodVolumes {
  readonly #pod: V1Pod;
  readonly #directory: string;
  readonly #source: VolumeSource;
  readonly #onFailure: (message: string) => void;
  readonly #tokens = new Map<string, ProjectedToken>();
  #refresh: NodeJS.Timeout | undefined;

  constructor(pod: V1Pod, directory: string, source: VolumeSource, onFailure: (message: string) => void) {
    this.#pod = pod;
    this.#directory = directory;
    this.#source = source;
    this.#onFailure = onFailure;
  }

  /** Makes and fills all volumes. May be called again after a `VolumeError`. */
  async prepare(): Promise<void> {
    const volumes = this.#pod.spec?.volumes ?? [];
    await Promise.all(volumes.map((volume) => this.#prepareVolume(volume)));
    // As the kubelet, which takes a minute or so: what a Secret or a ConfigMap holds appears in the pods that mount it.
    const live = volumes.filter(({ secret, configMap }) => secret || configMap);
    if (live.length > 0 && this.#refresh === undefined) {
      this.#refresh = setInterval(() => {
        for (const volume of live) this.#prepareVolume(volume).catch(() => undefined);
      }, refreshMs).unref();
    }
  }

  stop(): void {
    clearInterval(this.#refresh);
    for (const token of this.#tokens.values()) token.stop();
  }

  /** Renews all tokens now; an API server that has just started may refuse that for a moment. */
  async renewTokens(): Promise<void> {
    let left = [...this.#tokens.values()];
    for (let attempt = 1; left.length > 0 && attempt <= 20; attempt += 1) {
      if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, 250));
      const renewed = await Promise.all(left.map((token) => token.renew()));
      left = left.filter((_, index) => renewed[index] === false);
    }
  }

  /** The folders that stand for what a container mounts. */
  mountsOf(mounts: V1VolumeMount[] | undefined): MountedFolder[] {
    return (mounts ?? []).map((mount) => ({
      mountPath: mount.mountPath,
      hostPath: join(this.#folder(mount.name), mount.subPath ?? ""),
    }));
  }

  #folder(volume: string): string {
    return join(this.#directory, volume);
  }

  async #prepareVolume(volume: V1Volume): Promise<void> {
    const folder = this.#folder(volume.name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      if (volume.emptyDir) return;
      if (volume.projected) {
        await Promise.all((volume.projected.sources ?? []).map((source) => this.#project(source, volume.name, folder)));
      } else if (volume.configMap) {
        await this.#project({ configMap: volume.configMap }, volume.name, folder);
      } else if (volume.secret) {
        const { secretName, items, optional } = volume.secret;
        await this.#project({ secret: { name: secretName, items, optional } }, volume.name, folder);
      } else if (volume.downwardAPI) {
        await this.#project({ downwardAPI: volume.downwardAPI }, volume.name, folder);
      } else {
        throw new VolumeError(
          "the sandbox's node has only emptyDir, configMap, secret, downwardAPI and projected volumes",
        );
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new VolumeError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${message}`);
    }
  }

  async #project(source: V1VolumeProjection, volume: string, folder: string): Promise<void> {
    const namespace = this.#pod.metadata?.namespace ?? "";
    if (source.serviceAccountToken) {
      const { audience, expirationSeconds, path } = source.serviceAccountToken;
      await this.#projectToken(volume, join(folder, path), audience, expirationSeconds ?? 3600);
    } else if (source.configMap) {
      const { name = "", items, optional } = source.configMap;
      const files = await this.#source.configMapFiles(namespace, name);
      writeFiles(folder, files, items, { kind: "configmap", namespace, name, optional });
    } else if (source.secret) {
      const { name = "", items, optional } = source.secret;
      const files = await this.#source.secretFiles(namespace, name);
      writeFiles(folder, files, items, { kind: "secret", namespace, name, optional });
    } else if (source.downwardAPI) {
      for (const item of source.downwardAPI.items ?? []) {
        const value = item.fieldRef ? fieldValue(this.#pod, item.fieldRef.fieldPath) : undefined;
        if (value === undefined) throw new VolumeError(`the field for ${item.path} is not known to the sandbox's node`);
        writeAtomically(join(folder, item.path), value);
      }
    } else {
      throw new VolumeError("this kind of projected source is not known to the sandbox's node");
    }
  }

  async #projectToken(volume: string, file: string, audience: string | undefined, seconds: number): Promise<void> {
    if (this.#tokens.has(file)) return;
    const token = new ProjectedToken({
      file,
      request: () => this.#source.requestToken(this.#pod, audience, seconds),
      onFailure: (error) =>
        this.#onFailure(`Token of volume ${JSON.stringify(volume)} was not renewed: ${error.message}`),
    });
    await token.start();
    this.#tokens.set(file, token);
  }
}

interface ObjectReference {
  kind: "configmap" | "secret";
  namespace: string;
  name: string;
  optional?: boolean | undefined;
}

function writeFiles(
  folder: string,
  files: Record<string, Buffer> | undefined,
  items: V1KeyToPath[] | undefined,
  from: ObjectReference,
): void {
  if (files === undefined) {
    if (from.optional) return;
    throw new VolumeError(`${from.kind} ${JSON.stringify(from.name)} not found`);
  }
  // Backwards, so that tls.key is there before tls.crt: a program takes the pair when it sees the certificate.
  const all = Object.keys(files).sort().reverse();
  const wanted = items ?? all.map((key) => ({ key, path: key }));
  for (const { key, path } of wanted) {
    const content = files[key];
    if (content === undefined) {
      if (from.optional) continue;
      throw new VolumeError(`${from.kind} ${from.namespace}/${from.name} references non-existent key: ${key}`);
    }
    const file = join(folder, path);
    if (!holds(file, content)) writeAtomically(file, content);
  }
}

function holds(file: string, content: Buffer): boolean {
  return existsSync(file) && readFileSync(file).equals(content);
}
