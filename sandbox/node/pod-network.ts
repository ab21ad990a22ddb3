import { loopback } from "./downward-api.ts";

/**
 * Stands for the network of pods, which one machine has not: every pod has an address that objects of the cluster may
 * hold (an EndpointSlice takes no loopback address), and behind each of its ports is a port of 127.0.0.1.
 */
export class PodNetwork {
  readonly #pods = new Map<string, Map<number, number>>();
  #count = 0;

  /** Takes an address of 10.244.0.0/16 until `release`. */
  allocate(): string {
    for (;;) {
      const address = `10.244.${Math.floor(this.#count / 254) % 256}.${(this.#count % 254) + 1}`;
      this.#count += 1;
      if (this.#pods.has(address)) continue;
      this.#pods.set(address, new Map());
      return address;
    }
  }

  release(address: string): void {
    this.#pods.delete(address);
  }

  /** Says which port of this machine stands for a port of a pod. Ports that nobody names stand for themselves. */
  map(address: string, port: number, local: number): void {
    this.#pods.get(address)?.set(port, local);
  }

  /** Where a port of a pod is on this machine; undefined when no pod has the address. */
  find(address: string, port: number): { host: string; port: number } | undefined {
    const ports = this.#pods.get(address);
    return ports && { host: loopback, port: ports.get(port) ?? port };
  }
}
