// Loads something when it is first needed.

/** @returns a function that calls `load` the first time, and returns the same promise from then on */
export function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loaded: Promise<Loaded> | undefined;
  return () => (loaded ??= load());
}
