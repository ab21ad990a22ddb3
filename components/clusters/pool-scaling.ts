interface Pool {
  readonly minCount?: number | undefined;
  readonly maxCount?: number | undefined;
}

/** A pool that scales by itself, of AKS and of AKS Arc alike; the rules of the config ask for both bounds or none. */
export function scales<P extends Pool>(pool: P): pool is P & { readonly minCount: number; readonly maxCount: number } {
  return pool.minCount !== undefined && pool.maxCount !== undefined;
}

/** Bounds that are gone switch the autoscaler off: left out, they would say nothing to a pool that scales. */
export function scaling(pool: Pool) {
  return scales(pool)
    ? { enableAutoScaling: true, minCount: pool.minCount, maxCount: pool.maxCount }
    : { enableAutoScaling: false };
}
