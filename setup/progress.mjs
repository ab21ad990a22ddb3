/**
 * @typedef {object} Progress
 * @property {(line: string) => void} say writes a line that stays
 * @property {<T>(what: string, seconds: number | undefined, work: () => Promise<T>) => Promise<T>} step runs work and shows it,
 *   with the elapsed time and the time that it is expected to take
 * @property {() => void} end takes the refreshed line away
 */

/**
 * @typedef {object} ProgressOptions
 * @property {{ isTTY?: boolean, columns?: number, write(text: string): unknown }} [stream]
 * @property {number} [everyMs] how often a line is written about what still runs, where the line cannot be refreshed
 * @property {() => number} [now]
 */

/**
 * Shows what runs: one refreshed line on a terminal, otherwise a line at the start, every 15 seconds and at the end.
 * @param {ProgressOptions} [options]
 * @returns {Progress}
 */
export function createProgress({ stream = process.stderr, everyMs = 15_000, now = Date.now } = {}) {
  const live = stream.isTTY === true && process.env.TERM !== "dumb";
  /** @type {Set<{ what: string, seconds: number | undefined, started: number }>} */
  const running = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const clear = () => live && stream.write("\r\x1b[K");
  /** @param {{ what: string, seconds: number | undefined, started: number }} step */
  const describe = ({ what, seconds, started }) =>
    `${what} ${clock((now() - started) / 1000)}${seconds && seconds >= 20 ? ` of ${about(seconds)}` : ""}`;
  const refresh = () => {
    const line = `… ${[...running].map(describe).join("  |  ")}`;
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const tick = () => {
    if (running.size === 0) return;
    if (live) refresh();
    else for (const step of running) stream.write(`… ${describe(step)}\n`);
  };
  /** @param {string} line */
  const say = (line) => {
    clear();
    stream.write(`${line}\n`);
    if (live && running.size > 0) refresh();
  };
  const stopWhenIdle = () => {
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    clear();
  };

  return {
    say,
    async step(what, seconds, work) {
      const step = { what, seconds, started: now() };
      if (!live) say(`… ${what}${seconds && seconds >= 20 ? ` (${about(seconds)})` : ""}`);
      running.add(step);
      timer ??= setInterval(tick, live ? 250 : everyMs);
      try {
        const result = await work();
        running.delete(step);
        say(`✓ ${what} ${clock((now() - step.started) / 1000)}`);
        return result;
      } finally {
        running.delete(step);
        stopWhenIdle();
      }
    },
    end() {
      running.clear();
      stopWhenIdle();
    },
  };
}

/**
 * Minutes and seconds, as `1:05`.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * A duration in round words.
 * @param {number} seconds
 */
export function about(seconds) {
  if (seconds < 55) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 30) / 2;
  return `about ${minutes} min`;
}

/**
 * What a build that takes `seconds` on two cores takes on this many. Linking uses one core, and more than eight no longer help.
 * @param {number} seconds
 * @param {number} cores
 */
export function onCores(seconds, cores) {
  const linking = 0.2;
  return Math.round(seconds * (linking + ((1 - linking) * 2) / Math.min(Math.max(cores, 1), 8)));
}
