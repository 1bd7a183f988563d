// Computes the daily usage of messages from clients that send as many as the limits allow, or more.
import { userLimitFactor, floodPenaltyMilliseconds } from '#core/requests/message-limits';
import { fewAgentsFactor } from '#core/requests/sync-limits';
import { defaultLimits } from '../model/limits';
import {
  batchBytes,
  heartbeatBytes,
  logged,
  overheadBytes,
  postMilliseconds,
} from '../model/measured';
import { defaultQuota } from '../model/token-bucket';
import type { Abuse } from './abuse';
import {
  call,
  day,
  line,
  lines,
  minutesPerDay,
  scale,
  secondsPerDay,
  stageThrottle,
  sum,
  traces,
  type Usage,
} from './daily-usage';

/** The largest snapshot that was measured: 5,000 agents and 5,000 sessions with 4 KB each. */
export const largestState = { messages: 727, bytes: 21_000_000 } as const;

/** Assumed: seconds until a connection that floods is closed. Messages that arrive before that are billed. */
const closingSeconds = 0.2;

/** The usage of a message that is answered with a pong or an error. @param writes rate limits that it updates */
const message = (writes: number, log: Usage): Usage =>
  sum(call(1024, writes), { webSocketMessage: 2, writeUnit: writes }, log, {
    sentByte: overheadBytes + heartbeatBytes,
  });

export function messages(): Abuse {
  const { messagesPerMinute, floodFactor, maxConnectionsPerUser } = defaultLimits;
  const refusals = (floodFactor - 1) * messagesPerMinute * minutesPerDay;
  const allowedBefore = messagesPerMinute * maxConnectionsPerUser * minutesPerDay;
  const refusedBefore = refusals * maxConnectionsPerUser;
  const allowedNow = messagesPerMinute * userLimitFactor * minutesPerDay;
  const refused = line(lines.metric, lines.message);
  const before = sum(line(logged.accessBefore), { loggedByte: logged.own });
  const access = line(logged.accessLine);
  return {
    kind: 'messages (e.g. `ping`), just below the limit at which connections are closed',
    bound: 'the message limits of a user, and `floodFactor` for refused messages',
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

export function floods(): Abuse {
  const { messagesPerMinute, messageBurst, floodFactor, handshakesPerMinute } = defaultLimits;
  const underWay = stageThrottle.burst + stageThrottle.perSecond * closingSeconds;
  const each = (writes: number, log: Usage) =>
    sum(message(writes, log), { webSocketMessage: -1 }, line(lines.metric, lines.message));
  const before = (floodFactor * messageBurst + underWay) * handshakesPerMinute * minutesPerDay;
  const penalties = (secondsPerDay * 1000) / floodPenaltyMilliseconds;
  const allowed = messagesPerMinute * minutesPerDay;
  const now = underWay * penalties + allowed;
  return {
    kind: 'messages above that limit, with a new connection after each close',
    bound: 'one minute without handshakes after each flood',
    before: day(
      before,
      each(4, sum(line(logged.accessBefore), { loggedByte: logged.own })),
      traces(before / secondsPerDay),
    ),
    now: day(now, each(2, line(logged.accessLine)), traces(now / secondsPerDay)),
  };
}

export function syncs(): Abuse {
  const { syncsPerMinute, messagesPerMinute, maxConnectionsPerUser } = defaultLimits;
  const { messages: answers, bytes } = largestState;
  const each = (writes: number): Usage =>
    sum(
      // Eight posts are in flight: lambdas/core/requests/sync-state.ts.
      call(1024, writes + 2, (answers / 8) * postMilliseconds),
      { webSocketMessage: 1 + answers, writeUnit: writes, readUnit: bytes / 4096 / 2 },
      { sentByte: bytes + answers * overheadBytes },
      line(lines.message, logged.accessLine),
    );
  // Posts count against the account's quota, which limits them.
  const quota = (defaultQuota.perSecond / answers) * 60;
  const before = Math.min(messagesPerMinute * maxConnectionsPerUser, quota) * minutesPerDay;
  return {
    kind: '`state:sync` with the largest state',
    bound: '`syncsPerMinute`',
    before: day(before, each(2), traces(before / secondsPerDay)),
    now: day(syncsPerMinute * minutesPerDay, each(5), traces(syncsPerMinute / 60)),
  };
}

export function subscriptions(): Abuse {
  const acts = defaultLimits.syncsPerMinute * fewAgentsFactor * minutesPerDay;
  // All sessions are those of one agent, which goes out of view and comes into view again.
  const [answers, bytes] = [largestState.messages / 2, largestState.bytes / 2];
  const each = sum(
    call(1024, 5 + 2, (answers / 8) * postMilliseconds),
    { webSocketMessage: 2 + answers, writeUnit: 6, readUnit: bytes / 4096 / 2 },
    { sentByte: bytes + answers * overheadBytes },
    line(lines.message, logged.accessLine),
  );
  return {
    kind: '`subscribe` to an agent that has half of the largest state, again and again',
    bound: 'twice `syncsPerMinute`',
    now: day(acts, each, traces(acts / secondsPerDay)),
  };
}

/** The most that DynamoDB reads for one page of a timeline: 1 MB, if a few small events are followed by the largest ones. */
const largestPageReadUnits = 2 ** 20 / 4096 / 2;

export function histories(): Abuse {
  const acts = defaultLimits.messagesPerMinute * userLimitFactor * minutesPerDay;
  const each = sum(
    message(4, line(lines.message, logged.accessLine)),
    // The record of the connection, and the timeline.
    { readUnit: 1 + largestPageReadUnits, sentByte: batchBytes.most },
  );
  return {
    kind: '`session:history` of a session whose pages are as expensive as possible',
    bound: 'the message limits of a user',
    now: day(acts, each, traces(acts / secondsPerDay)),
  };
}

export function refreshes(): Abuse {
  const { messagesPerMinute, maxConnectionsPerUser } = defaultLimits;
  const each = (writes: number, access: number): Usage =>
    sum(message(writes + 1, line(lines.message, access)), { readUnit: 1 });
  const before = messagesPerMinute * maxConnectionsPerUser * minutesPerDay;
  const now = messagesPerMinute * userLimitFactor * minutesPerDay;
  return {
    kind: '`token:refresh`',
    bound: 'the message limits of a user',
    before: day(
      before,
      sum(each(2, logged.accessBefore), { loggedByte: logged.own }),
      traces(before / secondsPerDay),
    ),
    now: day(now, each(4, logged.accessLine), traces(now / secondsPerDay)),
  };
}
