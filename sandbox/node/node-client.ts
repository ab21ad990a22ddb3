import {
  ApiException,
  CoreV1Api,
  type CoreV1Event,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodStatus,
} from "@kubernetes/client-node";
import type { ValueSource } from "./environment.ts";
import type { IssuedToken } from "./token-volume.ts";
import type { VolumeSource } from "./volumes.ts";

/** What the node asks of the API server for its pods, as the node's own user: only what its pods name is granted to it. */
export class NodeClient implements ValueSource, VolumeSource {
  readonly #core: CoreV1Api;

  constructor(kubeconfig: KubeConfig) {
    this.#core = kubeconfig.makeApiClient(CoreV1Api);
  }

  async configMap(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    const object = await found(this.#core.readNamespacedConfigMap({ namespace, name }));
    return object && (object.data ?? {});
  }

  async secret(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    const files = await this.secretFiles(namespace, name);
    return files && Object.fromEntries(Object.entries(files).map(([key, value]) => [key, value.toString("utf8")]));
  }

  async configMapFiles(namespace: string, name: string): Promise<Record<string, Buffer> | undefined> {
    const object = await found(this.#core.readNamespacedConfigMap({ namespace, name }));
    return object && { ...buffers(object.data, "utf8"), ...buffers(object.binaryData, "base64") };
  }

  async secretFiles(namespace: string, name: string): Promise<Record<string, Buffer> | undefined> {
    const object = await found(this.#core.readNamespacedSecret({ namespace, name }));
    return object && buffers(object.data, "base64");
  }

  /** A token of the pod's service account, bound to the pod: it is worth nothing once the pod is gone. */
  async requestToken(pod: V1Pod, audience: string | undefined, expirationSeconds: number): Promise<IssuedToken> {
    const answer = await this.#core.createNamespacedServiceAccountToken({
      namespace: pod.metadata?.namespace ?? "",
      name: pod.spec?.serviceAccountName ?? "default",
      body: {
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", name: pod.metadata?.name, uid: pod.metadata?.uid },
        },
      },
    });
    const { token, expirationTimestamp } = answer.status ?? {};
    if (!token || !expirationTimestamp) throw new Error("The API server answered a token request without a token.");
    return { token, expiresAt: new Date(expirationTimestamp) };
  }

  /** Merges `status` into the pod's. A pod that is gone, or another of the same name, is left alone. */
  async reportStatus(pod: V1Pod, status: V1PodStatus): Promise<void> {
    const { namespace = "", name = "", uid } = pod.metadata ?? {};
    await unlessGone(
      this.#core.patchNamespacedPodStatus(
        { namespace, name, body: { metadata: { uid }, status } },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      ),
    );
  }

  /** Removes a pod whose processes have ended: the last step of its deletion. */
  async removePod(pod: V1Pod): Promise<void> {
    const { namespace = "", name = "", uid } = pod.metadata ?? {};
    const body = { gracePeriodSeconds: 0, preconditions: { uid } };
    await unlessGone(this.#core.deleteNamespacedPod({ namespace, name, body }));
  }

  async createEvent(event: CoreV1Event): Promise<void> {
    await this.#core.createNamespacedEvent({ namespace: event.metadata.namespace ?? "default", body: event });
  }
}

/** The object, or undefined when there is none. */
async function found<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw new Error(explain(error));
  }
}

/** 404: the pod is gone. 409: another pod has its name. */
async function unlessGone(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
  }
}

export function isStatus(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

/** The API server's own sentence, without headers and body. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiException)) return error instanceof Error ? error.message : String(error);
  try {
    const body: unknown = typeof error.body === "string" ? JSON.parse(error.body) : error.body;
    if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
      return body.message;
    }
  } catch {
    // Not a Status object: the code has to do.
  }
  return `the API server answered ${error.code}`;
}

function buffers(content: Record<string, string> | undefined, encoding: BufferEncoding): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(content ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
