import type { Environment } from "../credentials";
import type { Path, Problem } from "../problem";
import type { RawConfig } from "../raw";
import type { StackConfig } from "../stack";

/** A config whose fields are right one by one; what could not be read is left out of it and listed in `invalid`. */
export interface CheckedConfig {
  readonly stack: string;
  readonly config: StackConfig;
  /** Top-level keys of which something could not be read: rules must not complain that it is missing. */
  readonly invalid: ReadonlySet<string>;
  /** Place of each workload and identity in its list as given. */
  readonly positions: ReadonlyMap<object, number>;
  readonly raw: RawConfig;
  /** Variables that may say how to sign in. */
  readonly environment: Environment;
}

/** A rule between fields. It sees the config and returns what breaks it. */
export type Rule = (checked: CheckedConfig) => Problem[];

/** The path of a list's element, or of something below it. */
export function pathOf(checked: CheckedConfig, list: "workloads" | "identities", element: object, ...rest: Path): Path {
  return [list, checked.positions.get(element) ?? 0, ...rest];
}

/** Whether a key is given at all, be it right or wrong. */
export function given({ raw }: CheckedConfig, key: keyof StackConfig): boolean {
  return raw.values[key] !== undefined;
}

/** Elements of which an earlier one has the same key, each with that earlier one. */
export function repeated<Item>(items: readonly Item[], keyOf: (item: Item) => string): { item: Item; first: Item }[] {
  const firsts = new Map<string, Item>();
  return items.flatMap((item) => {
    const key = keyOf(item);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, item);
    return first === undefined ? [] : [{ item, first }];
  });
}
