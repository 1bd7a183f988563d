// Random numbers and choices that are the same in each run with the same seed.

/** Random values from a fixed seed. */
export interface Random {
  /** Returns an integer from 0 to below `limit`. */
  below(limit: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
}

/** Creates the values of a seed (Mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, oneOf: (items) => items[below(items.length)] as (typeof items)[number] };
}
