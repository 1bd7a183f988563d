// Computes the daily usage of handshakes and of idle connections.
import { defaultLimits } from '../model/limits';
import { heartbeatBytes, logged, overheadBytes } from '../model/measured';
import type { Abuse } from './abuse';
import {
  answerBytes,
  call,
  day,
  environments,
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

export function handshakesWithoutToken(): Abuse {
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

export function handshakesWithToken(): Abuse {
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
      // For each token that the user's bucket regains, each environment makes up to two writes until it knows that the bucket
      // is empty again.
      { writeUnit: 2 * environments * handshakesPerMinute * minutesPerDay },
    ),
  };
}

export function idleConnections(): Abuse {
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
