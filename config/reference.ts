import { z } from "zod";
import { core, documentationOf } from "./documentation";
import { kindOf } from "./kinds";
import { exampleText } from "./problem";
import { stackSchema } from "./stack";

/** The lines of README.md between which the table stands. */
export const markers = { begin: "<!-- config:begin -->", end: "<!-- config:end -->" } as const;

type Schema = z.core.$ZodType;

interface Row {
  readonly key: string;
  readonly presence: string;
  readonly means: string;
  readonly expected: string;
  readonly example: string;
}

/** The table of all keys, from the very schema that checks them, and one more for each kind of a value that has kinds. */
export function referenceTable(): string {
  const entries = Object.entries(stackSchema.shape);
  const rows = entries.flatMap(([key, schema], index) => {
    // The two tenants have the same keys, which need no second explanation.
    const twin = entries.slice(0, index).find(([, other]) => core(other) === core(schema))?.[0];
    return twin === undefined
      ? rowsOf(key, schema)
      : [{ ...rowOf(key, schema), expected: `the same keys as \`${twin}\`` }];
  });
  const ofKinds = entries.flatMap(([key, schema]) => kindsOf(schema).map((form) => kindTable(key, form)));
  return [tableOf(rows), ...ofKinds].join("\n\n");
}

function tableOf(rows: readonly Row[]): string {
  const cells = (row: Row) => [`\`${row.key}\``, row.presence, row.means, row.expected, row.example];
  return [
    "| key | required, or default | what it is | value | example |",
    "|--|--|--|--|--|",
    ...rows.map((row) => `| ${cells(row).map(escaped).join(" | ")} |`),
  ].join("\n");
}

/** The forms of a union that have a `kind`. */
function kindsOf(schema: Schema): readonly Schema[] {
  const inner = core(schema);
  return inner instanceof z.ZodUnion ? inner.options.filter((option) => kindOf(option) !== undefined) : [];
}

function kindTable(key: string, form: Schema): string {
  const inner = core(form);
  const kind: Schema | undefined = inner instanceof z.ZodObject ? inner.shape.kind : undefined;
  const means = kind === undefined ? undefined : documentationOf(kind)?.means;
  const summary = `<summary><code>${key}</code> of kind <code>${kindOf(form)}</code>: ${means ?? ""}</summary>`;
  return `<details>\n${summary}\n\n${tableOf(membersOf(key, form))}\n\n</details>`;
}

/**
 * A document with the table put between its markers.
 * @throws Error when the markers are missing.
 */
export function withReference(document: string): string {
  const begin = document.indexOf(markers.begin);
  const end = document.indexOf(markers.end);
  if (begin < 0 || end < begin) throw new Error(`the document has no ${markers.begin} followed by ${markers.end}`);
  const head = document.slice(0, begin + markers.begin.length);
  return `${head}\n${referenceTable()}\n${document.slice(end)}`;
}

function rowsOf(key: string, schema: Schema): Row[] {
  const inner = core(schema);
  const row = rowOf(key, schema);
  if (inner instanceof z.ZodObject) return [row, ...membersOf(key, inner)];
  if (inner instanceof z.ZodArray && core(inner.element) instanceof z.ZodObject) {
    return [row, ...membersOf(`${key}[]`, core(inner.element))];
  }
  if (inner instanceof z.ZodUnion) {
    const objects = inner.options
      .filter((option) => kindOf(option) === undefined)
      .map((option) => core(option))
      .filter((option) => option instanceof z.ZodObject);
    const seen = new Set<string>();
    const alone = inner.options.length === 1;
    const members = objects
      .flatMap((option) => membersOf(key, option))
      .map((member) =>
        alone || member.presence !== "required" ? member : { ...member, presence: "required in this form" },
      )
      .filter((member) => {
        const isNew = !seen.has(member.key);
        seen.add(member.key);
        return isNew;
      });
    return [row, ...members];
  }
  return [row];
}

function membersOf(key: string, schema: Schema): Row[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, member]) => rowsOf(`${key}.${name}`, member));
}

function rowOf(key: string, schema: Schema): Row {
  const inner = core(schema);
  const options = inner instanceof z.ZodUnion ? inner.options : [];
  const text = documentationOf(schema) ?? options.map((option) => documentationOf(option)).find((each) => each);
  const leaf = !(inner instanceof z.ZodObject);
  return {
    key,
    presence: presenceOf(schema),
    means: text?.means ?? "",
    expected: text?.expected ?? valuesOf(inner),
    example: leaf && text?.example !== undefined ? `\`${exampleText(text.example)}\`` : "",
  };
}

function presenceOf(schema: Schema): string {
  const result = z.core.safeParse(schema, undefined);
  if (!result.success) return "required";
  if (schema instanceof z.ZodOptional || result.data === undefined) return "optional";
  return typeof result.data === "object" ? "optional" : `\`${String(result.data)}\``;
}

function valuesOf(schema: Schema): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(", ");
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => `\`${String(value)}\``).join(", ");
  if (schema instanceof z.ZodArray) return "a list";
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return "an object";
  if (schema instanceof z.ZodUnion) return "one of the forms below";
  return "";
}

/** A bar would end the cell, and a bare angle bracket may be taken for HTML. */
function escaped(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}
