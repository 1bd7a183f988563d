// Implements Amazon EventBridge's operation PutEvents.
import { randomUUID } from 'node:crypto';
import type { WriteLogLine } from '../../support/log-line';
import type { Timers } from '../../support/timers';
import { accountId, arnOf, region } from '../../template/pseudo-parameters';
import { readJson, writeJson, writeJsonError, type JsonObject } from '../endpoint/json-protocol';
import type { Authorize } from '../endpoint/policy';
import type { Principal } from '../endpoint/principal';
import { AwsError, targetOperation, unknownOperation, type AwsService } from '../endpoint/service';
import type { EventBus } from './event-bus';

/** The limit for the total size of the entries of a request, in bytes. It was 256 KB until January 2026. */
const maximumBytes = 1024 * 1024;
const maximumEntries = 10;

interface EntryResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

export interface EventsServiceOptions {
  readonly buses: readonly EventBus[];
  readonly authorize: Authorize;
  readonly timers: Timers;
  readonly log: WriteLogLine;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export function createEventsService(options: EventsServiceOptions): AwsService {
  const { authorize, timers, log } = options;
  const buses = new Map(options.buses.map((bus) => [bus.name, bus]));

  function putEvents(input: JsonObject, principal: Principal) {
    const entries = entriesOf(input);
    const names = entries.map((entry) => busName(entry['EventBusName']));
    for (const name of new Set(names)) {
      const sources = entries
        .filter((_, index) => names[index] === name)
        .map(({ Source: source }) => (typeof source === 'string' ? source : ''));
      authorize(principal, 'events:PutEvents', arnOf('events', `event-bus/${name}`), {
        resourcePolicy: buses.get(name)?.policy ?? [],
        context: { 'events:source': sources },
      });
    }
    const Entries = entries.map((entry, index) => put(entry, names[index] ?? 'default'));
    const FailedEntryCount = Entries.filter((entry) => entry.ErrorCode !== undefined).length;
    return { FailedEntryCount, Entries };
  }

  function put(entry: JsonObject, name: string): EntryResult {
    const refused = faultOf(entry);
    if (refused !== undefined) return refused;
    const id = randomUUID();
    const bus = buses.get(name);
    if (bus === undefined) {
      // If the bus does not exist, AWS returns an event id and drops the event.
      const text = `PutEvents: there is no event bus ${name}; AWS drops such an event without an error`;
      log({ source: 'stack', stream: 'stderr', text });
    }
    bus?.put({
      version: '0',
      id,
      'detail-type': entry['DetailType'] as string,
      source: entry['Source'] as string,
      account: accountId,
      time: timeOf(entry['Time'], timers.now()),
      region,
      resources: (entry['Resources'] ?? []) as string[],
      detail: JSON.parse(entry['Detail'] as string) as unknown,
    });
    return { EventId: id };
  }

  return {
    name: 'events',
    authenticationErrorStatus: 403,
    operationOf: ({ headers }) => targetOperation(headers),
    handle(request) {
      return Promise.resolve().then(() => {
        const operation = targetOperation(request.headers);
        if (operation !== 'PutEvents') throw unknownOperation(operation, ['PutEvents']);
        return writeJson('1.1', putEvents(readJson(request), request.principal));
      });
    },
    writeError: (error) => writeJsonError('1.1', 'com.amazonaws.events', error),
  };
}

function entriesOf(input: JsonObject): readonly JsonObject[] {
  const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []) as JsonObject[];
  const invalid = (message: string) => new AwsError('ValidationException', message);
  if (entries.length === 0 || entries.length > maximumEntries) {
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${maximumEntries}`,
    );
  }
  let bytes = 0;
  for (const entry of entries) bytes += sizeOf(entry);
  if (bytes > maximumBytes) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  return entries;
}

/**
 * The size of an entry in bytes, as EventBridge counts it.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
function sizeOf(entry: JsonObject): number {
  const resources = Array.isArray(entry['Resources']) ? entry['Resources'] : [];
  const texts = [
    entry['Source'],
    entry['DetailType'],
    entry['Detail'],
    ...(resources as unknown[]),
  ];
  let bytes = entry['Time'] === undefined ? 0 : 14;
  for (const text of texts) bytes += typeof text === 'string' ? Buffer.byteLength(text) : 0;
  return bytes;
}

/**
 * The result of an invalid entry; undefined when the entry is valid.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
function faultOf(entry: JsonObject): EntryResult | undefined {
  for (const name of ['Source', 'DetailType', 'Detail']) {
    const value = entry[name];
    if (typeof value === 'string' && value !== '') continue;
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    };
  }
  if (String(entry['Source']).startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  }
  return isJsonObject(entry['Detail'] as string)
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The name of a bus that is given by name or by ARN; `default` when it is absent. */
function busName(given: unknown): string {
  if (typeof given !== 'string' || given === '') return 'default';
  return given.split('/').at(-1) ?? given;
}

/**
 * A time as ISO 8601 text with whole seconds.
 * @param given seconds since the Unix epoch or ISO 8601 text, as SDKs send it; anything else is replaced by `now`
 * @param now milliseconds since the Unix epoch
 */
function timeOf(given: unknown, now: number): string {
  const time =
    typeof given === 'number' ? given * 1000 : typeof given === 'string' ? Date.parse(given) : now;
  return new Date(Number.isFinite(time) ? time : now).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
