// Computes the daily usage of requests to the HTTP API.
import { logged } from '../model/measured';
import type { Abuse } from './abuse';
import {
  answerBytes,
  call,
  day,
  environments,
  line,
  lines,
  secondsPerDay,
  sum,
  traces,
} from './daily-usage';

/** The throttle of each route, by method: infra/constructs/api/http-api.ts. */
const httpRequestsPerSecond = { GET: 50, HEAD: 10 } as const;
const httpRequestsPerDay = (httpRequestsPerSecond.GET + httpRequestsPerSecond.HEAD) * secondsPerDay;

export function health(): Abuse {
  const request = sum(call(256), { httpRequest: 1, sentByte: answerBytes });
  const { GET: perSecond } = httpRequestsPerSecond;
  return {
    kind: '`/health`, by GET and HEAD',
    bound: 'its throttle, by all attackers together',
    before: day(
      perSecond * secondsPerDay,
      // With few connections, each request made one strongly consistent Query for each shard: 16 read units.
      sum(request, call(0, 2), { readUnit: 16, loggedByte: logged.own }, line(logged.accessBefore)),
      traces(perSecond),
    ),
    now: day(httpRequestsPerDay, sum(request, line(logged.accessBefore)), {
      readUnit: 16 * environments * (secondsPerDay / 5),
    }),
  };
}

export function whoami(): Abuse {
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

/** The throttle of the route, in requests a second: infra/constructs/api/report-route.ts. */
const reportsPerSecond = 250;

/** API Gateway refuses the requests itself, so the function is not invoked. */
export function reportsWithoutToken(): Abuse {
  return {
    kind: '`POST /events` without a valid token, if `reportScope` is set',
    bound: 'its throttle, by all attackers together',
    now: day(
      reportsPerSecond * secondsPerDay,
      sum({ httpRequest: 1, sentByte: answerBytes }, line(logged.accessBefore)),
    ),
  };
}
