// `npm run cost`: what a load costs a month on AWS, how soon the last client hears, and which quotas it needs.
import { parseArguments, UsageError, type Arguments } from '../local/commands/arguments';
import { runAsProcess, withSentences, type Command } from '../local/commands/command';
import { abuses, abuseTable, dollarsOfDay } from './abuse';
import { billOf } from './bill';
import { defaultLoad, type Load } from './load';
import { needsOf } from './quotas';
import { seconds, count } from './table';
import { billTable, heartbeatTable, simulationOf, simulationTable, timeTable } from './tables';

const help = `Estimates a month of thirty days on AWS in us-east-1, without free tiers.

Usage: npm run cost -- --connections N --events-per-second R [options]
       npm run cost -- --abuse [--json]

  --connections N          connections at the busiest time                1 to 10000000
  --events-per-second R    events that are news, on average; may be 0.1
  --hours-per-day H        how long a connection is open                  default: ${defaultLoad.hoursPerDay}
  --heartbeat MODE         always or when-idle                            default: ${defaultLoad.heartbeat}
  --heartbeat-seconds N    between two heartbeats                         default: ${defaultLoad.heartbeatSeconds}
  --frame-bytes N          of an event's frame                            default: ${defaultLoad.frameBytes}
  --agents N               that a snapshot tells                          default: ${defaultLoad.agents}
  --sessions N             that a snapshot tells                          default: ${defaultLoad.sessions}
  --max-posts-per-second N of one fan-out                                 default: ${defaultLoad.maxPostsPerSecond}
  --stuck-connections N    whose clients do not read                      default: 0
  --large-fan-out-connections N  above which workers share one            default: ${defaultLoad.largeFanOutConnections}
  --abuse                  what an attacker can make a day cost, by kind: docs/security.md
  --json                   print the bill and the needs as JSON
  --help`;

export const costCommand: Command = withSentences(async (args, { print }) => {
  const given = parseArguments(args, {
    ...{ connections: 'text', 'events-per-second': 'text', 'hours-per-day': 'text' },
    ...{ heartbeat: 'text', 'heartbeat-seconds': 'text', 'frame-bytes': 'text' },
    ...{ agents: 'text', sessions: 'text', 'max-posts-per-second': 'text' },
    ...{ 'large-fan-out-connections': 'text', 'stuck-connections': 'text' },
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
  const load = parseLoad(given);
  const stuck = given.wholeNumber('stuck-connections', 0, load.connections) ?? 0;
  const needs = needsOf(load);
  if (given.flag('json')) {
    print(JSON.stringify({ load, bill: billOf(load), needs }, undefined, 2));
    return 0;
  }
  const rates = [...new Set([0, load.eventsPerSecond])];
  print(`${billTable([load])}\n\n${heartbeatTable(load, rates)}\n\n${timeTable([load])}\n`);
  const simulation = simulationOf(load);
  const whole = [count(load.connections), simulation] as const;
  const some = [`${count(stuck)} of them do not read`, { ...simulation, stuck }] as const;
  print(await simulationTable(stuck === 0 ? [whole] : [whole, some]));
  print(`\nFrames a second, day and night: ${count(needs.framesPerSecond)}.`);
  print(
    `With the default of handshakesPerSecond all are back ${seconds(needs.comebackSeconds)} after a cut.`,
  );
  return 0;
});

function abuseBills() {
  const bill = (day: (typeof abuses)[number]['now']) => ({ ...day, dollars: dollarsOfDay(day) });
  return abuses.map(({ before, now, ...abuse }) => ({
    ...abuse,
    ...(before === undefined ? {} : { before: bill(before) }),
    now: bill(now),
  }));
}

function parseLoad(given: Arguments): Load {
  const connections = given.wholeNumber('connections', 1, 10_000_000);
  if (connections === undefined) throw new UsageError('--connections is missing.');
  const eventsPerSecond = decimal(given, 'events-per-second', 0, 10_000);
  if (eventsPerSecond === undefined) throw new UsageError('--events-per-second is missing.');
  const heartbeat = given.text('heartbeat') ?? defaultLoad.heartbeat;
  if (heartbeat !== 'always' && heartbeat !== 'when-idle') {
    throw new UsageError('--heartbeat must be always or when-idle.');
  }
  const whole = (name: string, minimum: number, maximum: number, otherwise: number) =>
    given.wholeNumber(name, minimum, maximum) ?? otherwise;
  const { agents, sessions, frameBytes, heartbeatSeconds } = defaultLoad;
  return {
    ...{ connections, eventsPerSecond, heartbeat },
    hoursPerDay: decimal(given, 'hours-per-day', 0, 24) ?? defaultLoad.hoursPerDay,
    heartbeatSeconds: whole('heartbeat-seconds', 1, 540, heartbeatSeconds),
    frameBytes: whole('frame-bytes', 1, 32_640, frameBytes),
    agents: whole('agents', 0, 100_000, agents),
    sessions: whole('sessions', 0, 100_000, sessions),
    maxPostsPerSecond: whole('max-posts-per-second', 10, 100_000, defaultLoad.maxPostsPerSecond),
    largeFanOutConnections: whole(
      'large-fan-out-connections',
      1,
      1_000_000,
      defaultLoad.largeFanOutConnections,
    ),
  };
}

/** @throws {UsageError} unless the option is absent, or a number in the range */
function decimal(
  given: Arguments,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new UsageError(`--${name} must be a number from ${minimum} to ${maximum}.`);
}

if (require.main === module) void runAsProcess(costCommand);
