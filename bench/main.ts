// `npm run bench`: measures on this machine, beside what one would use instead.
import { cpus } from 'node:os';
import { parseArguments, UsageError } from '../local/commands/arguments';
import { runAsProcess, withSentences, type Command } from '../local/commands/command';
import { benchFanOut } from './fan-out';
import { formatTable } from './results';
import { benchStuck, formatStuckTable, type StuckResult } from './stuck';
import { variantNames, type VariantName } from './variants/variant';

const help = `Measures what one frame to many connections costs.

Usage: npm run bench -- fan-out [options]

  --connections N    how many connections            default: 1000, 10000 and 50000
  --runs N           runs that the median is of      default: 3
  --stuck N          instead: how long the others wait if N of 10,000 clients do not read
  --variant NAME     only this one; may be repeated  default: ${variantNames.join(', ')}
  --profiles FOLDER  write a V8 CPU profile of each run
  --json             print the results as JSON
  --help

fast             ours: lambdas/core/fan-out.ts, with the listing of the connections
unsigned         undici's pool as it comes: no signature, no listing, no retries; the floor
sdk-bounded      the AWS SDK's client, 128 posts in flight over 128 sockets, with the listing
sdk-promise-all  the AWS SDK's client as it comes, all posts at once, with the listing`;

const command: Command = withSentences(async (args, { print, complain }) => {
  const given = parseArguments(args, {
    connections: 'text',
    runs: 'text',
    stuck: 'text',
    variant: 'texts',
    profiles: 'text',
    json: 'flag',
    help: 'flag',
  });
  if (given.flag('help')) {
    print(help);
    return 0;
  }
  if (given.positionals.length !== 1 || given.positionals[0] !== 'fan-out') {
    throw new UsageError('The first argument must be fan-out: the one thing that is measured.');
  }
  const connections = given.wholeNumber('connections', 1, 1_000_000);
  const runs = given.wholeNumber('runs', 1, 100) ?? 3;
  const stuck = given.wholeNumber('stuck', 1, (connections ?? 10_000) - 1);
  if (stuck !== undefined) {
    const onRun = (run: number, { stuck: count, milliseconds }: StuckResult) => {
      complain(`run ${run} of ${runs}, ${count} do not read: ${milliseconds.toFixed(0)} ms`);
    };
    const results = await benchStuck({ connections: connections ?? 10_000, stuck, runs, onRun });
    const isJson = given.flag('json');
    print(isJson ? JSON.stringify(results, undefined, 2) : `\n${formatStuckTable(results)}`);
    return 0;
  }
  const named = given.texts('variant').map(parseVariant);
  const results = await benchFanOut({
    variants: named.length > 0 ? named : variantNames,
    sizes: connections === undefined ? [1_000, 10_000, 50_000] : [connections],
    runs,
    profiles: given.text('profiles'),
    onRun: (run, { variant, connections: size, cpuMicrosPerFrame }) => {
      complain(`run ${run} of ${runs}, ${size} × ${variant}: ${cpuMicrosPerFrame.toFixed(1)} µs`);
    },
  });
  if (given.flag('json')) {
    print(JSON.stringify(results, undefined, 2));
    return 0;
  }
  const processor = cpus()[0]?.model ?? 'unknown processor';
  print(`\n${formatTable(results)}\n`);
  print(`Medians of ${runs}; Node.js ${process.versions.node}, ${processor}.`);
  return 0;
});

function parseVariant(name: string): VariantName {
  const variant = variantNames.find((known) => known === name);
  if (variant !== undefined) return variant;
  throw new UsageError(`--variant must be one of ${variantNames.join(', ')}.`);
}

if (require.main === module) void runAsProcess(command);
