import type { Environment } from "../credentials";
import type { Path, Problem } from "../problem";
import type { RawConfig } from "../raw";
import type { Readable } from "../readable";
import type { StackConfig } from "../stack";

/** A config of which all that could not be read is left out: rules skip what is not there, for it is reported already. */
export interface CheckedConfig {
  readonly stack: string;
  readonly config: { readonly [Key in keyof StackConfig]: Readable<StackConfig[Key]> };
  /** Top-level keys of which something could not be read: rules must not complain that it is missing. */
  readonly invalid: ReadonlySet<string>;
  /** Keys that were left out, by the object that lacks them. */
  readonly unread: ReadonlyMap<object, ReadonlySet<string>>;
  /** Place of each list's element in its list as given. */
  readonly positions: ReadonlyMap<object, number>;
  readonly raw: RawConfig;
  /** Variables that may say how to sign in. */
  readonly environment: Environment;
}

/** A rule between fields. It sees the config and returns what breaks it. */
export type Rule = (checked: CheckedConfig) => Problem[];

/** Place of an element in its list as given. */
export function placeOf({ positions }: CheckedConfig, element: object): number {
  return positions.get(element) ?? 0;
}

/** The path of a list's element, or of something below it. */
export function pathOf(checked: CheckedConfig, list: "workloads" | "identities", element: object, ...rest: Path): Path {
  return [list, placeOf(checked, element), ...rest];
}

/** Whether a key is given at all, be it right, wrong or misspelt. */
export function given({ raw, invalid }: CheckedConfig, key: keyof StackConfig): boolean {
  return raw.values[key] !== undefined || invalid.has(key);
}

/** Whether an object lacks a key because what the file says for it could not be read. */
export function isUnread({ unread }: CheckedConfig, object: object, key: string): boolean {
  return unread.get(object)?.has(key) ?? false;
}

/** Whether all that the file says in an object could be read. */
export function isWhole({ unread }: CheckedConfig, value: unknown): boolean {
  return typeof value !== "object" || value === null || !unread.has(value);
}

/** Whether the cluster is only the issuer of one, which may be wrong or misspelt. */
export function isTypedIn(checked: CheckedConfig): boolean {
  const { cluster } = checked.config;
  if (cluster === undefined || "kind" in cluster || isUnread(checked, cluster, "kind")) return false;
  return "oidcIssuerUrl" in cluster || isUnread(checked, cluster, "oidcIssuerUrl");
}

/** What to call a list's element: by its name, or by its place when it has no right one. */
export function nameOf(
  checked: CheckedConfig,
  list: "workloads" | "identities",
  element: { name?: string | undefined },
) {
  return element.name ?? `${list}[${placeOf(checked, element)}]`;
}

/** Elements of which an earlier one has the same key, each with that earlier one; those without a key are skipped. */
export function repeated<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): { item: Item; first: Item }[] {
  const firsts = new Map<string, Item>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, item);
    return first === undefined ? [] : [{ item, first }];
  });
}
