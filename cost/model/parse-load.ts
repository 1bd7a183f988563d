// Parses the command line options of a load; the defaults are in load.ts.
import * as v from 'valibot';
import { deploymentSettings } from '#infra/config/deployment-settings';
import { UsageError, type Arguments, type OptionKinds } from '#sdk/command/arguments';
import { defaultLoad, type Load } from './load';

/** The greatest `coalesceMilliseconds` that lambdas/contract/settings.ts accepts. */
const maxCoalescing = 10_000;

/** The maximum size of a pack in bytes. EventBridge bills an entry of up to this size as one event. */
const maxPackBytes = 64 * 1024;

/** The command line options of a load. */
export const loadOptions = {
  ...{ connections: 'text', 'events-per-second': 'text', 'hours-per-day': 'text' },
  ...{ heartbeat: 'text', 'heartbeat-seconds': 'text', 'message-bytes': 'text' },
  ...{ agents: 'text', sessions: 'text', 'max-posts-per-second': 'text' },
  ...{ 'large-fan-out-connections': 'text', 'coalesce-milliseconds': 'text' },
  ...{ pack: 'text', 'documented-share': 'text', 'watched-share': 'text' },
  ...{ 'timeline-hours': 'text', 'keep-alives-per-second': 'text' },
  ...{ 'memory-megabytes': 'text', 'provisioned-concurrency': 'text' },
} satisfies OptionKinds;

/**
 * Parses the options of a load.
 * @param assumed what holds without an option
 * @throws {UsageError} if an option is missing or out of range, or if options exclude each other
 */
export function parseLoad(given: Arguments, assumed: Load = defaultLoad): Load {
  const connections = given.wholeNumber('connections', 1, 10_000_000);
  if (connections === undefined) throw new UsageError('--connections is missing.');
  const eventsPerSecond = decimal(given, 'events-per-second', 0, 10_000);
  if (eventsPerSecond === undefined) throw new UsageError('--events-per-second is missing.');
  const heartbeat = given.text('heartbeat') ?? assumed.heartbeat;
  if (heartbeat !== 'always' && heartbeat !== 'when-idle') {
    throw new UsageError('--heartbeat must be always or when-idle.');
  }
  const whole = (name: string, minimum: number, maximum: number, otherwise: number) =>
    given.wholeNumber(name, minimum, maximum) ?? otherwise;
  const { agents, sessions, heartbeatSeconds, maxPostsPerSecond, largeFanOutConnections } = assumed;
  const { timelineHours } = assumed;
  return {
    ...{ connections, eventsPerSecond, heartbeat },
    keepAlivesPerSecond:
      decimal(given, 'keep-alives-per-second', 0, 10_000) ?? assumed.keepAlivesPerSecond,
    hoursPerDay: decimal(given, 'hours-per-day', 0, 24) ?? assumed.hoursPerDay,
    heartbeatSeconds: whole('heartbeat-seconds', 1, 540, heartbeatSeconds),
    agents: whole('agents', 0, 100_000, agents),
    sessions: whole('sessions', 0, 100_000, sessions),
    timelineHours: whole('timeline-hours', 0, 24 * 365, timelineHours),
    maxPostsPerSecond: whole('max-posts-per-second', 10, 100_000, maxPostsPerSecond),
    largeFanOutConnections: whole(
      'large-fan-out-connections',
      1,
      1_000_000,
      largeFanOutConnections,
    ),
    documentedShare: decimal(given, 'documented-share', 0, 1) ?? assumed.documentedShare,
    watchedShare: decimal(given, 'watched-share', 0, 1) ?? assumed.watchedShare,
    ...parseFunctions(given, assumed),
    ...parseCoalescing(given, assumed),
  };
}

/** Parses the options for the memory and the environments of functions, which have the form of the settings. */
function parseFunctions(given: Arguments, assumed: Load) {
  const { memoryMegabytes, provisionedConcurrency } = deploymentSettings;
  const parsed = <Schema extends v.GenericSchema>(name: string, schema: Schema) => {
    const text = given.text(name);
    if (text === undefined) return undefined;
    const result = v.safeParse(schema, text);
    if (result.success) return result.output;
    throw new UsageError(`--${name} ${result.issues[0].message}.`);
  };
  return {
    memoryMegabytes: parsed('memory-megabytes', memoryMegabytes.schema) ?? assumed.memoryMegabytes,
    provisionedConcurrency:
      parsed('provisioned-concurrency', provisionedConcurrency.schema) ??
      assumed.provisionedConcurrency,
  };
}

/** Parses the options for coalescing and packs. */
function parseCoalescing(given: Arguments, assumed: Load) {
  const { coalesceMilliseconds, eventsPerPack } = assumed;
  const milliseconds = given.text('coalesce-milliseconds') ?? String(coalesceMilliseconds);
  const isOff = milliseconds === 'off';
  if (!isOff && !(/^\d{1,5}$/.test(milliseconds) && Number(milliseconds) <= maxCoalescing)) {
    throw new UsageError(
      `--coalesce-milliseconds must be off, or a whole number from 0 to ${maxCoalescing}.`,
    );
  }
  const messageBytes = given.wholeNumber('message-bytes', 1, 32_640) ?? assumed.messageBytes;
  const pack = given.wholeNumber('pack', 1, 1_000) ?? eventsPerPack;
  if (isOff && pack > 1) {
    throw new UsageError('--pack does not go with --coalesce-milliseconds off.');
  }
  if (pack > 1 && pack * messageBytes > maxPackBytes) {
    throw new UsageError(`--pack times --message-bytes must be at most ${maxPackBytes}.`);
  }
  return {
    ...{ messageBytes, eventsPerPack: pack },
    coalesceMilliseconds: isOff ? ('off' as const) : Number(milliseconds),
  };
}

/**
 * Parses a decimal number.
 * @returns undefined if the option is not set
 * @throws {UsageError} if it is not a number in the range
 */
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
