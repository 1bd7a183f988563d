// The measurement `fan-out --stuck N`: delay of a fan-out for other clients if some clients do not read.
import { connectionsOf } from './connections';
import { surroundingsOf, withSink, type Posting } from './fan-out';
import { measurePosting } from './posting-process';
import { formatRows, medianNumber } from './results';
import type { Sink } from './sink';

/** The default of the setting `maxPostsPerSecond`. */
const maxPostsPerSecond = 8_000;

export interface StuckResult {
  readonly connections: number;
  /** Number of these connections whose posts are answered with 429. */
  readonly stuck: number;
  /** Time from the first post to the last delivered one; the median of the runs. */
  readonly milliseconds: number;
}

export interface StuckBenchOptions {
  readonly connections: number;
  readonly stuck: number;
  readonly runs: number;
  /** Called after each run. */
  readonly onRun: (run: number, result: StuckResult) => void;
}

/**
 * Measures fan-outs at the default pace, in turn with no and with `stuck` clients that do not read.
 * @throws Error if a run did not deliver to exactly the clients that read
 */
export async function benchStuck(options: StuckBenchOptions): Promise<readonly StuckResult[]> {
  const { connections, stuck, runs, onRun } = options;
  return withSink(async (sink, posting) => {
    const times = new Map<number, number[]>([
      [0, []],
      [stuck, []],
    ]);
    for (let run = 1; run <= runs; run += 1) {
      for (const [count, measured] of times) {
        const milliseconds = await measure(connections, count, sink, posting);
        onRun(run, { connections, stuck: count, milliseconds });
        measured.push(milliseconds);
      }
    }
    return [...times].map(([count, measured]) => ({
      ...{ connections, stuck: count, milliseconds: medianNumber(measured) },
    }));
  });
}

async function measure(
  connections: number,
  stuck: number,
  sink: Sink,
  posting: Posting,
): Promise<number> {
  const surroundings = { ...surroundingsOf(sink), maxPostsPerSecond };
  const { delivered } = await measurePosting(
    { variant: 'fast', connections, surroundings, once: true },
    {
      ...posting,
      onWarm: () => {
        // Ids are pseudorandom, so these connections are spread over the shards.
        const ids = connectionsOf(stuck).map(({ connectionId }) => connectionId);
        sink.setStuck(ids);
        sink.take();
      },
    },
  );
  sink.setStuck([]);
  const taken = sink.take();
  if (delivered !== connections - stuck || taken.connections !== connections) {
    throw new Error(
      `${connections - stuck} of ${connections} connections should have been served; ${delivered} were, and ` +
        `${taken.connections} were posted to.`,
    );
  }
  return taken.milliseconds;
}

/** Formats the results as a Markdown table. The last column compares the times with that of the first row. */
export function formatStuckTable(results: readonly StuckResult[]): string {
  const [none] = results;
  return formatRows(
    ['connections', 'do not read', 'last of the others served after', '× none'],
    results.map(({ connections, stuck, milliseconds }) => [
      connections.toLocaleString('en'),
      stuck.toLocaleString('en'),
      `${(milliseconds / 1000).toFixed(2)} s`,
      (milliseconds / (none?.milliseconds ?? NaN)).toFixed(2),
    ]),
  );
}
