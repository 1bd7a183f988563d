// Whatever becomes of messages on their way, one snapshot makes both ends agree on the last writer of everything.
import fc from 'fast-check';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { readSnapshot, snapshotMessages } from '#core/requests/snapshot';
import { createRegisters, type Registers } from '#sdk/client/state/registers';
import { parseServerMessage, registerOf, type EventMessage } from '#sdk/protocol';
import { eventArbitrary, lastWriters } from '../support/contracts/state-store';
import { createFanOutHarness } from '../support/core/fan-out';
import { MemoryStateStore } from '../support/core/fakes';

/** A server that broadcasts, and keeps the messages that went out. */
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

/** How a list may arrive: some of it twice, some of it never, all of it in any order. */
const mangled = (length: number) =>
  fc.array(fc.nat(Math.max(0, length - 1)), { maxLength: 2 * length });

it('client and server hold the same values after one sync, equal to the last writers', async () => {
  const history = fc.array(eventArbitrary, { minLength: 1, maxLength: 15 }).chain((events) =>
    fc.tuple(
      fc.constant(events),
      // The bus loses nothing, but may repeat and reorder.
      fc
        .tuple(fc.subarray(events), fc.constant(events))
        .chain(([again]) =>
          fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }),
        ),
      mangled(3 * events.length),
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
      const stored = await readSnapshot(server.state, 0, server.now(), limits);
      for (const text of snapshotMessages(stored, server.now(), 30)) {
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
      // And whoever was there all the time needs no snapshot.
      const witness = createRegisters();
      for (const message of sent) witness.merge(message, 'live');
      expect(valuesOf(witness)).toEqual(expected);
      expect(new Set(sent.map(registerOf)).size).toBe(expected.length);
    }),
    { numRuns: 40 },
  );
});
