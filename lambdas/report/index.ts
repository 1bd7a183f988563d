// Cold start of `report`.
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { createEventBridgeBus } from '#adapters/events/event-bridge-bus';
import { createEmfCount } from '#adapters/observability/emf-metrics';
import { createLog } from '#adapters/observability/logger';
import { noVerdictCode } from '#core/auth/no-verdict';
import { createSourceCheck } from '#core/broadcasting/bound-sources';
import { createReportEvents } from '#core/reporting/report-events';
import { createWhoami } from '#core/requests/whoami';
import { createAuthentication } from '#wiring/authentication';
import { readSettings } from '#wiring/environment';
import { createEventBridgeRequests } from '#wiring/event-bridge';
import { createTable } from '#wiring/table';
import { createHandler } from './handler';

const { stage, tableName, eventBusName, eventSource, sources, reportAudience } = readSettings(
  process.env,
  ['stage', 'tableName', 'eventBusName', 'eventSource'],
  ['sources', 'reportAudience'],
);
const [log, now] = [createLog('report'), Date.now];
const { authenticate, fetchKeys } = createAuthentication(process.env, reportAudience);

// Not fatal: the first request fetches them again, and reports it if that fails, too.
fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

// One read, after the issuer's 13 s, must fail in time to put the events on the bus.
const table = createTable(process.env, {
  maxAttempts: 2,
  requestTimeoutMilliseconds: 900,
});
const connections = createDynamoConnectionStore(table, tableName);
const bus = createEventBridgeBus({
  requests: createEventBridgeRequests(process.env),
  sleep: (milliseconds) => sleepFor(milliseconds),
  random: Math.random,
  ...{ eventBusName, eventSource, log },
});

export const handler = createHandler({
  whoami: createWhoami({ authenticate, connections, now }),
  reportEvents: createReportEvents({
    source: eventSource,
    checkSource: sources && createSourceCheck(eventSource, sources),
    count: createEmfCount('report', stage),
    ...{ bus, now },
  }),
  log,
});
