import { z } from "zod";
import { nearest } from "../federation/nearest";
import { core } from "./documentation";

/** Unions whose forms say with `kind` which one they are: what a value's `kind` is decides, whatever else it holds. */

type Schema = z.core.$ZodType;

/** The `kind` that a form is for; undefined for a form without one. */
export function kindOf(form: Schema): string | undefined {
  const inner = core(form);
  const member: Schema | undefined = inner instanceof z.ZodObject ? inner.shape.kind : undefined;
  const literal = member === undefined ? undefined : core(member);
  const [only] = literal instanceof z.ZodLiteral ? literal.values : [];
  return typeof only === "string" ? only : undefined;
}

/** What a value's `kind` says about the form that it was meant to have. */
export type Chosen =
  /** `kind` is right: this form and no other is meant. */
  | { readonly by: "kind"; readonly form: Schema }
  /** `kind` is missing or wrong; `nearest` is the form that it comes nearest to, when it is like one. */
  | { readonly by: "no kind"; readonly kinds: readonly string[]; readonly nearest: Schema | undefined }
  /** The union, or the value, has nothing to do with kinds. */
  | { readonly by: "likeness" };

export function chosenByKind(options: readonly Schema[], value: unknown): Chosen {
  const kinds = options.flatMap((option) => kindOf(option) ?? []);
  if (kinds.length < 2 || typeof value !== "object" || value === null || Array.isArray(value)) {
    return { by: "likeness" };
  }
  const given: unknown = Reflect.get(value, "kind");
  if (given === undefined) return withoutKind(options, kinds, Object.keys(value));
  const form = options.find((option) => kindOf(option) === given);
  if (form !== undefined) return { by: "kind", form };
  const meant = typeof given === "string" ? nearest(given, kinds) : undefined;
  return { by: "no kind", kinds, nearest: options.find((option) => meant !== undefined && kindOf(option) === meant) };
}

/** A form without `kind` is meant when the value has a key that it needs, or one near it, and none that other forms alone have. */
function withoutKind(options: readonly Schema[], kinds: readonly string[], keys: readonly string[]): Chosen {
  const plain = options.find((option) => kindOf(option) === undefined);
  if (plain === undefined) return { by: "no kind", kinds, nearest: undefined };
  const plainKeys = keysOf(plain);
  const others = options.flatMap((option) => (option === plain ? [] : keysOf(option)));
  const ofOthers = keys.some((key) => others.includes(key) && !plainKeys.includes(key));
  const ofPlain = keys.some((key) => nearest(key, requiredKeysOf(plain)) !== undefined);
  return ofPlain && !ofOthers ? { by: "kind", form: plain } : { by: "no kind", kinds, nearest: undefined };
}

/** Kinds that have a key which the given form lacks. */
export function kindsWith(key: string, options: readonly Schema[]): string[] {
  return options.filter((option) => keysOf(option).includes(key)).flatMap((option) => kindOf(option) ?? []);
}

export function keysOf(form: Schema): string[] {
  const inner = core(form);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The keys without which a form is not that form. */
export function requiredKeysOf(form: Schema): string[] {
  const inner = core(form);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, member]) =>
    z.core.safeParse(member, undefined).success ? [] : [key],
  );
}
