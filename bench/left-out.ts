// The measurement `fan-out --left-out`: cost of connections that watch other agents than that of the event.
import { surroundingsOf, withSink, type Posting } from './fan-out';
import type { PostingTask } from './posting';
import { measurePosting } from './posting-process';
import { formatRows, medianNumber } from './results';
import type { Sink } from './sink';

export interface LeftOutResult {
  readonly connections: number;
  /** User and system time of a fan-out without a post, for each of its connections. */
  readonly cpuMicrosPerConnection: number;
  /** Of it, the time to list connections that get everything, which every fan-out needs. */
  readonly listingMicrosPerConnection: number;
}

export interface LeftOutBenchOptions {
  /** Numbers of connections. */
  readonly sizes: readonly number[];
  readonly runs: number;
  /** Called after each run. */
  readonly onRun: (run: number, result: LeftOutResult) => void;
}

/**
 * Measures, in turn, fan-outs that leave out every connection, and the listing alone.
 * @throws Error if anything was posted
 */
export async function benchLeftOut(
  options: LeftOutBenchOptions,
): Promise<readonly LeftOutResult[]> {
  const { sizes, runs, onRun } = options;
  return withSink(async (sink, posting) => {
    const results: LeftOutResult[] = [];
    for (const connections of sizes) {
      const measured: LeftOutResult[] = [];
      for (let run = 1; run <= runs; run += 1) {
        const result = {
          connections,
          cpuMicrosPerConnection: await measure('fast', connections, sink, posting),
          listingMicrosPerConnection: await measure('listing', connections, sink, posting),
        };
        onRun(run, result);
        measured.push(result);
      }
      const median = (of: (one: LeftOutResult) => number) =>
        Number(medianNumber(measured.map(of)).toFixed(2));
      results.push({
        connections,
        cpuMicrosPerConnection: median((one) => one.cpuMicrosPerConnection),
        listingMicrosPerConnection: median((one) => one.listingMicrosPerConnection),
      });
    }
    return results;
  });
}

async function measure(
  variant: PostingTask['variant'],
  connections: number,
  sink: Sink,
  posting: Posting,
): Promise<number> {
  const surroundings = { ...surroundingsOf(sink), watching: true };
  const { fanOuts, cpuMicroseconds } = await measurePosting(
    { variant, connections, surroundings },
    { ...posting, onWarm: () => undefined },
  );
  const { posts } = sink.take();
  if (posts > 0) throw new Error(`Nothing should have been posted, but ${posts} messages were.`);
  return cpuMicroseconds / (fanOuts * connections);
}

/** Formats the results as a Markdown table. The last column is what leaving a connection out adds to listing it. */
export function formatLeftOutTable(results: readonly LeftOutResult[]): string {
  return formatRows(
    ['connections left out', 'CPU µs of each', 'listing alone', 'added'],
    results.map(
      ({ connections, cpuMicrosPerConnection: all, listingMicrosPerConnection: list }) => [
        connections.toLocaleString('en'),
        all.toFixed(2),
        list.toFixed(2),
        (all - list).toFixed(2),
      ],
    ),
  );
}
