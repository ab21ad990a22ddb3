import { z } from "zod";
import { nearest } from "../federation/nearest";
import { adviceWithout, core, documentationOf } from "./documentation";
import { distanceOf, likelyForms, valueAt, wrongType } from "./forms";
import { chosenByKind, keysOf, kindOf, kindsWith, requiredKeysOf } from "./kinds";
import type { Path, Problem } from "./problem";

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** Turns what zod found in one value into problems that a person can act on. */
export function explain(schema: Schema, value: unknown, issues: readonly Issue[], at: Path = []): Problem[] {
  const problems = explainKind(schema, value, at) ?? issues.flatMap((issue) => explainOne(schema, value, issue, at));
  // A misspelt key that stands for a missing one is one mistake, not two.
  const meant = new Set(problems.flatMap(({ meantKey }) => (meantKey === undefined ? [] : [meantKey])));
  return problems
    .filter(({ missing, path }) => !(missing && meant.has(JSON.stringify(path))))
    .map(({ missing: _missing, meantKey: _meantKey, ...problem }) => problem);
}

type Found = Problem & { readonly missing?: boolean; readonly meantKey?: string };

function explainOne(schema: Schema, value: unknown, issue: Issue, at: Path): Found[] {
  const steps = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const path = [...at, ...steps];
  const target = schemaAt(schema, steps, value);
  const given = valueAt(value, steps);

  if (issue.code === "invalid_union") return explainUnion(target, given, issue.errors, path);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(target, key, given, path));
  if (issue.code === "invalid_key") {
    const key = steps.at(-1);
    const fault = issue.issues[0]?.message ?? "is not accepted";
    const record = core(schemaAt(schema, steps.slice(0, -1), value));
    const expected = record instanceof z.ZodRecord ? documentationOf(record.keyType)?.expected : undefined;
    return [{ path, fault: `has a name that ${fault}`, value: key, ...(expected === undefined ? {} : { expected }) }];
  }
  const text = documentationOf(target);
  const expected = text?.expected ?? expectedOf(target);
  return [
    {
      path,
      fault: faultOf(issue, given),
      ...(given === undefined ? { missing: true } : { value: given }),
      ...(expected === undefined ? {} : { expected }),
      ...(text?.example === undefined ? {} : { example: text.example }),
      ...adviceOn(issue, given),
    },
  ];
}

/** The advice that a check of ours gave, or the nearest of the values that are possible. */
function adviceOn(issue: Issue, given: unknown): { advice?: string } {
  if (issue.code === "custom" && typeof issue.params?.advice === "string") return { advice: issue.params.advice };
  if (issue.code !== "invalid_value" || typeof given !== "string") return {};
  const meant = nearest(given, issue.values.map(String));
  return meant === undefined ? {} : { advice: `did you mean \`${meant}\`?` };
}

function faultOf(issue: Issue, given: unknown): string {
  if (given === undefined) return "is missing";
  switch (issue.code) {
    case "invalid_type":
      return `is ${typeOf(given)}, not ${article(issue.expected)}`;
    case "invalid_value":
      return "is not one of the values that are possible here";
    case "too_small":
      if (issue.origin === "array") return issue.minimum === 1 ? "is empty" : `has fewer than ${issue.minimum} entries`;
      return issue.origin === "string" ? issue.message : `is less than ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "array") return `has more than ${issue.maximum} entries`;
      return issue.origin === "string" ? issue.message : `is more than ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function unknownKey(target: Schema, key: string, parent: unknown, path: Path, siblings: readonly Schema[] = []): Found {
  const [form = target] = likelyForms(target, parent);
  const known = keysOf(form);
  const meant = nearest(key, known);
  const kind = kindOf(form);
  const others = kindsWith(key, siblings);
  const absence = adviceWithout(form, key);
  return {
    path: [...path, key],
    fault: kind === undefined ? "is not a key that exists here" : `is not a key of kind ${kind}`,
    value: valueAt(parent, [key]),
    expected: `one of ${known.join(", ")}`,
    ...(absence !== undefined
      ? { advice: absence }
      : meant === undefined
        ? others.length === 0
          ? {}
          : { advice: `remove it, or did you mean \`kind: ${others.join("` or `kind: ")}\`, which has it?` }
        : { advice: `did you mean \`${meant}\`?`, meantKey: JSON.stringify([...path, meant]) }),
  };
}

/**
 * Of a union whose forms have kinds, the one that the value's `kind` names is explained, whatever zod made of the others;
 * undefined for anything else.
 */
function explainKind(union: Schema, given: unknown, path: Path): Found[] | undefined {
  const options = optionsOf(union);
  const chosen = chosenByKind(options, given);
  if (chosen.by === "likeness") return undefined;
  if (chosen.by === "no kind") return [kindProblem(chosen.kinds, options, given, path)];
  const { form } = chosen;
  const issues = z.core.safeParse(form, given).error?.issues ?? [];
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0
      ? issue.keys.map((key) => unknownKey(form, key, given, path, options))
      : explainOne(form, given, issue, path),
  );
}

/** Of a union's forms, the one that the value was most likely meant to have is explained, and only that. */
function explainUnion(union: Schema, given: unknown, errors: readonly (readonly Issue[])[], path: Path): Found[] {
  const options = optionsOf(union);
  const ranked = errors
    .map((issues, index) => ({ issues, option: options[index], distance: distanceOf(issues, given) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  if (best?.option === undefined) return [{ path, fault: "is not accepted", value: given }];
  const { option } = best;
  if (given !== undefined && best.distance < wrongType) {
    return best.issues.flatMap((issue) => explainOne(option, given, issue, path));
  }
  const ofAll = documentationOf(union);
  const forms = options.flatMap((each) => documentationOf(each)?.expected ?? keysOf(each).join(", "));
  const text = ofAll?.example === undefined ? documentationOf(option) : ofAll;
  return [
    {
      path,
      fault: given === undefined ? "is missing" : `is ${typeOf(given)}, which is not possible here`,
      ...(given === undefined ? { missing: true } : { value: given }),
      expected: ofAll?.expected ?? [...new Set(forms)].join("; or: "),
      ...(text?.example === undefined ? {} : { example: text.example }),
    },
  ];
}

/** Without a right `kind` nothing else can be judged, so this is all that is said. */
function kindProblem(kinds: readonly string[], options: readonly Schema[], given: unknown, path: Path): Found {
  const kind = valueAt(given, ["kind"]);
  const near = typeof kind === "string" ? nearest(kind, kinds) : undefined;
  const misspelt = Object.keys(Object(given)).find((key) => key !== "kind" && nearest(key, ["kind"]) !== undefined);
  const plain = options.filter((option) => kindOf(option) === undefined).flatMap(requiredKeysOf);
  const expected = `one of ${kinds.join(", ")}`;
  return {
    path: [...path, "kind"],
    fault: kind === undefined ? "is missing" : "is not a kind that exists here",
    ...(kind === undefined ? { missing: true } : { value: kind }),
    expected: plain.length === 0 ? expected : `${expected}; or, in place of everything else, ${plain.join(", ")} alone`,
    ...(near === undefined
      ? kind === undefined && misspelt !== undefined
        ? { advice: `is \`${misspelt}\` meant to be \`kind\`?` }
        : {}
      : { advice: `did you mean \`${near}\`?` }),
  };
}

function optionsOf(schema: Schema): readonly Schema[] {
  const inner = core(schema);
  return inner instanceof z.ZodUnion ? inner.options : [];
}

/** The schema of a nested value; where a union has several forms, that of the likeliest form that has the path. */
function schemaAt(schema: Schema, steps: readonly PropertyKey[], value: unknown): Schema {
  return findSchema(schema, steps, value) ?? core(schema);
}

function findSchema(schema: Schema, steps: readonly PropertyKey[], value: unknown): Schema | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return schema;
  const inner = core(schema);
  const next = valueAt(value, [step]);
  if (inner instanceof z.ZodArray) return findSchema(inner.element, rest, next);
  if (inner instanceof z.ZodRecord) return findSchema(inner.valueType, rest, next);
  if (inner instanceof z.ZodUnion) {
    return likelyForms(inner, value)
      .map((form) => findSchema(form, steps, value))
      .find((found) => found !== undefined);
  }
  if (!(inner instanceof z.ZodObject)) return undefined;
  const member: Schema | undefined = inner.shape[String(step)];
  return member && findSchema(member, rest, next);
}

function expectedOf(schema: Schema): string | undefined {
  const inner = core(schema);
  if (inner instanceof z.ZodEnum) return `one of ${inner.options.join(", ")}`;
  if (inner instanceof z.ZodLiteral) return [...inner.values].join(", ");
  if (inner instanceof z.ZodObject) return `an object with the keys ${keysOf(inner).join(", ")}`;
  if (inner instanceof z.ZodArray) return "a list";
  return undefined;
}

function typeOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  return article(typeof value);
}

function article(kind: string): string {
  const name = { string: "text", array: "list", record: "object", int: "whole number" }[kind] ?? kind;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}
