// Simulated backends: each reports events of its own agents one by one, until they are stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from '#sdk/publisher';
import type { TestClient } from './test-client';

export interface EventFlow {
  readonly published: () => number;
  /** Resolves when the observer has received the last event. */
  readonly stop: () => Promise<void>;
}

const backends = 8;
export const agentIds: readonly string[] = Array.from({ length: 40 }, (_, i) => `agent-${i}`);
export const sessionIds: readonly string[] = ['session-1', 'session-2'];

const statuses = ['online', 'offline', 'error'] as const;

/**
 * Starts backends that are not faster than the stack: each waits until `observer` has received its event.
 * Every message has a different text, so that a duplicate cannot be a second event.
 */
export function startEventFlow(
  publisher: Publisher,
  observer: TestClient,
  random: () => number,
): EventFlow {
  let published = 0;
  const over = new AbortController();
  /** The number of messages about each agent that the observer has received. */
  const heard = new Map<string, number>();
  observer.socket.on('message', (data: Buffer) => {
    const { payload } = JSON.parse(data.toString('utf8')) as { payload: { agentId?: string } };
    const { agentId } = payload;
    if (agentId !== undefined) heard.set(agentId, (heard.get(agentId) ?? 0) + 1);
  });
  const oneOf = <Item>(items: readonly Item[]) =>
    items[Math.floor(random() * items.length)] as Item;

  async function report(agentId: string): Promise<void> {
    published += 1;
    const before = heard.get(agentId) ?? 0;
    if (random() < 0.4) await publisher.broadcastAgentStatus(agentId, oneOf(statuses));
    else {
      const message = `message ${published}`;
      await publisher.broadcastSessionActivity(agentId, oneOf(sessionIds), message);
    }
    while ((heard.get(agentId) ?? 0) === before) await sleep(20);
  }

  const flows = Array.from({ length: backends }, async (_, index) => {
    const own = agentIds.filter((_id, place) => place % backends === index);
    while (!over.signal.aborted) {
      await report(oneOf(own));
      await sleep(random() * 600);
    }
  });
  return {
    published: () => published,
    async stop() {
      over.abort();
      await Promise.all(flows);
    },
  };
}

/** Reports a new event of every agent and every session. */
export async function reportAll(publisher: Publisher, message: string): Promise<void> {
  await Promise.all(
    agentIds.flatMap((agentId) => [
      publisher.broadcastAgentStatus(agentId, 'online'),
      ...sessionIds.map((sessionId) =>
        publisher.broadcastSessionActivity(agentId, sessionId, message),
      ),
    ]),
  );
}
