import { z } from "zod";

/** What the reference table and the error texts say about one key. */
export interface KeyDocumentation {
  /** What the key is for, one sentence without its full stop. */
  readonly means: string;
  /** What a right value looks like, in words. */
  readonly expected?: string;
  /** A right value. */
  readonly example?: unknown;
}

const documentation = z.registry<KeyDocumentation>();

/** Attaches its documentation to a schema, so that table and error texts cannot say something else than the check. */
export function documented<Schema extends z.ZodType>(schema: Schema, text: KeyDocumentation): Schema {
  documentation.add(schema, text);
  return schema;
}

/** The documentation of a schema, or of the one that it wraps (optional, default, transformed). */
export function documentationOf(schema: z.core.$ZodType): KeyDocumentation | undefined {
  const own = documentation.get(schema);
  if (own) return own;
  const inner = unwrapped(schema);
  return inner === schema ? undefined : documentationOf(inner);
}

const absences = z.registry<{ readonly [key: string]: string }>();

/** Says of keys that a form does not have, and that people look for in it, what to do without them. */
export function withoutKeys<Schema extends z.ZodType>(
  schema: Schema,
  advice: Readonly<Record<string, string>>,
): Schema {
  absences.add(schema, advice);
  return schema;
}

/** What to do without a key that a form does not have; undefined where nothing is known of it. */
export function adviceWithout(form: z.core.$ZodType, key: string): string | undefined {
  return absences.get(core(form))?.[key];
}

/** One layer less: the schema inside optional, default or transform; the schema itself when there is none. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schema.def.innerType;
  }
  if (schema instanceof z.ZodPipe) return schema.def.in;
  return schema;
}

/** The schema inside all layers. */
export function core(schema: z.core.$ZodType): z.core.$ZodType {
  const inner = unwrapped(schema);
  return inner === schema ? schema : core(inner);
}
