/** What a journal line may carry; `undefined` fields are left out. */
export type Fields = Record<string, string | number | boolean | undefined>;

/** The program's account of itself: one line an event, on stderr, apart from the two result lines on stdout. */
export interface Journal {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

/**
 * A journal of `key=value` lines, which both `kubectl logs` readers and log collectors take without set-up.
 *
 * @param write takes one finished line without its line end
 * @param now the clock, for tests
 */
export function createJournal(write: (line: string) => void, now: () => Date = () => new Date()): Journal {
  const line =
    (level: string) =>
    (event: string, fields: Fields = {}) =>
      write(formatLine({ time: now().toISOString(), level, event, ...fields }));
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** One line of `key=value` pairs; a value that is not a plain word is quoted, and line ends cannot break the line. */
export function formatLine(fields: Fields): string {
  return Object.entries(fields)
    .filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined)
    .map(([key, value]) => `${key}=${quoteWhenNeeded(String(value))}`)
    .join(" ");
}

function quoteWhenNeeded(value: string): string {
  const flat = value.replace(/\s+/g, " ").trim();
  return /^[\w.:/@+-]+$/.test(flat) ? flat : JSON.stringify(flat);
}
