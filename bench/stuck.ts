// `fan-out --stuck N`: how long the others wait when some clients do not read, beside a fan-out to as many that all do.
import { connectionsOf } from './connections';
import { surroundingsOf, withSink, type Posting } from './fan-out';
import { measurePosting } from './posting-process';
import { formatRows, medianNumber } from './results';
import type { Sink } from './sink';

/** The setting's default. */
const maxPostsPerSecond = 8_000;

export interface StuckResult {
  readonly connections: number;
  /** Of them, those whose posts are answered 429. */
  readonly stuck: number;
  /** From the first post to the last one that was delivered: a median of the runs. */
  readonly milliseconds: number;
}

export interface StuckBenchOptions {
  readonly connections: number;
  readonly stuck: number;
  readonly runs: number;
  /** Told of each run. */
  readonly onRun: (run: number, result: StuckResult) => void;
}

/**
 * Measures fan-outs of the service at its default pace, with none and with so many stuck, in turns.
 * @throws when not exactly those who read were served
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
        // Ids are random enough: these are anywhere in the shards.
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

/** The results as a Markdown table; the last column compares the times with the first row's. */
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
