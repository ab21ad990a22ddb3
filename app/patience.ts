import { classify, type Refusal } from "./refusals.ts";

/** How long and how often to try. Times in milliseconds. */
export interface Patience {
  boundMs: number;
  firstDelayMs: number;
  longestDelayMs: number;
}

/** 1 s at first, so that a credential that arrives within seconds is found at once; 15 s at most, to be no burden. */
export function patienceOf(boundMs: number): Patience {
  return { boundMs, firstDelayMs: 1_000, longestDelayMs: 15_000 };
}

/** The surroundings of a retry, replaced in tests. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

/** One attempt that was refused. */
export interface RefusedAttempt {
  refusal: Refusal;
  attempt: number;
  /** Since the first attempt. */
  elapsedMs: number;
  /** Until the next attempt; undefined when there is none. */
  delayMs?: number;
}

/** No more attempts: the last refusal does not heal with time, or the time is up. */
export class GaveUp extends Error {
  readonly last: RefusedAttempt;

  constructor(last: RefusedAttempt) {
    super(`${last.refusal.code}: ${last.refusal.meaning}`);
    this.name = "GaveUp";
    this.last = last;
  }
}

/**
 * Tries until it works, the refusal is one that time does not heal, or the bound is reached. An attempt that hangs is
 * ended at the bound too.
 *
 * @param onRefused told of every refused attempt, the last one included
 * @throws GaveUp
 */
export async function tryUntil<Result>(
  attempt: (signal: AbortSignal) => Promise<Result>,
  patience: Patience,
  onRefused: (refused: RefusedAttempt) => Promise<void> | void,
  clock: Clock,
  stop: AbortSignal,
): Promise<{ result: Result; attempts: number; elapsedMs: number }> {
  const start = clock.now();
  const elapsed = () => clock.now() - start;
  for (let count = 1; ; count += 1) {
    try {
      // A first attempt with no patience at all still gets the time for an answer.
      const limit = AbortSignal.timeout(Math.ceil(Math.max(patience.boundMs - elapsed(), LEAST_ATTEMPT_MS)));
      const signal = AbortSignal.any([stop, limit]);
      // Raced, because the sign-in does not pass the signal on to its own requests.
      const result = await Promise.race([attempt(signal), abandonedAt(signal)]);
      return { result, attempts: count, elapsedMs: elapsed() };
    } catch (error) {
      stop.throwIfAborted();
      const refusal = classify(error);
      const delay = delayBefore(count + 1, patience, clock.random());
      const goesOn = refusal.healsWithTime && elapsed() + delay <= patience.boundMs;
      const refused = { refusal, attempt: count, elapsedMs: elapsed(), delayMs: goesOn ? delay : undefined };
      await onRefused(refused);
      if (!goesOn) throw new GaveUp(refused);
      await clock.sleep(delay, stop);
    }
  }
}

const LEAST_ATTEMPT_MS = 30_000;

function abandonedAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * Doubles up to the longest, less up to a quarter by chance: many pods that start together then do not ask together.
 *
 * @param attempt number of the attempt that follows the pause, from 2
 */
export function delayBefore(attempt: number, patience: Patience, random: number): number {
  const doubled = patience.firstDelayMs * 2 ** Math.min(attempt - 2, 20);
  return Math.round(Math.min(doubled, patience.longestDelayMs) * (1 - random / 4));
}
