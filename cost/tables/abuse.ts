// What one attacker can make a deployment cost in a day, by every kind of abuse, as the limits bound it.
import { connectionsWorth, floodPenaltyMilliseconds } from '#core/requests/message-limits';
import {
  callMilliseconds,
  heartbeatBytes,
  invocationMilliseconds,
  logged,
  overheadBytes,
  postMilliseconds,
  sampled,
} from '../model/measured';
import { dollarsFor, type Unit } from '../model/prices';
import { defaultLimits } from '../model/limits';
import { count, dollars, formatTable } from './table';
import { defaultQuota } from '../model/token-bucket';

/** Of the stage of the WebSocket API, and of each route of the HTTP API: infra/constructs. */
const stageThrottle = { perSecond: 2_000, burst: 1_000 } as const;
const httpRequestsPerSecond = { GET: 50, HEAD: 10 } as const;

/** The largest state that was measured: 5,000 agents and 5,000 sessions, of which each has told 4 KB. */
export const largestState = { messages: 727, bytes: 21_000_000 } as const;

/** Supposed: bytes of the answer to a handshake or an HTTP request, headers included. */
const answerBytes = 300;

/** Supposed: environments of a function that is called as often as the throttle lets through; each learns for itself. */
const environments = 10;

/** Supposed: until a connection that floods is closed, in seconds: what is under way meanwhile is paid for. */
const closingSeconds = 0.2;

const minutesPerDay = 24 * 60;
const secondsPerDay = minutesPerDay * 60;
const httpRequestsPerDay = (httpRequestsPerSecond.GET + httpRequestsPerSecond.HEAD) * secondsPerDay;

/** What is used in a day. */
type Usage = Partial<Record<Unit, number>>;

interface Day {
  /** How often it was done. */
  readonly acts: number;
  readonly usage: Usage;
}

export interface Abuse {
  readonly kind: string;
  /** Which limit it meets. */
  readonly bound: string;
  /** With the limits of the first stage; absent for what did not exist. */
  readonly before?: Day;
  readonly now: Day;
}

/** What one act uses: each unit that is named. */
function day(acts: number, each: Usage, more: Usage = {}): Day {
  return { acts, usage: sum(scale(each, acts), more) };
}

function scale(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([unit, units]) => [unit, units * factor]));
}

function sum(...usages: readonly Usage[]): Usage {
  const total: Usage = {};
  for (const usage of usages) {
    for (const [unit, units] of Object.entries(usage) as [Unit, number][]) {
      total[unit] = (total[unit] ?? 0) + units;
    }
  }
  return total;
}

/** A call of a function of so much memory, that waits for so many calls of DynamoDB. */
function call(megabytes: number, dynamoCalls = 0, milliseconds = 0): Usage {
  const all = invocationMilliseconds + dynamoCalls * callMilliseconds + milliseconds;
  return { lambdaRequest: 1, lambdaGigabyteSecond: (megabytes / 1024) * (all / 1000) };
}

/** What X-Ray samples in a day of a function that is called so often a second. */
function traces(perSecond: number): Usage {
  const sampledPerSecond = Math.min(perSecond, sampled.perSecond + perSecond * sampled.share);
  return { trace: sampledPerSecond * secondsPerDay };
}

const line = (...lines: readonly number[]): Usage => ({
  loggedByte: lines.reduce((bytes, one) => bytes + one + logged.lineOverhead, 0),
});

/** Lines of the functions, in bytes: those of today were measured with Lambda's own runtime client. */
const lines = {
  refusedHandshake: 237,
  refusedHandshakeBefore: [257, 297, 219],
  metric: 320,
  message: 250,
  whoamiRefused: 230,
} as const;

function handshakesWithoutToken(): Abuse {
  const refused = (log: Usage): Usage => sum(call(512), { sentByte: answerBytes }, log);
  return {
    kind: 'handshakes without a valid token',
    bound: '`handshakesPerSecond`, by all attackers together',
    before: day(
      stageThrottle.perSecond * secondsPerDay,
      refused(
        sum(line(...lines.refusedHandshakeBefore, logged.accessBefore), { loggedByte: logged.own }),
      ),
      traces(stageThrottle.perSecond),
    ),
    now: day(
      defaultLimits.handshakesPerSecond * secondsPerDay,
      refused(
        sum(line(lines.refusedHandshake, logged.accessLine), { loggedByte: logged.ownOfFailure }),
      ),
    ),
  };
}

function handshakesWithToken(): Abuse {
  const { handshakesPerMinute, handshakesPerSecond } = defaultLimits;
  const calls = sum(call(512), call(512), { sentByte: answerBytes });
  return {
    kind: 'handshakes with a valid token, beyond those of the user',
    bound: '`handshakesPerSecond`, by all attackers together',
    before: day(
      stageThrottle.perSecond * secondsPerDay,
      sum(
        calls,
        call(0, 2),
        { writeUnit: 2, loggedByte: 2 * logged.own },
        {
          ...line(lines.metric, lines.metric, lines.message, logged.accessBefore),
        },
      ),
      scale(traces(stageThrottle.perSecond), 2),
    ),
    now: day(
      handshakesPerSecond * secondsPerDay,
      sum(calls, line(lines.metric, logged.accessLine)),
      // Each environment learns anew that the bucket is empty when a token has come back to it.
      { writeUnit: 2 * environments * handshakesPerMinute * minutesPerDay },
    ),
  };
}

/** A message that is answered by a pong or an error. */
const message = (writes: number, log: Usage): Usage =>
  sum(call(1024, writes), { webSocketMessage: 2, writeUnit: writes }, log, {
    sentByte: overheadBytes + heartbeatBytes,
  });

function messages(): Abuse {
  const { messagesPerMinute, floodFactor, maxConnectionsPerUser } = defaultLimits;
  const refusals = (floodFactor - 1) * messagesPerMinute * minutesPerDay;
  const allowedBefore = messagesPerMinute * maxConnectionsPerUser * minutesPerDay;
  const refusedBefore = refusals * maxConnectionsPerUser;
  const allowedNow = messagesPerMinute * connectionsWorth * minutesPerDay;
  const refused = line(lines.metric, lines.message);
  const before = sum(line(logged.accessBefore), { loggedByte: logged.own });
  const access = line(logged.accessLine);
  return {
    kind: 'messages (e.g. `ping`) up to where connections are closed',
    bound: 'messages of a user, and those that are refused',
    before: {
      acts: allowedBefore + refusedBefore,
      usage: sum(
        scale(message(2, before), allowedBefore),
        scale(message(4, sum(before, refused)), refusedBefore),
        traces((allowedBefore + refusedBefore) / secondsPerDay),
      ),
    },
    now: {
      acts: allowedNow + refusals,
      usage: sum(
        scale(message(4, access), allowedNow),
        scale(message(1, sum(access, refused)), refusals),
        traces((allowedNow + refusals) / secondsPerDay),
      ),
    },
  };
}

function floods(): Abuse {
  const { messagesPerMinute, messageBurst, floodFactor, handshakesPerMinute } = defaultLimits;
  const underWay = stageThrottle.burst + stageThrottle.perSecond * closingSeconds;
  const each = (writes: number, log: Usage) =>
    sum(message(writes, log), { webSocketMessage: -1 }, line(lines.metric, lines.message));
  const before = (floodFactor * messageBurst + underWay) * handshakesPerMinute * minutesPerDay;
  const penalties = (secondsPerDay * 1000) / floodPenaltyMilliseconds;
  const allowed = messagesPerMinute * minutesPerDay;
  const now = underWay * penalties + allowed;
  return {
    kind: 'messages beyond it: closed, and opened again',
    bound: 'a minute without a handshake after each flood',
    before: day(
      before,
      each(4, sum(line(logged.accessBefore), { loggedByte: logged.own })),
      traces(before / secondsPerDay),
    ),
    now: day(now, each(2, line(logged.accessLine)), traces(now / secondsPerDay)),
  };
}

function syncs(): Abuse {
  const { syncsPerMinute, messagesPerMinute, maxConnectionsPerUser } = defaultLimits;
  const { messages: answers, bytes } = largestState;
  const each = (writes: number): Usage =>
    sum(
      // Eight messages at a time: lambdas/core/requests/sync-state.ts.
      call(1024, writes + 2, (answers / 8) * postMilliseconds),
      { webSocketMessage: 1 + answers, writeUnit: writes, readUnit: bytes / 4096 / 2 },
      { sentByte: bytes + answers * overheadBytes },
      line(lines.message, logged.accessLine),
    );
  // Posts are counted against the account: more than these nobody gets.
  const quota = (defaultQuota.perSecond / answers) * 60;
  const before = Math.min(messagesPerMinute * maxConnectionsPerUser, quota) * minutesPerDay;
  return {
    kind: '`state:sync` with the largest state',
    bound: '`syncsPerMinute`',
    before: day(before, each(2), traces(before / secondsPerDay)),
    now: day(syncsPerMinute * minutesPerDay, each(5), traces(syncsPerMinute / 60)),
  };
}

function refreshes(): Abuse {
  const { messagesPerMinute, maxConnectionsPerUser } = defaultLimits;
  const each = (writes: number, access: number): Usage =>
    sum(message(writes + 1, line(lines.message, access)), { readUnit: 1 });
  const before = messagesPerMinute * maxConnectionsPerUser * minutesPerDay;
  const now = messagesPerMinute * connectionsWorth * minutesPerDay;
  return {
    kind: '`token:refresh`',
    bound: 'messages of a user',
    before: day(
      before,
      sum(each(2, logged.accessBefore), { loggedByte: logged.own }),
      traces(before / secondsPerDay),
    ),
    now: day(now, each(4, logged.accessLine), traces(now / secondsPerDay)),
  };
}

function idleConnections(): Abuse {
  const { maxConnectionsPerUser, heartbeatSeconds } = defaultLimits;
  const held = day(maxConnectionsPerUser, {
    connectionMinute: minutesPerDay,
    webSocketMessage: secondsPerDay / heartbeatSeconds,
    sentByte: (secondsPerDay / heartbeatSeconds) * (heartbeatBytes + overheadBytes),
  });
  return {
    kind: 'connections that do nothing, without events',
    bound: '`maxConnectionsPerUser`',
    before: held,
    now: held,
  };
}

function health(): Abuse {
  const request = sum(call(256), { httpRequest: 1, sentByte: answerBytes });
  const { GET: perSecond } = httpRequestsPerSecond;
  return {
    kind: '`/health`, by GET and HEAD',
    bound: 'its throttle, by all attackers together',
    before: day(
      perSecond * secondsPerDay,
      // One query for each shard, consistently, while there are few connections.
      sum(request, call(0, 2), { readUnit: 16, loggedByte: logged.own }, line(logged.accessBefore)),
      traces(perSecond),
    ),
    now: day(httpRequestsPerDay, sum(request, line(logged.accessBefore)), {
      readUnit: 16 * environments * (secondsPerDay / 5),
    }),
  };
}

function whoami(): Abuse {
  return {
    kind: '`/whoami`, by GET and HEAD',
    bound: 'its throttle, by all attackers together',
    now: day(
      httpRequestsPerDay,
      sum(
        call(256),
        { httpRequest: 1, sentByte: answerBytes },
        line(lines.whoamiRefused, logged.accessBefore),
      ),
    ),
  };
}

export const abuses: readonly Abuse[] = [
  handshakesWithoutToken(),
  handshakesWithToken(),
  messages(),
  floods(),
  syncs(),
  refreshes(),
  idleConnections(),
  health(),
  whoami(),
];

/** What a day of it costs, at the prices of the first tiers. */
export function dollarsOfDay({ usage }: Day): number {
  return Object.entries(usage).reduce(
    (total, [unit, units]) => total + dollarsFor(unit as Unit, units),
    0,
  );
}

/** One row for each kind of abuse: how often it is done in a day, and what that costs, before and now. */
export function abuseTable(): string {
  const cells = (one: Day | undefined) =>
    one === undefined ? ['–', '–'] : [count(one.acts), dollars(dollarsOfDay(one))];
  return formatTable(
    ['kind of abuse', 'a day, first stage', 'costs', 'a day, now', 'costs now'],
    abuses.map(({ kind, before, now }) => [kind, ...cells(before), ...cells(now)]),
  );
}

/** What bounds each kind. */
function boundsTable(): string {
  return formatTextTable(
    ['kind of abuse', 'bounded by'],
    abuses.map(({ kind, bound }) => [kind, bound]),
  );
}

function formatTextTable(head: readonly [string, string], rows: readonly (readonly string[])[]) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...rows.map(row)].join('\n');
}

/** What docs/security.md holds, by the name of its place. */
export function abuseTables(): Readonly<Record<string, string>> {
  return { abuse: abuseTable(), bounds: boundsTable() };
}
