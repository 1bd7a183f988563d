// The measurement `cold-start`: import and first call of each function in a fresh process, of this version and of one before.
import { medianNumber } from '../results';
import { firstEvents, type Occasion } from './first-events';
import { loadedKilobytes } from './loaded-modules';
import { runCold, type ColdRun } from './run-cold';
import { openSurroundings, type Surroundings } from './surroundings';
import { bundleCommit } from './versions';

/** The result that `--json` prints for each function and version: medians. */
export interface ColdStartResult {
  readonly function: string;
  /** `now`: this checkout; `before`: the other commit. */
  readonly version: 'before' | 'now';
  /** Size of the modules that are loaded with the bundle, in kilobytes of 1,000 bytes. */
  readonly kilobytes: number;
  /** Elapsed time of the import of the bundle. */
  readonly importMilliseconds: number;
  /** Elapsed time of the first call. */
  readonly firstCallMilliseconds: number;
  /** User and system time of both. */
  readonly cpuMilliseconds: number;
}

export interface ColdStartOptions {
  /** The names of the functions. */
  readonly functions: readonly string[];
  /** How many runs the median is of. */
  readonly runs: number;
  /** The other commit. */
  readonly before: string;
  /** Called after each run of all functions. */
  readonly onRun: (run: number) => void;
}

type Bundles = Readonly<Record<ColdStartResult['version'], (functionName: string) => string>>;

/**
 * Measures the functions of both versions in turn, each in a fresh process. Both get the environment of this version.
 * @returns a result for each function and version
 * @throws Error if the other version cannot be bundled, or a first call does not succeed
 */
export async function benchColdStart(
  options: ColdStartOptions,
): Promise<readonly ColdStartResult[]> {
  const earlier = await bundleCommit(options.before);
  try {
    const surroundings = await openSurroundings();
    try {
      const { functions } = surroundings;
      return await measureAll(options, surroundings, {
        before: earlier.fileOf,
        now: (name) => functions.get(`mission-control-${name}`)?.file ?? '',
      });
    } finally {
      await surroundings.close();
    }
  } finally {
    await earlier.remove();
  }
}

async function measureAll(
  { functions, runs, onRun }: ColdStartOptions,
  surroundings: Surroundings,
  bundles: Bundles,
): Promise<readonly ColdStartResult[]> {
  const versions = ['before', 'now'] as const;
  const rows = functions.flatMap((name) =>
    versions.map((version) => ({
      name,
      version,
      file: bundles[version](name),
      measured: [] as ColdRun[],
    })),
  );
  // The first run fills the machine's cache of files, and is not measured.
  for (let run = 0; run <= runs; run += 1) {
    for (const row of rows) {
      const { name, version, file } = row;
      const measured = await measure({ name, file, id: `${version}-${run}` }, surroundings);
      if (run > 0) row.measured.push(measured);
    }
    if (run > 0) onRun(run);
  }
  return Promise.all(
    rows.map(async ({ name, version, file, measured }) => ({
      ...{ function: name, version, kilobytes: await loadedKilobytes(file) },
      ...mediansOf(measured),
    })),
  );
}

async function measure(
  { name, file, id }: { readonly name: string; readonly file: string; readonly id: string },
  surroundings: Surroundings,
): Promise<ColdRun> {
  const { token, userId, connectionId } = surroundings;
  const occasion: Occasion = { id, now: Date.now(), token, userId, connectionId };
  const { event, succeeded, posts, environment, withoutPauses } = firstEventOf(name)(occasion);
  surroundings.forget();
  try {
    const ofTemplate = surroundings.functions.get(`mission-control-${name}`)?.environment ?? {};
    const run = await runCold({
      ...{ file, event, withoutPauses, environment: { ...ofTemplate, ...environment } },
    });
    if (!succeeded(run)) {
      throw new Error(`It returned ${JSON.stringify(run.value)}.\n${run.printed.trim()}`);
    }
    if (posts !== undefined) await surroundings.received(posts);
    return run;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The first call of ${name} (${file}) did not succeed: ${reason}`, {
      cause: error,
    });
  }
}

function firstEventOf(name: string) {
  const found = firstEvents[name];
  if (found === undefined) throw new Error(`There is no first event for ${name}.`);
  return found;
}

/** The median of each number. */
export function mediansOf(
  runs: readonly ColdRun[],
): Pick<ColdStartResult, 'importMilliseconds' | 'firstCallMilliseconds' | 'cpuMilliseconds'> {
  return {
    importMilliseconds: medianNumber(runs.map((run) => run.importMilliseconds)),
    firstCallMilliseconds: medianNumber(runs.map((run) => run.firstCallMilliseconds)),
    cpuMilliseconds: medianNumber(runs.map((run) => run.cpuMilliseconds)),
  };
}
