// What is compared: one fan-out for each half second's events, and one for each event, as it was before.

/** In the order of the table; each is an entry to the function `broadcast`. */
export const burstVariants = {
  coalesced: 'lambdas/broadcast/index.ts',
  each: 'bench/burst/each.ts',
};

export type BurstVariant = keyof typeof burstVariants;

/** Connections negotiate batches, but before coalescing there were none. */
export const hasBatches: Readonly<Record<BurstVariant, boolean>> = { coalesced: true, each: false };
