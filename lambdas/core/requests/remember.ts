// Caches the result of an asynchronous read for some time.
import type { Clock } from '../clock';

/**
 * Reads at the first call, and returns the same result to all calls within `milliseconds` of it, even while the read is
 * under way. A read that rejects is not remembered: the next call tries again.
 */
export function rememberFor<Value>(
  milliseconds: number,
  now: Clock,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let last: { readonly value: Promise<Value>; readonly at: number } | undefined;
  return () => {
    const age = last === undefined ? Infinity : now() - last.at;
    // If the clock was set back, the result must not be kept for longer.
    if (last !== undefined && age >= 0 && age < milliseconds) return last.value;
    const reading = { value: read(), at: now() };
    last = reading;
    reading.value.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading.value;
  };
}
