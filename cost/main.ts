// `npm run cost`: prints the monthly cost of a load on AWS, its latency to the last client, and the quotas that it needs.
import { parseArguments, UsageError } from '#sdk/command/arguments';
import { runAsProcess, withSentences, type Command } from '#sdk/command/command';
import { abuses } from './abuse/abuses';
import { dollarsOfDay } from './abuse/daily-usage';
import { abuseTable } from './tables/abuse';
import { billOf } from './model/bill';
import { coalescingOf } from './model/coalescing';
import { coalescingMatrix, isSimulated } from './tables/coalescing-matrix';
import { postsPerSecondToOne } from './model/fan-out-time';
import type { Lane } from './model/lanes';
import { defaultLoad, withoutFlushes, type Load } from './model/load';
import { loadOptions, parseLoad } from './model/parse-load';
import { readMeasured } from './read-measured';
import { needsOf } from './model/quotas';
import { count, rate, seconds, share } from './tables/table';
import {
  billTable,
  heartbeatTable,
  simulationOf,
  simulationTable,
  timeTable,
} from './tables/tables';

const help = `Estimates the cost of a month of thirty days on AWS in us-east-1, without free tiers.

Usage: npm run cost -- --connections N --events-per-second R [options]
       npm run cost -- --abuse [--json]

  --connections N                connections at the busiest time, 1 to 10000000                   required
  --events-per-second R          events that are not stale, on average; may be below 1, e.g. 0.1  required
  --keep-alives-per-second R     agents that are kept alive, divided by their interval            default: ${defaultLoad.keepAlivesPerSecond}
  --hours-per-day H              how long a connection is open                                    default: ${defaultLoad.hoursPerDay}
  --heartbeat MODE               always or when-idle                                              default: ${defaultLoad.heartbeat}
  --heartbeat-seconds N          seconds between two heartbeats                                   default: ${defaultLoad.heartbeatSeconds}
  --message-bytes N              bytes of the message of an event                                 default: ${defaultLoad.messageBytes}
  --agents N                     agents in a snapshot                                             default: ${defaultLoad.agents}
  --sessions N                   sessions in a snapshot                                           default: ${defaultLoad.sessions}
  --timeline-hours N             hours that timelines are kept, or 0                              default: ${defaultLoad.timelineHours}
  --max-posts-per-second N       rate of posts of one fan-out                                     default: ${defaultLoad.maxPostsPerSecond}
  --stuck-connections N          connections whose clients do not read                            default: 0
  --large-fan-out-connections N  connections above which workers share a fan-out                  default: ${defaultLoad.largeFanOutConnections}
  --coalesce-milliseconds N      time from one flush to the next, or off                          default: ${defaultLoad.coalesceMilliseconds}
  --pack N                       events in an entry of EventBridge, on average                    default: ${defaultLoad.eventsPerPack}
  --documented-share S           share of connections without batches, 0 to 1                     default: ${defaultLoad.documentedShare}
  --watched-share S              share of the agents that each connection gets the events of      default: ${defaultLoad.watchedShare}
  --memory-megabytes LIST        memory of functions, e.g. broadcast=3008,connect=1024            default: that of the template
  --provisioned-concurrency LIST environments that are always ready, e.g. authorizer=2,connect=2  default: none
  --measured FILE                takes agents, sessions, message bytes and heartbeat seconds from what npm run verify -- --output FILE
                                 has written, in place of these defaults
  --abuse                        what each kind of abuse costs a day, as in docs/security.md
  --json                         prints the bill and the needs as JSON
  --help`;

export const costCommand: Command = withSentences(async (args, { print }) => {
  const given = parseArguments(args, {
    ...loadOptions,
    ...{ 'stuck-connections': 'text', measured: 'text' },
    ...{ json: 'flag', abuse: 'flag', help: 'flag' },
  });
  if (given.flag('help')) {
    print(help);
    return 0;
  }
  if (given.positionals.length > 0) throw new UsageError('npm run cost takes options only.');
  if (given.flag('abuse')) {
    print(given.flag('json') ? JSON.stringify(abuseBills(), undefined, 2) : abuseTable());
    return 0;
  }
  const file = given.text('measured');
  const measured = file === undefined ? undefined : readMeasured(file);
  const load = parseLoad(given, { ...defaultLoad, ...measured?.values });
  const stuck = given.wholeNumber('stuck-connections', 0, load.connections) ?? 0;
  const needs = needsOf(load);
  if (given.flag('json')) {
    const coalescing = coalescingOf(load, load.connections);
    const withoutCoalescing = billOf(withoutFlushes(load));
    print(
      JSON.stringify(
        { load, bill: billOf(load), needs, coalescing, withoutCoalescing },
        undefined,
        2,
      ),
    );
    return 0;
  }
  if (measured !== undefined) print(`${measured.note}\n`);
  const rates = [...new Set([0, load.eventsPerSecond])];
  const bills = columnsOf(load);
  print(`${billTable(bills)}\n\n${heartbeatTable(load, rates)}\n\n${timeTable([load])}\n`);
  const simulation = simulationOf(load);
  const whole = [count(load.connections), simulation] as const;
  const some = [
    `${count(stuck)} of them do not read`,
    { ...simulation, stuck: Math.min(stuck, simulation.connections) },
  ] as const;
  print(await simulationTable(stuck === 0 ? [whole] : [whole, some]));
  if (isSimulated(load)) print(`\n${await coalescingMatrix([load])}`);
  print(`\nPosts a second, day and night: ${count(needs.messagesPerSecond)}.`);
  print(flushSentences(load));
  print(
    `With the default of handshakesPerSecond all are back ${seconds(needs.reconnectSeconds)} after a cut.`,
  );
  return 0;
});

/** The columns of the bill: without coalescing, for comparison, and with it. */
function columnsOf(load: Load): readonly (readonly [name: string, load: Load])[] {
  const without = ['without coalescing', withoutFlushes(load)] as const;
  if (load.coalesceMilliseconds === 'off') return [without];
  return [without, [`at most every ${load.coalesceMilliseconds} ms`, load]];
}

function flushSentences(load: Load): string {
  if (load.coalesceMilliseconds === 'off') return 'Each event is a fan-out of its own.';
  const { batched, single } = coalescingOf(load, load.connections);
  const sentences: string[] = [];
  if (batched.connections > 0) sentences.push(laneSentences('Flushes a second', batched));
  if (single.connections > 0) {
    const name = 'Flushes a second to connections without batches';
    sentences.push(
      laneSentences(name, single),
      `Each of those is posted to one message after the other, at most ${count(postsPerSecondToOne)} a second, whatever the pace.`,
    );
  }
  return sentences.join('\n');
}

/** Describes the flushes of a lane under load. A single event reaches clients sooner. */
function laneSentences(name: string, lane: Lane): string {
  const { flushesPerSecond, messages, intervalSeconds, flushSeconds, leftOut } = lane;
  const within = seconds(intervalSeconds + flushSeconds);
  return (
    `${name}: ${rate(flushesPerSecond)}, of ${count(messages)} messages; ` +
    `at this rate of events the last client hears within about ${within}.` +
    // A smaller share is a rounding error.
    (leftOut < 1e-6
      ? ''
      : ` Left out are ${share(leftOut)} of the events: a newer value of their register goes out instead.`)
  );
}

function abuseBills() {
  const bill = (day: (typeof abuses)[number]['now']) => ({ ...day, dollars: dollarsOfDay(day) });
  return abuses.map(({ before, now, ...abuse }) => ({
    ...abuse,
    ...(before === undefined ? {} : { before: bill(before) }),
    now: bill(now),
  }));
}

if (require.main === module) void runAsProcess(costCommand);
