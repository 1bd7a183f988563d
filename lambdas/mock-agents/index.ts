// Cold start of `mock-agents`.
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createEventBridgeReporter } from '#adapters/events/event-bridge-reporter';
import { createLog } from '#adapters/observability/logger';
import { createMockAgents } from '#core/mock-agents';
import { readSettings } from '#wiring/environment';
import { createEventBridgeRequests } from '#wiring/event-bridge';
import { createHandler } from './handler';

const { eventBusName, eventSource } = readSettings(process.env, ['eventBusName', 'eventSource']);
const mockAgents = createMockAgents({
  reporter: createEventBridgeReporter({
    requests: createEventBridgeRequests(process.env),
    ...{ eventBusName, eventSource },
  }),
  random: Math.random,
  sleep: (milliseconds) => sleepFor(milliseconds),
  log: createLog('mock-agents'),
});

export const handler = createHandler({ mockAgents });
