// The variants of `burst`: coalescing, and a fan-out for each event as in version 0.1.0.

/** The entry of the function `broadcast` by variant, in the order of the table. */
export const burstVariants = {
  coalesced: 'lambdas/broadcast/index.ts',
  each: 'bench/burst/each.ts',
};

export type BurstVariant = keyof typeof burstVariants;

/** Whether connections have batches. Before coalescing, there were no batches. */
export const hasBatches: Readonly<Record<BurstVariant, boolean>> = { coalesced: true, each: false };
