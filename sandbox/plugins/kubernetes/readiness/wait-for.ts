import type { PropertyMap } from "../../rpc/values.ts";
import { field } from "../fields.ts";
import { ANNOTATION, annotation, describe } from "../naming.ts";
import { condition, type Readiness } from "./conditions.ts";

/** One thing that the annotation pulumi.com/waitFor asks for. */
interface Wish {
  text: string;
  fulfilled(object: PropertyMap): boolean;
}

/**
 * What a program waits for on an object, in place of what its kind is usually waited for (pulumi-kubernetes, provider/pkg/
 * metadata/overrides.go): `jsonpath={.status.phase}=Running`, without the value that the field is there, or
 * `condition=Ready`; several of them as a JSON list. Of JSONPath only names and list indices are known here.
 * @throws Error when the annotation is none of these
 */
export function wishesOf(object: PropertyMap): Wish[] {
  const text = annotation(object, ANNOTATION.waitFor);
  return text === "" ? [] : values(text).map(wish);
}

/** How far an object with the annotation is. */
export function wishedReadiness(object: PropertyMap, wishes: readonly Wish[]): Readiness {
  const open = wishes.filter(({ fulfilled }) => !fulfilled(object)).map(({ text }) => text);
  return open.length === 0
    ? { state: "ready", progress: `${describe(object)} is as ${ANNOTATION.waitFor} asks`, trouble: [] }
    : { state: "waiting", progress: `Waiting for ${describe(object)}: ${open.join(", ")}`, trouble: [] };
}

function values(text: string): string[] {
  if (!text.trim().startsWith("[")) return [text];
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list) || list.length === 0) throw unknownWish(text);
  return list.map(String);
}

function wish(text: string): Wish {
  const [, kind, rest = ""] = /^(jsonpath|condition)=(.+)$/.exec(text) ?? [];
  if (kind === "condition") {
    const [type = "", status = "True"] = rest.split("=");
    return { text, fulfilled: (object) => field(condition(object, type), "status") === status };
  }
  const [, path, wanted] = /^\{((?:\.[A-Za-z][A-Za-z0-9_-]*|\[\d+\])+)\}(?:=(.+))?$/.exec(rest) ?? [];
  if (kind === undefined || path === undefined) throw unknownWish(text);
  const steps = [...path.matchAll(/\.([A-Za-z][A-Za-z0-9_-]*)|\[(\d+)\]/g)].map(([, name, index]) =>
    name === undefined ? Number(index) : name,
  );
  return {
    text,
    fulfilled: (object) => {
      const value = field(object, ...steps);
      return value !== undefined && value !== null && (wanted === undefined || String(value) === wanted);
    },
  };
}

function unknownWish(text: string): Error {
  return new Error(
    `the annotation ${ANNOTATION.waitFor} is "${text}", of which the sandbox's stand-in for the Kubernetes provider knows jsonpath={.field[0].field}, jsonpath={…}=VALUE, condition=TYPE and a JSON list of these`,
  );
}
