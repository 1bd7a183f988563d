// `burst`: what many events cost, and how late they are, coalesced and with a fan-out for each.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificate } from '../certificate';
import { Arrivals, quantileOf } from './arrivals';
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
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Told of each run, and of what its functions had to complain about. */
  readonly onRun: (result: BurstResult, complaint: string | undefined) => void;
}

/**
 * Invocations of `broadcast` at the same time, each in an execution environment of its own; the others wait in line.
 * Lambda would have more, with processors of their own. Here more of them are slower, as they share those of this machine.
 */
export const environments = 8;

/** How long after the last event one that has not been begun with is given up. */
const graceMilliseconds = 10_000;

/** Longer than `coalesceMilliseconds`: the first event of a measurement finds nobody at work. */
const restMilliseconds = 1_000;

/**
 * Measures at each rate and size what the variants take, one after the other. Each run has a process for its
 * execution environments, which is all that is measured; the table is in another, and what is posted to is in this one.
 * @throws when a process fails; not when it is slow
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
    p50Milliseconds: round(quantileOf(delays.milliseconds, 0.5)),
    p99Milliseconds: round(quantileOf(delays.milliseconds, 0.99)),
    converged: delays.converged,
    messages: delays.messages,
    cpuMilliseconds: round(cpuMilliseconds),
  };
  const { complaints, complaint } = end;
  return [result, complaint && `${complaints} complaints, the first: ${complaint.slice(0, 500)}`];
}

const round = (number: number) => Number(number.toFixed(1));
