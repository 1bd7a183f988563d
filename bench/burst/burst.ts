// The measurement `burst`: cost and delay of many events, with coalescing and with a fan-out for each event.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentileOf } from '#local/support/percentile';
import { createCertificate } from '../certificate';
import { Arrivals } from './arrivals';
import { environmentOf, region } from './environment';
import type { FunctionsEnd } from './functions-process';
import type { Load } from './load';
import {
  bundlePrograms,
  startFunctions,
  startTable,
  type RunningFunctions,
  type RunningTable,
} from './processes';
import { startRecordingSink, type RecordingSink } from './recording-sink';
import type { BurstResult } from './results';
import { hasBatches, type BurstVariant } from './variants';

export interface BurstBenchOptions {
  readonly variants: readonly BurstVariant[];
  /** Numbers of connections. */
  readonly sizes: readonly number[];
  /** Events a second. */
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Called after each run. `complaint` describes the warnings and errors of the functions, if there were any. */
  readonly onRun: (result: BurstResult, complaint: string | undefined) => void;
}

/**
 * Maximum number of concurrent invocations of `broadcast`, each in its own execution environment; further events wait. Lambda
 * would have more environments, each with its own CPU. Here, more of them would be slower, because they share the CPU.
 */
export const environments = 8;

/** Time after the last event at which events that are still waiting are dropped. */
const graceMilliseconds = 10_000;

/** Pause after the warm-up. It is longer than `coalesceMilliseconds`, so that no flush runs when the measurement starts. */
const restMilliseconds = 1_000;

/**
 * Measures the variants at each rate and number of connections, one after the other. Each run has its own process for the
 * execution environments; only the CPU time of this process is measured. The table runs in another process, and the sink in this
 * one.
 * @throws Error if a process fails
 */
export async function benchBurst(options: BurstBenchOptions): Promise<readonly BurstResult[]> {
  const { variants, sizes, rates, seconds, warmUpSeconds, onRun } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'mission-control-bench-'));
  const tls = createCertificate(new Date());
  const authority = path.join(directory, 'authority.pem');
  await writeFile(authority, tls.certificate);
  const sink = await startRecordingSink(tls);
  let table: RunningTable | undefined;
  try {
    table = await startTable({ tls, region }, { NODE_EXTRA_CA_CERTS: authority });
    const programs = await bundlePrograms(directory);
    const loads = sizes.flatMap((connections) =>
      rates.map((eventsPerSecond) => ({ connections, eventsPerSecond, seconds, warmUpSeconds })),
    );
    const results: BurstResult[] = [];
    for (const load of loads) {
      for (const variant of variants) {
        const tableName = `burst-${results.length}`;
        const { connections } = load;
        await table.fill({ tableName, connections, batches: hasBatches[variant] });
        const urls = { sinkUrl: sink.url, tableUrl: table.url };
        const functions = startFunctions(programs.functions, {
          file: programs.handlers[variant],
          environments,
          environment: environmentOf({ directory, authority, ...urls, tableName }),
        });
        try {
          const [measured, complaint] = await measure(functions, sink, load);
          const result = { variant, ...measured };
          onRun(result, complaint);
          results.push(result);
        } finally {
          await functions.end();
        }
      }
    }
    return results;
  } finally {
    await table?.end();
    await sink.close();
    await rm(directory, { recursive: true });
  }
}

interface Measurement {
  readonly connections: number;
  readonly eventsPerSecond: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

async function measure(
  functions: RunningFunctions,
  sink: RecordingSink,
  { connections, eventsPerSecond, seconds, warmUpSeconds }: Measurement,
): Promise<readonly [Omit<BurstResult, 'variant'>, complaint: string | undefined]> {
  const run = async (first: number, during: number): Promise<readonly [Load, FunctionsEnd]> => {
    const count = Math.max(1, Math.round(eventsPerSecond * during));
    const load = { first, count, eventsPerSecond, startAt: Date.now() + 100 };
    return [load, await functions.run({ load, graceMilliseconds })];
  };
  const [warmUp] = warmUpSeconds > 0 ? await run(0, warmUpSeconds) : [{ count: 0 }];
  await sleep(restMilliseconds);
  const arrivals = new Arrivals(connections);
  sink.record(arrivals);
  const [load, end] = await run(warmUp.count, seconds);
  sink.record(undefined);
  const delays = arrivals.delaysOf(load, end.endedAt);
  const cpuMilliseconds = end.cpuMicroseconds / 1000;
  const result = {
    connections,
    eventsPerSecond,
    posts: arrivals.posts,
    cpuMillisPerSecond: round(cpuMilliseconds / (end.milliseconds / 1000)),
    p50Milliseconds: round(percentileOf(delays.milliseconds, 50)),
    p99Milliseconds: round(percentileOf(delays.milliseconds, 99)),
    converged: delays.converged,
    messages: delays.messages,
    cpuMilliseconds: round(cpuMilliseconds),
  };
  const { complaints, complaint } = end;
  return [result, complaint && `${complaints} complaints, the first: ${complaint.slice(0, 500)}`];
}

const round = (number: number) => Number(number.toFixed(1));
