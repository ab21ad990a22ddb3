import type * as pulumi from "@pulumi/pulumi";

/** Property paths of a resource that its service never changes, by the config path that says them. */
export type NeverChanged = Readonly<Record<string, string>>;

/**
 * Replaces a resource for nothing but the very changes that config confirms: else a confirmation that was left in the
 * config would make any other change below the same property cost the cluster, one made past the stack included.
 */
export function confirmedReplacement(
  neverChanged: NeverChanged,
  confirmedChanges: readonly string[],
): pulumi.CustomResourceOptions {
  const paths = confirmedChanges.flatMap((change) => neverChanged[change] ?? []);
  return paths.length === 0 ? {} : { replaceOnChanges: [...new Set(paths)], deleteBeforeReplace: true };
}
