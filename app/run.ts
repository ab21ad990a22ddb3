import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openCredential, type Transport } from "./credential.ts";
import { createJournal, type Journal } from "./journal.ts";
import { type Clock, GaveUp, patienceOf, tryUntil } from "./patience.ts";
import { connectQuota, type Quota, type ReadQuota } from "./quota.ts";
import { createRefusalReport } from "./report.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";

/** Exit codes: a Job or a person sees at once whether a repetition can help. */
export const EXIT = { ok: 0, refused: 1, usage: 2, stopped: 143 } as const;

/** What surrounds the program; tests give their own. */
export interface Surroundings {
  env: Record<string, string | undefined>;
  print(line: string): void;
  complain(line: string): void;
  /** Aborted by SIGTERM or SIGINT. */
  stop: AbortSignal;
  clock?: Clock;
  transport?: Transport;
}

const USAGE = `usage: node main.ts [--once]

Reads limit and usage of one Azure compute quota and prints them as JSON, with workload identity in a pod and with a
developer's own sign-in elsewhere. Keeps running and reads again every interval; with --once it ends after one read.

environment: AZURE_SUBSCRIPTION_ID, AZURE_REGION, AZURE_RESOURCE_NAME; optional APP_RETRY_SECONDS (600), APP_INTERVAL_SECONDS (300).
The cloud is the one of AZURE_AUTHORITY_HOST, which the webhook sets in a pod, else the one of AZURE_ENVIRONMENT, else the public one.`;

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};

/** Runs the whole program and gives its exit code. */
export async function run(args: string[], surroundings: Surroundings): Promise<number> {
  const { complain, stop, clock = realClock } = surroundings;
  const journal = createJournal(complain);
  let once: boolean;
  try {
    const { values } = parseArgs({
      args,
      options: { once: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help) {
      surroundings.print(USAGE);
      return EXIT.ok;
    }
    once = values.once ?? false;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    complain(USAGE);
    return EXIT.usage;
  }
  try {
    const settings = readSettings(surroundings.env);
    const { name, credential } = await openCredential(settings, surroundings.transport);
    journal.info("start", {
      credential: name,
      tenant: settings.tenantId,
      client: settings.clientId,
      subscription: settings.subscriptionId,
      region: settings.region,
      resource: settings.resourceName,
      mode: once ? "once" : `every ${settings.intervalSeconds} s`,
      cloud: settings.cloud.name,
      signIn: settings.cloud.authority,
      resourceManager: settings.cloud.resourceManager,
    });
    const readQuota = await connectQuota(credential, settings, surroundings.transport);
    await keepReading(readQuota, settings, { ...surroundings, clock, journal, once });
    return EXIT.ok;
  } catch (error) {
    return exitCodeFor(error, journal, { once, stop });
  }
}

interface Reading extends Surroundings {
  clock: Clock;
  journal: Journal;
  once: boolean;
}

async function keepReading(readQuota: ReadQuota, settings: Settings, reading: Reading): Promise<void> {
  const { clock, journal, once, stop, print } = reading;
  const report = createRefusalReport(journal, settings);
  const patience = patienceOf(settings.retrySeconds * 1000);
  do {
    const { result, attempts, elapsedMs } = await tryUntil(readQuota, patience, report.refused, clock, stop);
    report.succeeded(attempts, elapsedMs);
    printQuota(result, print);
    if (!once) await clock.sleep(settings.intervalSeconds * 1000, stop);
  } while (!once);
}

function printQuota({ limit, usage }: Quota, print: (line: string) => void): void {
  print(`limit: ${JSON.stringify(limit)}`);
  print(`usage: ${JSON.stringify(usage)}`);
}

function exitCodeFor(error: unknown, journal: Journal, run: { once: boolean; stop: AbortSignal }): number {
  if (run.stop.aborted) {
    journal.info("stop", { reason: String(run.stop.reason) });
    // A service that is asked to end has done its work. A Job that is asked to end has not: 0 would count it as complete.
    return run.once ? EXIT.stopped : EXIT.ok;
  }
  // Reported already, attempt by attempt.
  if (error instanceof GaveUp) return EXIT.refused;
  if (error instanceof SettingsError) {
    for (const { name, problem, advice } of error.problems) journal.error("setting", { name, problem, advice });
    return EXIT.usage;
  }
  journal.error("failed", { reason: error instanceof Error ? error.message : String(error) });
  return EXIT.refused;
}
