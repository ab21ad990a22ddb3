import type { V1PodStatus } from "@kubernetes/client-node";

/**
 * Sends a pod's status to the API server, one at a time and the newest only: changes that come while one is on its way
 * are sent together afterwards. What fails is sent again.
 */
export class StatusReporter {
  readonly #derive: () => V1PodStatus;
  readonly #send: (status: V1PodStatus) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #changed = false;
  #sent = "";

  constructor(
    derive: () => V1PodStatus,
    send: (status: V1PodStatus) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#derive = derive;
    this.#send = send;
    this.#onFailure = onFailure;
  }

  /** Something changed. Resolves when the API server has it, or after three failures. */
  report(): Promise<void> {
    this.#changed = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #drain(): Promise<void> {
    let failures = 0;
    while (this.#changed && failures < 3) {
      this.#changed = false;
      const status = this.#derive();
      const text = JSON.stringify(status);
      if (text === this.#sent) continue;
      try {
        await this.#send(status);
        this.#sent = text;
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#changed = true;
        this.#onFailure(error);
        await new Promise((resolve) => setTimeout(resolve, 200 * failures));
      }
    }
  }
}
