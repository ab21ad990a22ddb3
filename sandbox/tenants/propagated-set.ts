interface Window<T> {
  key: string;
  value: T;
  from: number;
  until: number;
}

/**
 * What a distributed store shows its readers some time after a write: a value counts from `delay` after it was put
 * until `delay` after it was replaced or removed. Azure's federated credentials and role assignments behave so.
 */
export class PropagatedSet<T> {
  #windows: Window<T>[] = [];
  readonly #delay: () => number;

  constructor(delay: () => number) {
    this.#delay = delay;
  }

  /** Puts `value` under `key`; the same value again changes nothing. `immediately` skips the delay. */
  put(key: string, value: T, immediately = false): void {
    const latest = this.#windows.find((window) => window.key === key && window.until === Number.POSITIVE_INFINITY);
    if (latest !== undefined && JSON.stringify(latest.value) === JSON.stringify(value)) return;
    const from = immediately ? 0 : Date.now() + this.#delay();
    if (latest !== undefined) latest.until = from;
    this.#windows.push({ key, value, from, until: Number.POSITIVE_INFINITY });
  }

  remove(key: string): void {
    const until = Date.now() + this.#delay();
    for (const window of this.#windows) {
      if (window.key === key && window.until > until) window.until = until;
    }
  }

  /** What readers see now. */
  effective(): T[] {
    const now = Date.now();
    this.#windows = this.#windows.filter((window) => window.until > now);
    return this.#windows.filter((window) => window.from <= now).map((window) => window.value);
  }
}
