// One read for all who ask within some seconds.
import type { Clock } from '../clock';

/**
 * Reads at the first call, and gives the same to whoever asks within `milliseconds` of it, also while the read is under
 * way. A read that rejects is forgotten: whoever asks next tries again.
 */
export function rememberFor<Value>(
  milliseconds: number,
  now: Clock,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let last: { readonly value: Promise<Value>; readonly at: number } | undefined;
  return () => {
    const age = last === undefined ? Infinity : now() - last.at;
    // A clock that was put back must not make it last for longer.
    if (last !== undefined && age >= 0 && age < milliseconds) return last.value;
    const reading = { value: read(), at: now() };
    last = reading;
    reading.value.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading.value;
  };
}
