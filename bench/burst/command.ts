// Parses the command line of `burst`, and runs the measurement.
import { UsageError, type Arguments } from '#sdk/command/arguments';
import type { Output } from '#sdk/command/command';
import type { Measured } from '../results';
import { benchBurst, environments } from './burst';
import { formatBurstTable } from './results';
import { burstVariants, type BurstVariant } from './variants';

export const burstVariantNames = Object.keys(burstVariants) as BurstVariant[];

/** @throws {UsageError} if an option is not valid */
export async function measureBurst(given: Arguments, { complain }: Output): Promise<Measured> {
  const rate = given.wholeNumber('events-per-second', 1, 10_000);
  const connections = given.wholeNumber('connections', 1, 100_000);
  const seconds = given.wholeNumber('seconds', 1, 3_600) ?? 20;
  const warmUpSeconds = given.wholeNumber('warm-up', 0, 3_600) ?? 20;
  const named = given.texts('variant').map(parseVariant);
  const results = await benchBurst({
    variants: named.length > 0 ? named : burstVariantNames,
    sizes: connections === undefined ? [100, 1_000] : [connections],
    rates: rate === undefined ? [1, 10, 50, 300] : [rate],
    ...{ seconds, warmUpSeconds },
    onRun: (result, complaint) => {
      const { variant, connections: size, eventsPerSecond, p99Milliseconds: p99 } = result;
      complain(`${eventsPerSecond} events/s to ${size} × ${variant}: p99 ${p99.toFixed(0)} ms`);
      if (complaint !== undefined) complain(`  ${complaint}`);
    },
  });
  const note =
    `${seconds} s each after ${warmUpSeconds} s to warm up, in at most ${environments} ` +
    'execution environments';
  return { results, table: formatBurstTable(results), note };
}

function parseVariant(name: string): BurstVariant {
  const variant = burstVariantNames.find((known) => known === name);
  if (variant !== undefined) return variant;
  throw new UsageError(`--variant of burst must be one of ${burstVariantNames.join(', ')}.`);
}
