import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A token as the API server gives it, with the end of its life. */
export interface IssuedToken {
  token: string;
  expiresAt: Date;
}

export interface ProjectedTokenOptions {
  file: string;
  /** Asks the API server for a token that is bound to the pod. */
  request(): Promise<IssuedToken>;
  /** Told when a renewal fails; it is tried again. */
  onFailure(error: Error): void;
  retryMs?: number;
}

const oneDay = 86_400_000;
/** The longest wait that setTimeout knows. */
const longestTimer = 2 ** 31 - 1;

/** When a token is renewed: after 80% of its life, and after 24 hours at the latest (kubelet, token_manager.go). */
export function renewalDelay(issuedAt: Date, expiresAt: Date): number {
  const life = expiresAt.getTime() - issuedAt.getTime();
  return Math.max(0, Math.min(life * 0.8, oneDay, longestTimer));
}

/** A service-account token in a file, which is renewed for as long as the pod lives. */
export class ProjectedToken {
  readonly #options: ProjectedTokenOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: ProjectedTokenOptions) {
    this.#options = options;
  }

  /** Writes the first token. @throws when the API server refuses it. */
  async start(): Promise<void> {
    const issuedAt = new Date();
    const { token, expiresAt } = await this.#options.request();
    if (this.#stopped) return;
    writeAtomically(this.#options.file, token);
    this.#renewIn(renewalDelay(issuedAt, expiresAt));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #renewIn(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.renew(), delay);
    this.#timer.unref();
  }

  /** Writes a new token, now rather than at its time. @returns whether there is one; a failure is told, and tried again */
  async renew(): Promise<boolean> {
    if (this.#stopped) return true;
    try {
      await this.start();
      return true;
    } catch (error) {
      if (this.#stopped) return true;
      this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
      this.#renewIn(this.#options.retryMs ?? 5000);
      return false;
    }
  }
}

/** A reader sees the old content or the new one, never a part; nobody but the owner sees any. */
export function writeAtomically(file: string, content: string | Buffer, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.next`;
  writeFileSync(next, content, { mode });
  chmodSync(next, mode);
  renameSync(next, file);
}
