/** Counts running requests, so that the process can end after the last one instead of in the middle of it. */
export class RequestsInFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Runs the request and counts it until it settles. */
  async run<T>(request: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await request();
    } finally {
      this.#count--;
      // The answer is written after this turn of the event loop; only then may a waiter end the process.
      if (this.#count === 0) setImmediate(() => this.#release());
    }
  }

  /** Resolves when no request is running. */
  idle(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
