import type { Journal } from "./journal.ts";
import type { RefusedAttempt } from "./patience.ts";
import { describePresentedToken } from "./presented-token.ts";
import type { Settings } from "./settings.ts";

/**
 * Tells of refusals without flooding the log: the first of a kind in full and at once, the same one again in silence,
 * another cause in full again; when it is over, one line with the number of attempts.
 */
export function createRefusalReport(journal: Journal, settings: Settings) {
  let lastCode: string | undefined;
  return {
    async refused({ refusal, attempt, elapsedMs, delayMs }: RefusedAttempt): Promise<void> {
      const final = delayMs === undefined;
      if (refusal.code === lastCode && !final) return;
      lastCode = refusal.code;
      const presented =
        refusal.aboutToken && settings.tokenFile ? await describePresentedToken(settings.tokenFile) : undefined;
      (final ? journal.error : journal.warn)("refused", {
        code: refusal.code,
        status: refusal.status,
        meaning: refusal.meaning,
        check: refusal.check,
        ...presented,
        tenant: refusal.aboutToken ? settings.tenantId : undefined,
        client: refusal.aboutToken ? settings.clientId : undefined,
        said: refusal.said,
        correlation: refusal.correlationId,
        attempt,
        next: final ? undefined : `again in ${seconds(delayMs)} s, for ${settings.retrySeconds} s in all`,
        gaveUp: final ? reasonToStop(refusal.healsWithTime, attempt, elapsedMs) : undefined,
      });
    },
    succeeded(attempts: number, elapsedMs: number): void {
      lastCode = undefined;
      if (attempts > 1) journal.info("accepted", { attempts, after: `${seconds(elapsedMs)} s` });
    },
  };
}

function reasonToStop(healsWithTime: boolean, attempts: number, elapsedMs: number): string {
  return healsWithTime
    ? `after ${attempts} attempts in ${seconds(elapsedMs)} s (APP_RETRY_SECONDS)`
    : "waiting does not mend this";
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
