import { z } from "zod";
import { nearest } from "../federation/nearest";
import { core } from "./documentation";
import { likelyForms } from "./forms";
import { chosenByKind } from "./kinds";

/** What is left of a value when all that is wrong in it is taken out. */
export type Readable<Value> = Value extends string | number | boolean | undefined
  ? Value
  : Value extends readonly (infer Element)[]
    ? Readable<Element>[]
    : { [Key in keyof Value]?: Readable<Value[Key]> | undefined };

/** Where something was taken out, and where a list's elements stood. */
export interface Gaps {
  /** Keys that hold nothing because what the file says for them is wrong, missing or misspelt. */
  readonly unread: Map<object, ReadonlySet<string>>;
  /** Place of each element in its list as given. */
  readonly positions: Map<object, number>;
}

/**
 * Reads as much of a value as is right. A key with a wrong value stays, and is undefined: a default in its place could
 * break a rule that the file does not break.
 */
export function readable(schema: z.core.$ZodType, value: unknown, gaps: Gaps): unknown {
  const inner = core(schema);
  if (inner instanceof z.ZodUnion) {
    const chosen = chosenByKind(inner.options, value);
    if (chosen.by === "kind") return readable(chosen.form, value, gaps);
    const result = z.core.safeParse(schema, value);
    const [form] = likelyForms(inner, value);
    return result.success || form === undefined ? result.data : readable(form, value, gaps);
  }
  if (inner instanceof z.ZodArray && Array.isArray(value)) return readableList(inner.element, value, gaps);
  if (inner instanceof z.ZodObject && isRecord(value)) return readableObject(inner, value, gaps);
  return z.core.safeParse(schema, value).data;
}

function readableList(element: z.core.$ZodType, values: readonly unknown[], gaps: Gaps): unknown[] {
  const inner = core(element);
  return values.flatMap((value, index) => {
    const read = readable(element, value, gaps);
    if (typeof read === "object" && read !== null) {
      gaps.positions.set(read, index);
      return [read];
    }
    if (!(inner instanceof z.ZodObject)) return read === undefined ? [] : [read];
    const nothing = {};
    gaps.unread.set(nothing, new Set(Object.keys(inner.shape)));
    gaps.positions.set(nothing, index);
    return [nothing];
  });
}

function readableObject(schema: z.ZodObject, value: Readonly<Record<string, unknown>>, gaps: Gaps): object {
  const meant = keysMeant(value, Object.keys(schema.shape));
  const unread = new Set<string>();
  const entries = Object.entries(schema.shape).flatMap(([key, member]) => {
    const isGiven = Object.hasOwn(value, key) && value[key] !== undefined;
    const given = isGiven ? value[key] : undefined;
    const isRight = z.core.safeParse(member, given).success;
    if (!isRight || meant.has(key)) unread.add(key);
    if (isGiven) return [[key, readable(member, given, gaps)]];
    if (meant.has(key) || !isRight) return [];
    const filledIn = readable(member, given, gaps) ?? z.core.safeParse(member, given).data;
    return filledIn === undefined ? [] : [[key, filledIn]];
  });
  const read: object = Object.fromEntries(entries);
  if (unread.size > 0) gaps.unread.set(read, unread);
  return read;
}

/** Keys that an unknown one may stand for: the one that it is like or, when it is like none, each that is not given. */
export function keysMeant(value: Readonly<Record<string, unknown>>, known: readonly string[]): ReadonlySet<string> {
  const open = known.filter((key) => !Object.hasOwn(value, key) || value[key] === undefined);
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return new Set(
    unknown.flatMap((key) => {
      const meant = nearest(key, known);
      return meant === undefined ? open : open.filter((each) => each === meant);
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
