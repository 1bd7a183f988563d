// Which events `tail` prints, and in which order: no state twice, and none missed.
import fc from 'fast-check';
import type { MissionControl } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { printEvents } from '#sdk/command/tail/print-events';
import { registerOf, type EventMessage } from '#sdk/protocol';
import { ClientHarness } from '../../../../support/client/client-harness';
import { FakeServer } from '../../../../support/client/fake-server';
import { eventArbitrary, lastWriters } from '../../../../support/contracts/state-store';
import { agentEvent, sessionEvent } from '../../../../support/data/events';

function printed(client: MissionControl, since?: number): EventMessage[] {
  const events: EventMessage[] = [];
  printEvents(client, { since, print: (event) => events.push(event) });
  return events;
}

const state = [
  agentEvent('a', 'online', 30),
  agentEvent('b', 'error', 10),
  sessionEvent('a', 's', 'Hello', 20),
];

it('prints the status of each agent when the first snapshot is complete, the newest last', () => {
  const client = createFakeMissionControl();
  const events = printed(client);
  client.emit(state.slice(0, 2), { source: 'snapshot' });
  expect(events).toEqual([]);
  client.emit(state.slice(2), { source: 'snapshot' });
  client.connect();
  expect(events).toEqual([agentEvent('b', 'error', 10), agentEvent('a', 'online', 30)]);
});

it('prints the statuses and activities that are not older, if a time is given', () => {
  const client = createFakeMissionControl();
  const events = printed(client, 20);
  client.emit(state, { source: 'snapshot' });
  client.connect();
  expect(events).toEqual([sessionEvent('a', 's', 'Hello', 20), agentEvent('a', 'online', 30)]);
});

it('prints live events at once, also before the first snapshot is complete, and not again with it', () => {
  const client = createFakeMissionControl();
  const events = printed(client);
  client.emit(agentEvent('b', 'error', 10), { source: 'snapshot' });
  client.emit([agentEvent('b', 'online', 40), sessionEvent('a', 's', 'Hello', 20)]);
  expect(events).toEqual([agentEvent('b', 'online', 40), sessionEvent('a', 's', 'Hello', 20)]);
  client.emit(agentEvent('a', 'online', 30), { source: 'snapshot' });
  client.connect();
  expect(events.slice(2)).toEqual([agentEvent('a', 'online', 30)]);
});

it('prints what it has missed after a reconnect, also activities, in the order of their timestamps', () => {
  const client = createFakeMissionControl();
  const events = printed(client);
  client.emit(state, { source: 'snapshot' });
  client.connect();
  client.disconnect();
  const missed = [agentEvent('a', 'error', 70), sessionEvent('a', 's', 'Bye', 60)];
  client.emit([...state, ...missed], { source: 'snapshot' });
  client.connect();
  expect(events.slice(2)).toEqual([missed[1], missed[0]]);
});

it('prints each state once over a real connection, whose snapshot comes in several messages', async () => {
  const harness = new ClientHarness();
  const server = new FakeServer(harness);
  const events = printed(harness.client);
  for (const event of state) server.report(event);
  await server.run();
  expect(events).toEqual([agentEvent('b', 'error', 10), agentEvent('a', 'online', 30)]);
});

/** Steps of a story: an event, or the loss of all connections with a wait for the next one. */
const storyArbitrary = fc.array(fc.oneof(eventArbitrary, fc.constant('lost' as const)), {
  maxLength: 15,
});

it('prints the last state of each agent and session, and none twice, however often the connection is lost', async () => {
  await fc.assert(
    fc.asyncProperty(storyArbitrary, async (story) => {
      const harness = new ClientHarness();
      const server = new FakeServer(harness);
      const events = printed(harness.client, 0);
      await server.run();
      for (const step of story) {
        if (step === 'lost') {
          for (const socket of server.open) socket.drop();
        } else {
          server.report(step);
          // Sometimes a client is connected, and sometimes it is waiting.
          await server.run();
        }
      }
      await harness.nextAttempt();
      await server.run();
      harness.client.close();
      const texts = events.map((event) => JSON.stringify(event));
      expect(new Set(texts).size).toBe(texts.length);
      const last = lastWriters(story.flatMap((step) => (step === 'lost' ? [] : [step])));
      const newest = new Map(events.map((event) => [registerOf(event), event]));
      expect(newest).toEqual(
        new Map([...last.values()].map((event) => [registerOf(event), event])),
      );
    }),
    { numRuns: 100 },
  );
});
