// The measurement `fan-out`: cost of one message to many connections, compared with alternatives to the service's fan-out.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCertificate } from './certificate';
import { bundlePosting, measurePosting } from './posting-process';
import { medianOf, type Result } from './results';
import { startSink, type Sink } from './sink';
import type { VariantName } from './variants/variant';

export interface FanOutBenchOptions {
  readonly variants: readonly VariantName[];
  /** Numbers of connections. */
  readonly sizes: readonly number[];
  /** Number of runs, of which the median is taken. */
  readonly runs: number;
  /** Folder for V8 CPU profiles. Default: no profiles. */
  readonly profiles?: string | undefined;
  /** Called after each run. */
  readonly onRun: (run: number, result: Result) => void;
}

const region = 'eu-central-1';

/**
 * Measures all variants at all numbers of connections. Each run is a separate process; the sink runs in this process. Variants
 * alternate, so that temporary load on the machine affects all of them.
 * @throws Error if a process fails, or the sink did not get the expected posts
 */
export async function benchFanOut(options: FanOutBenchOptions): Promise<readonly Result[]> {
  const { variants, sizes, runs, profiles, onRun } = options;
  return withSink(async (sink, posting) => {
    const results = new Map<string, [Result, ...Result[]]>();
    for (let run = 1; run <= runs; run += 1) {
      for (const connections of sizes) {
        for (const variant of variants) {
          const result = await measure(variant, connections, sink, { ...posting, profiles });
          onRun(run, result);
          const key = `${connections} ${variant}`;
          results.set(key, [result, ...(results.get(key) ?? [])]);
        }
      }
    }
    return [...results.values()].map(medianOf);
  });
}

/** Options of the measured process. */
export type Posting = Omit<Parameters<typeof measurePosting>[1], 'onWarm'>;

/** Runs `work` with a sink and the program that posts to it, and cleans up afterwards. */
export async function withSink<T>(work: (sink: Sink, posting: Posting) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mission-control-bench-'));
  const tls = createCertificate(new Date());
  const authority = path.join(directory, 'authority.pem');
  await writeFile(authority, tls.certificate);
  const sink = await startSink(tls, Date.now());
  try {
    const file = await bundlePosting(directory);
    return await work(sink, { file, environment: environmentOf(directory, authority, sink.url) });
  } finally {
    await sink.close();
    await rm(directory, { recursive: true });
  }
}

/** The target of the posts. */
export const surroundingsOf = ({ url }: Sink) => ({ callbackUrl: `${url}/live`, region });

async function measure(
  variant: VariantName,
  connections: number,
  sink: Sink,
  options: Posting,
): Promise<Result> {
  const measured = await measurePosting(
    { variant, connections, surroundings: surroundingsOf(sink) },
    { ...options, onWarm: () => sink.take() },
  );
  const messages = measured.fanOuts * connections;
  const got = sink.take();
  if (
    measured.delivered !== messages ||
    got.posts !== messages ||
    got.connections !== connections
  ) {
    throw new Error(
      `${variant} should have posted ${messages} messages to ${connections} connections; it counted ` +
        `${measured.delivered}, the sink ${got.posts} to ${got.connections}.`,
    );
  }
  return {
    variant,
    connections,
    cpuMicrosPerPost: measured.cpuMicroseconds / messages,
    postsPerSecond: (messages * 1_000) / measured.milliseconds,
    peakRssMb: measured.peakRssBytes / 2 ** 20,
  };
}

/** The environment of the measured process. It contains no variable of the shell, which could change the result. */
function environmentOf(
  directory: string,
  authority: string,
  dynamoUrl: string,
): Readonly<Record<string, string>> {
  return {
    // The SDK looks for its configuration files here.
    HOME: directory,
    USERPROFILE: directory,
    NODE_EXTRA_CA_CERTS: authority,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    // The credentials of a function's role include a token of about this length, which is sent with every request.
    AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE'.padEnd(800, 'Example0'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
