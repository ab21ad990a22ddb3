import { z } from "zod";
import { core } from "./documentation";
import { chosenByKind } from "./kinds";

/** Which of a union's forms a wrong value was meant to have. */

/** The distance of a value that is not even of the form's type. */
export const wrongType = 100;

/** How far the issues say that a value is from a form. */
export function distanceOf(issues: readonly z.core.$ZodIssue[], given: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === "invalid_type" && issue.path.length === 0) return sum + wrongType;
    if (issue.code === "unrecognized_keys") return sum + 3 * issue.keys.length;
    // Another `kind` is another form, unless the key is just missing.
    if (issue.code === "invalid_value" && valueAt(given, issue.path) !== undefined) return sum + 10;
    return sum + 1;
  }, 0);
}

/** A union's forms, the one that the value was most likely meant to have first; any other schema is its only form. */
export function likelyForms(schema: z.core.$ZodType, value: unknown): readonly z.core.$ZodType[] {
  const inner = core(schema);
  if (!(inner instanceof z.ZodUnion)) return [schema];
  const chosen = chosenByKind(inner.options, value);
  if (chosen.by === "kind") return [chosen.form];
  const near = chosen.by === "no kind" ? chosen.nearest : undefined;
  return inner.options
    .map((option: z.core.$ZodType) => ({
      option,
      distance: option === near ? -1 : distanceOf(z.core.safeParse(option, value).error?.issues ?? [], value),
    }))
    .sort((left, right) => left.distance - right.distance)
    .map(({ option }) => option);
}

export function valueAt(value: unknown, steps: readonly PropertyKey[]): unknown {
  return steps.reduce<unknown>((inner, step) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, step)) return undefined;
    return Reflect.get(inner, step);
  }, value);
}
