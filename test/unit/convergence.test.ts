// Convergence: after lost, repeated or reordered messages, one snapshot makes client and server agree on the last writers.
import fc from 'fast-check';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { readSnapshot, snapshotMessages } from '#core/requests/snapshot';
import { createRegisters, type Registers } from '#sdk/client/state/registers';
import { parseServerMessage, registerOf, type EventMessage } from '#sdk/protocol';
import { snapshotFacts } from '../support/data/events';
import { eventArbitrary, lastWriters } from '../support/contracts/state-store';
import { createFanOutHarness } from '../support/core/fan-out';
import { MemoryStateStore } from '../support/core/fakes';

/** A server that broadcasts, and records the messages that it posted. */
function createServer() {
  const harness = createFanOutHarness();
  const state = new MemoryStateStore();
  const broadcast = createBroadcast({
    ...harness,
    state,
    deadLetters: { keep: () => Promise.reject(new Error('every event here is one')) },
    lifetimes: { agentDays: 7, sessionHours: 24 },
  });
  harness.connections.seed(harness.now(), ['alice']);
  return {
    state,
    now: harness.now,
    sent: () => harness.gateway.posts.map(({ message }) => message as EventMessage),
    report: (event: EventMessage, index: number) =>
      harness.clock.run(
        broadcast(
          { id: String(index), type: event.type, payload: event.payload, whole: event },
          harness.now() + 20_000,
        ),
      ),
  };
}

const valuesOf = ({ maps: { agents, sessions } }: Registers) =>
  [...agents.values(), ...sessions.values()].map((value) => JSON.stringify(value)).sort();
const payloadsOf = (events: Iterable<EventMessage>) =>
  [...events].map(({ payload }) => JSON.stringify(payload)).sort();

/** Indexes of messages in the order of their arrival: any of them can be lost, repeated or reordered. */
const arrivalsOf = (length: number) =>
  fc.array(fc.nat(Math.max(0, length - 1)), { maxLength: 2 * length });

it('makes the registers of client and server equal to the last writers after one sync', async () => {
  const history = fc.array(eventArbitrary, { minLength: 1, maxLength: 15 }).chain((events) =>
    fc.tuple(
      fc.constant(events),
      // The event bus loses no event, but can repeat and reorder events.
      fc
        .tuple(fc.subarray(events), fc.constant(events))
        .chain(([again]) =>
          fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }),
        ),
      arrivalsOf(3 * events.length),
    ),
  );
  await fc.assert(
    fc.asyncProperty(history, async ([events, reported, arrivals]) => {
      const server = createServer();
      for (const [index, event] of reported.entries()) await server.report(event, index);
      const sent = server.sent();
      const client = createRegisters();
      for (const index of arrivals) {
        const message = sent[index];
        if (message !== undefined) client.merge(message, 'live');
      }

      const limits = { agents: 5_000, sessions: 5_000 };
      const stored = await readSnapshot(
        server.state,
        { since: 0, includes: () => true },
        server.now(),
        limits,
      );
      for (const text of snapshotMessages(stored, server.now(), snapshotFacts)) {
        const parsed = parseServerMessage(text);
        if (!parsed.ok || parsed.value.type !== 'state:snapshot') throw new Error(text);
        for (const payload of parsed.value.payload.agents) {
          client.merge({ type: 'agent:status', payload }, 'snapshot');
        }
        for (const payload of parsed.value.payload.sessions) {
          client.merge({ type: 'session:activity', payload }, 'snapshot');
        }
      }

      const expected = payloadsOf(lastWriters(events).values());
      expect(payloadsOf(stored)).toEqual(expected);
      expect(valuesOf(client)).toEqual(expected);
      // A client that gets all messages needs no snapshot.
      const witness = createRegisters();
      for (const message of sent) witness.merge(message, 'live');
      expect(valuesOf(witness)).toEqual(expected);
      expect(new Set(sent.map(registerOf)).size).toBe(expected.length);
    }),
    { numRuns: 40 },
  );
});
