// `npm run bench`: measures the service's code on this machine, compared with alternatives.
import { cpus } from 'node:os';
import { parseArguments, UsageError, type Arguments } from '#sdk/command/arguments';
import { runAsProcess, withSentences, type Command, type Output } from '#sdk/command/command';
import { burstVariantNames, measureBurst } from './burst/command';
import { measureColdStart } from './cold-start/command';
import { measureDashboard } from './dashboard/command';
import { benchFanOut } from './fan-out';
import { benchLeftOut, formatLeftOutTable, type LeftOutResult } from './left-out';
import { hooksVariantNames, measureHooks } from './hooks/command';
import { measureLatency } from './latency/command';
import { formatTable, type Measured } from './results';
import { benchStuck, formatStuckTable, type StuckResult } from './stuck';
import { variantNames, type VariantName } from './variants/variant';

const help = `Measures what messages cost: those who send them to many connections, and a page that shows them; and cold starts.

Usage: npm run bench -- fan-out [options]    one message to all of them
       npm run bench -- burst [options]      many events a second, coalesced and each by itself
       npm run bench -- latency [options]    an event to its messages, and a handshake to its snapshot, in steps
       npm run bench -- cold-start [options] import and first call of each function in a fresh process
       npm run bench -- hooks [options]      a page that shows a number, while many events a second come; needs Chromium
       npm run bench -- dashboard [options]  the dashboard, while many events a second come; needs Chromium

  --connections N        how many connections            default: 1000, 10000 and 50000; of burst 100 and 1000;
                                                         of latency 1, 100 and 1000
  --variant NAME         only this one; may be repeated  default: ${variantNames.join(', ')};
                                                         of burst ${burstVariantNames.join(', ')}
                                                         of hooks ${hooksVariantNames.join(', ')};
                                                         of cold-start the names of the functions
  --json                 print the results as JSON
  --help

fan-out
  --runs N               runs that the median is of      default: 3
  --left-out             instead: what a connection costs that watches other agents than the event's
  --stuck N              instead: how long the others wait if N of 10,000 clients do not read
  --profiles FOLDER      write a V8 CPU profile of each run

burst
  --events-per-second N  how many events                 default: 1, 10, 50 and 300
  --seconds N            how long each is measured       default: 20
  --warm-up N            seconds of it before            default: 20

latency
  --runs N               how many events and handshakes  default: 100

cold-start
  --runs N               runs that the median is of      default: 30
  --before COMMIT        the version to compare with     default: the one before smaller bundles

hooks
  --agents N             how many, with a session each   default: 2000
  --events-per-second N  how many events                 default: 200
  --seconds N            how long each is measured       default: 10
  --runs N               runs that the median is of      default: 3

dashboard: the options of hooks, and
  --before FOLDER        another checkout, with its dependencies: its dashboard is measured in turn

fast             ours: lambdas/core/fan-out/fan-out.ts, with the listing of the connections
unsigned         undici's pool as it comes: no signature, no listing, no retries; the floor
sdk-bounded      the AWS SDK's client, 128 posts in flight over 128 sockets, with the listing
sdk-promise-all  the AWS SDK's client as it comes, all posts at once, with the listing

coalesced        ours: the function broadcast, to connections that take batches
each             the version before: a fan-out for each event, to connections without batches

use…             ours: the hooks of sdk/client/react
filter           ours: useAgents with an inline function as the filter
listener         a listener of the client that renders each time, and sorts the sessions`;

const command: Command = withSentences(async (args, output) => {
  const given = parseArguments(args, {
    ...{ connections: 'text', variant: 'texts', json: 'flag', help: 'flag' },
    ...{ runs: 'text', stuck: 'text', 'left-out': 'flag', profiles: 'text' },
    ...{ 'events-per-second': 'text', seconds: 'text', 'warm-up': 'text' },
    ...{ agents: 'text', before: 'text' },
  });
  if (given.flag('help')) {
    output.print(help);
    return 0;
  }
  const [what, ...others] = given.positionals;
  const measure = others.length === 0 ? measurements.get(what ?? '') : undefined;
  if (measure === undefined) {
    throw new UsageError(
      'The first argument must be fan-out, burst, latency, cold-start, hooks or dashboard: what is to be measured.',
    );
  }
  const { results, table, note } = await measure(given, output);
  if (given.flag('json')) {
    output.print(JSON.stringify(results, undefined, 2));
    return 0;
  }
  const processor = cpus()[0]?.model ?? 'unknown processor';
  output.print(`\n${table}\n`);
  output.print(`${note}; Node.js ${process.versions.node}, ${processor}.`);
  return 0;
});

type Measure = (given: Arguments, output: Output) => Promise<Measured>;

async function measureFanOut(given: Arguments, { complain }: Output): Promise<Measured> {
  const connections = given.wholeNumber('connections', 1, 1_000_000);
  const runs = given.wholeNumber('runs', 1, 100) ?? 3;
  const note = `Medians of ${runs}`;
  const stuck = given.wholeNumber('stuck', 1, (connections ?? 10_000) - 1);
  if (stuck !== undefined) {
    const onRun = (run: number, { stuck: count, milliseconds }: StuckResult) => {
      complain(`run ${run} of ${runs}, ${count} do not read: ${milliseconds.toFixed(0)} ms`);
    };
    const results = await benchStuck({ connections: connections ?? 10_000, stuck, runs, onRun });
    return { results, table: formatStuckTable(results), note };
  }
  if (given.flag('left-out')) {
    const onRun = (run: number, result: LeftOutResult) => {
      const { connections: size, cpuMicrosPerConnection: micros } = result;
      complain(`run ${run} of ${runs}, ${size} left out: ${micros.toFixed(2)} µs each`);
    };
    const sizes = [connections ?? 10_000];
    const results = await benchLeftOut({ sizes, runs, onRun });
    return { results, table: formatLeftOutTable(results), note };
  }
  const named = given.texts('variant').map(parseVariant);
  const results = await benchFanOut({
    variants: named.length > 0 ? named : variantNames,
    sizes: connections === undefined ? [1_000, 10_000, 50_000] : [connections],
    runs,
    profiles: given.text('profiles'),
    onRun: (run, { variant, connections: size, cpuMicrosPerPost }) => {
      complain(`run ${run} of ${runs}, ${size} × ${variant}: ${cpuMicrosPerPost.toFixed(1)} µs`);
    },
  });
  return { results, table: formatTable(results), note };
}

const measurements = new Map<string, Measure>([
  ['fan-out', measureFanOut],
  ['burst', measureBurst],
  ['latency', measureLatency],
  ['cold-start', measureColdStart],
  ['hooks', measureHooks],
  ['dashboard', measureDashboard],
]);

function parseVariant(name: string): VariantName {
  const variant = variantNames.find((known) => known === name);
  if (variant !== undefined) return variant;
  throw new UsageError(`--variant must be one of ${variantNames.join(', ')}.`);
}

if (require.main === module) void runAsProcess(command);
