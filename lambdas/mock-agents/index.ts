// Cold start of `mock-agents`.
import { setTimeout as sleepFor } from 'node:timers/promises';
import { createPublisher } from '#sdk/publisher';
import { readSettings } from '#wiring/environment';
import { createLog } from '#adapters/observability/logger';
import { createMockAgents } from '#core/mock-agents';
import { createHandler } from './handler';

const { eventBusName, eventSource } = readSettings(process.env, ['eventBusName', 'eventSource']);
const mockAgents = createMockAgents({
  reporter: createPublisher({ eventBusName, eventSource }),
  random: Math.random,
  sleep: (milliseconds) => sleepFor(milliseconds),
  log: createLog('mock-agents'),
});

export const handler = createHandler({ mockAgents });
