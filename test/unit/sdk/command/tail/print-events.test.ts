// Which events `tail` prints, and in which order: no state twice, and none missed.
import fc from 'fast-check';
import type { MissionControl } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { printEvents } from '#sdk/command/tail/print-events';
import { registerOf, type EventMessage } from '#sdk/protocol';
import { ClientHarness, settle } from '#test/support/client/client-harness';
import { FakeServer } from '#test/support/client/fake-server';
import { eventArbitrary, lastWriters } from '#test/support/contracts/state-store';
import { agentEvent, sessionEvent } from '#test/support/data/events';

function printed(client: MissionControl, since?: number): EventMessage[] {
  const events: EventMessage[] = [];
  printEvents(client, {
    since,
    print: (together) => events.push(...together),
    complain: (line) => {
      throw new Error(line);
    },
    timeout: () => new AbortController().signal,
  });
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

it('prints the statuses and activities that are not older, if a time is given', async () => {
  const client = createFakeMissionControl();
  const events = printed(client, 20);
  client.emit(state, { source: 'snapshot' });
  client.connect();
  await settle();
  expect(events).toEqual([sessionEvent('a', 's', 'Hello', 20), agentEvent('a', 'online', 30)]);
});

it('prints what the sessions have reported since a time, and what is new meanwhile, the oldest first and each once', async () => {
  const harness = new ClientHarness();
  const server = new FakeServer(harness);
  const events = printed(harness.client, 20);
  const older = [19, 20, 25, 40].map((at) => sessionEvent('a', 's', `at ${at}`, at));
  const other = sessionEvent('a', 'other', 'before', 19);
  for (const event of [agentEvent('a', 'online', 30), other, ...older]) server.report(event);
  await server.accept();
  const [socket] = server.open;
  if (socket === undefined) throw new Error('There is no connection.');
  while (socket.sentOf('session:history').length === 0) {
    server.step(socket);
    await server.deliver(socket);
  }
  expect(events).toEqual([]);
  server.report(sessionEvent('a', 's', 'at 41', 41));
  server.report(agentEvent('b', 'online', 35));
  await server.deliver(socket);
  await server.deliver(socket);
  expect(events).toEqual([]);
  // The page has an event whose message has arrived, and one whose message arrives later.
  const late = sessionEvent('a', 's', 'at 42', 42);
  const inPage = [42, 41, 40, 25, 20, 19];
  socket.receive('session:timeline', {
    ...{ agentId: 'a', sessionId: 's' },
    events: inPage.map((timestamp) => ({ lastMessage: `at ${timestamp}`, timestamp })),
  });
  await settle();
  socket.receiveText(JSON.stringify(late));
  expect(events).toEqual([
    sessionEvent('a', 's', 'at 20', 20),
    sessionEvent('a', 's', 'at 25', 25),
    agentEvent('a', 'online', 30),
    agentEvent('b', 'online', 35),
    sessionEvent('a', 's', 'at 40', 40),
    sessionEvent('a', 's', 'at 41', 41),
    late,
  ]);
  expect(socket.sentOf('session:history').map(({ payload }) => payload.sessionId)).toEqual(['s']);
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
      await settle();
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
