// The variant `each`: `broadcast` as it was before coalescing, built from current parts. Each event is a write of its register
// with the AWS SDK's client, and a separate fan-out.
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createDynamoTable } from '#wiring/sdk/dynamo';
import { createHandler } from '#lambdas/broadcast/handler';
import { createBroadcast } from '#core/broadcasting/broadcast';
import type { Coalescer } from '#core/coalescing/coalescer';

const lifetimes = readSettings(process.env, ['agentDays', 'sessionHours']);
const { tableName, ...dependencies } = createFanOutDependencies(process.env, 'broadcast');
const state = createDynamoStateStore(createDynamoTable(), tableName);

const coalescer: Pick<Coalescer, 'send'> = {
  async send(given, deadline) {
    const outgoing = await given;
    if (outgoing === undefined) return;
    const { messages, onFlushed, eventId } = outgoing;
    const ended = await dependencies.fanOut({ messages, deadline, requeue: true });
    dependencies.report({ messages, ...(eventId === undefined ? {} : { eventId }) }, ended);
    await onFlushed([ended]);
  },
};

const deadLetters = {
  keep: () => Promise.reject(new Error('all events of a measurement are valid')),
};

export const handler = createHandler({
  ...dependencies,
  broadcast: createBroadcast({ ...dependencies, state, coalescer, deadLetters, lifetimes }),
});
