/** The schedules that Kubernetes accepts: five fields or a macro, as robfig/cron v3 parses them. */

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words: readonly string[];
}

const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59, words: [] },
  { name: "hour", min: 0, max: 23, words: [] },
  { name: "day of the month", min: 1, max: 31, words: [] },
  {
    name: "month",
    min: 1,
    max: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of the week", min: 0, max: 6, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/** What is wrong with a schedule, or undefined when Kubernetes accepts it. */
export function scheduleFault(schedule: string): string | undefined {
  const text = schedule.trim();
  if (/^(CRON_)?TZ=/.test(text)) return "Kubernetes wants no time zone in it";
  if (text.startsWith("@")) {
    const known =
      /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text) || /^@every \d+[smh]/.test(text);
    return known ? undefined : `there is no ${text}`;
  }
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) return `it has ${parts.length} fields, not ${fields.length}`;
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index] ?? "", field);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fieldFault(text: string, field: Field): string | undefined {
  for (const part of text.split(",")) {
    const [range = "", step, ...rest] = part.split("/");
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step)))
      return `the step in ${field.name} "${part}"`;
    if (range === "*" || range === "?") continue;
    const [from, to, ...more] = range.split("-").map((bound) => numberOf(bound, field));
    if (more.length > 0 || from === undefined || (range.includes("-") && to === undefined)) {
      return `${field.name} "${part}" is not ${field.min}–${field.max}, a range or *`;
    }
    if (to !== undefined && to < from) return `${field.name} "${part}" ends before it starts`;
  }
  return undefined;
}

function numberOf(text: string, { min, max, words }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word >= 0) return word + min;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
