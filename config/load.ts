import { z } from "zod";
import { nearest } from "../federation/nearest";
import type { Environment } from "./credentials";
import { explain } from "./explain";
import { ConfigError, type Problem } from "./problem";
import { type RawConfig, readRawConfig } from "./raw";
import { type Gaps, keysMeant, readable } from "./readable";
import { type CheckedConfig, crossFieldProblems, notesOn } from "./rules";
import { type ConfigKey, type StackConfig, stackSchema } from "./stack";

/** A stack's config, right in itself, with notes on what is allowed but likely not meant. */
export interface LoadedConfig extends StackConfig {
  readonly notes: readonly string[];
  /** Keys that hold a secret, whose values have to stay secret in the state. */
  readonly secretKeys: ReadonlySet<string>;
}

/**
 * Reads and checks the whole config of the stack, before any resource exists.
 * @throws ConfigError with every problem, not only the first.
 */
export function loadConfig(
  stack: string,
  raw: RawConfig = readRawConfig(),
  environment: Environment = process.env,
): LoadedConfig {
  const problems: Problem[] = unknownKeys(raw);
  const checked: CheckedConfig = { stack, raw, environment, ...parseKeys(raw, problems) };
  problems.push(...crossFieldProblems(checked));
  if (problems.length > 0) throw new ConfigError(stack, problems.map(hidingSecrets(raw)));
  return { ...stackSchema.parse(raw.values), notes: notesOn(checked), secretKeys: raw.secretKeys };
}

function unknownKeys(raw: RawConfig): Problem[] {
  const known = Object.keys(stackSchema.shape);
  return Object.entries(raw.values)
    .filter(([key]) => !known.includes(key))
    .map(([key, value]) => {
      const meant = nearest(key, known);
      return {
        path: [key],
        fault: "is not a key that exists here",
        value,
        expected: `one of ${known.join(", ")}`,
        ...(meant === undefined ? {} : { advice: `did you mean \`${meant}\`?` }),
      };
    });
}

/** Parses each key on its own; of one with mistakes the rules between fields still see what is right in it. */
function parseKeys(raw: RawConfig, problems: Problem[]): Pick<CheckedConfig, "config" | "invalid"> & Gaps {
  const invalid = new Set(keysMeant(raw.values, Object.keys(stackSchema.shape)));
  const gaps: Gaps = { unread: new Map(), positions: new Map() };
  const entries = Object.entries(stackSchema.shape).map(([key, schema]) => {
    const value = raw.values[key];
    const { error } = z.core.safeParse(schema, value);
    if (error !== undefined) {
      problems.push(...explain(schema, value, error.issues, [key]));
      invalid.add(key);
    }
    return [key, readable(schema, value, gaps) ?? emptyValue(schema)];
  });
  return { config: Object.fromEntries(entries), invalid, ...gaps };
}

/** What stands in for a key that could not be read, so that the rules between the others can be checked. */
function emptyValue(schema: z.ZodType): unknown {
  const empty = schema.safeParse(undefined);
  return empty.success ? empty.data : undefined;
}

/** Ids in a tenant's settings may be shown though a secret stands beside them; elsewhere nobody knows which part is secret. */
function hidingSecrets(raw: RawConfig): (problem: Problem) => Problem {
  const open: ConfigKey[] = ["tenantA", "tenantB"];
  return (problem) => {
    const [key] = problem.path;
    const secret = typeof key === "string" && raw.secretKeys.has(key) && !open.some((name) => name === key);
    return secret && problem.value !== undefined ? { ...problem, value: "(hidden)" } : problem;
  };
}
