import { CoreV1Api, type KubeConfig, ListWatch, type V1Pod, Watch } from "@kubernetes/client-node";
import { explain } from "./node-client.ts";

export interface PodWatchHandlers {
  /** A pod that is new or has changed. */
  onPod(pod: V1Pod): void;
  /** A pod that does not exist any more, or is not in the selection any more. */
  onGone(pod: V1Pod): void;
  log(line: string): void;
}

/** Follows the pods that a field selector selects, and connects anew for as long as it takes when the connection breaks. */
export class PodWatch {
  readonly #informer: ListWatch<V1Pod>;
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(kubeconfig: KubeConfig, fieldSelector: string, handlers: PodWatchHandlers) {
    const core = kubeconfig.makeApiClient(CoreV1Api);
    const list = () => core.listPodForAllNamespaces({ fieldSelector });
    const watch = new Watch(kubeconfig);
    this.#informer = new ListWatch<V1Pod>("/api/v1/pods", watch, list, false, undefined, fieldSelector);
    this.#informer.on("add", handlers.onPod);
    this.#informer.on("update", handlers.onPod);
    this.#informer.on("delete", handlers.onGone);
    this.#informer.on("error", (error: unknown) => {
      if (this.#stopped) return;
      handlers.log(`watch of pods (${fieldSelector}): ${explain(error)}`);
      this.#retry = setTimeout(() => void this.start(), 500);
    });
  }

  async start(): Promise<void> {
    if (!this.#stopped) await this.#informer.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#informer.stop();
  }
}
