/** When a container that ended is started again. */
export type RestartPolicy = "Always" | "OnFailure" | "Never";

/** How long the node waits before it starts a container that keeps failing. */
export interface BackOff {
  baseMs: number;
  limitMs: number;
  /** A container that ran this long starts again without a wait. */
  resetAfterMs: number;
}

/** The kubelet's own times: 10 s, doubled up to 5 minutes, forgotten after 10 minutes (Kubernetes, "Pod Lifecycle"). */
export const kubeletBackOff: BackOff = { baseMs: 10_000, limitMs: 300_000, resetAfterMs: 600_000 };

/** The policy of a pod; Kubernetes' default is Always. */
export function restartPolicyOf(value: string | undefined): RestartPolicy {
  return value === "OnFailure" || value === "Never" ? value : "Always";
}

/** The policy of an init container: it has to succeed once, so Always means until then. */
export function initRestartPolicy(pod: RestartPolicy): RestartPolicy {
  return pod === "Never" ? "Never" : "OnFailure";
}

export function shouldRestart(policy: RestartPolicy, exitCode: number): boolean {
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/**
 * The wait before the next start, in milliseconds, after `ends` ends in a row: none after the first, then the base,
 * doubled each time.
 */
export function restartDelay(ends: number, backOff: BackOff): number {
  return ends <= 1 ? 0 : Math.min(backOff.baseMs * 2 ** (ends - 2), backOff.limitMs);
}

/** As the kubelet writes it: `10s`, `1m20s`, `5m0s`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 1000) return `${milliseconds}ms`;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
