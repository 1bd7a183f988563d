// Parses the command line of `latency`, and runs the measurement.
import type { Arguments } from '#sdk/command/arguments';
import type { Output } from '#sdk/command/command';
import type { Measured } from '../results';
import { benchLatency } from './latency';
import { formatLatencyTable } from './results';

/** @throws {UsageError} if an option is not valid */
export async function measureLatency(given: Arguments, { complain }: Output): Promise<Measured> {
  const connections = given.wholeNumber('connections', 1, 10_000);
  const runs = given.wholeNumber('runs', 1, 10_000) ?? 100;
  const results = await benchLatency({
    sizes: connections === undefined ? [1, 100, 1_000] : [connections],
    runs,
    onResult: ({ measurement, connections: size, p50Milliseconds, p99Milliseconds }) => {
      const times = `p50 ${p50Milliseconds.toFixed(0)} ms, p99 ${p99Milliseconds.toFixed(0)} ms`;
      complain(`${measurement}, ${size} connections: ${times}`);
    },
  });
  const note = `${runs} events and handshakes each, one a second, on the local stack`;
  return { results, table: formatLatencyTable(results), note };
}
