import { setTimeout as wait } from "node:timers/promises";
import { ArmError } from "./arm-error.ts";

/** How long and how often to try again. */
export interface RetryLimits {
  firstWaitMs: number;
  longestWaitMs: number;
  totalMs: number;
}

// Azure names minutes as the time that a new principal may take to be known everywhere.
const DEFAULT_LIMITS: RetryLimits = { firstWaitMs: 1000, longestWaitMs: 15_000, totalMs: 240_000 };

/** Another write on the same resource is running; it ends by itself. The real provider retries this one for all types. */
const ALWAYS = ["AnotherOperationInProgress"];

/**
 * Runs a request again, with growing waits, while Azure refuses it with one of the codes that pass by themselves.
 * @param onWait told before each wait, to show the user what is waited for
 */
export async function retryWhile<T>(
  codes: readonly string[],
  request: () => Promise<T>,
  abortSignal: AbortSignal,
  onWait: (error: ArmError) => void,
  limits: RetryLimits = DEFAULT_LIMITS,
): Promise<T> {
  const deadline = Date.now() + limits.totalMs;
  for (let pause = limits.firstWaitMs; ; pause = Math.min(pause * 2, limits.longestWaitMs)) {
    try {
      return await request();
    } catch (error) {
      const passes = error instanceof ArmError && (codes.includes(error.code) || ALWAYS.includes(error.code));
      // Two that collide once must not collide again at the same moment.
      const delay = pause * (0.75 + Math.random() / 2);
      if (!passes || Date.now() + delay > deadline || abortSignal.aborted) throw error;
      onWait(error);
      // When the user gives up, what Azure said says more than that the wait was aborted.
      await wait(delay, undefined, { signal: abortSignal }).catch(() => Promise.reject(error));
    }
  }
}
