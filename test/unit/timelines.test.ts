// Timelines: after lost, repeated and reordered events and messages, and after reconnects, all clients read back the same list.
import fc from 'fast-check';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { readSnapshot, snapshotMessages } from '#core/requests/snapshot';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import { createWriteTimeline } from '#core/timeline/write-timeline';
import type { SessionActivity } from '#sdk/client';
import {
  byNewest,
  packDetail,
  packType,
  parseClientMessage,
  serializeMessage,
  type EventMessage,
} from '#sdk/protocol';
import { HistoryReader } from '../support/client/history-reader';
import { createFanOutHarness } from '../support/core/fan-out';
import { MemoryTimelineStore } from '../support/core/fakes';
import { sessionEvent, snapshotFacts } from '../support/data/events';

const users = ['alice', 'bob'];
const session = { agentId: 'a', sessionId: 's' };

/** A few events with a few timestamps, so that many of them have the same one. */
const events: readonly EventMessage[] = ['', 'hello', 'ä', '\uFFFD', '\u{1F600}'].flatMap((text) =>
  [0, 1, 2].map((at) => sessionEvent('a', 's', text, Date.UTC(2026, 1, 5, 12) + at)),
);

const once = (activities: readonly SessionActivity[]) => [
  ...new Map(activities.map((one) => [JSON.stringify(one), one])).values(),
];
/** Each event once, by timestamp and then by code points, the newest first. UTF-8 has the order of code points. */
const expectedOf = (activities: readonly SessionActivity[]) =>
  once(activities).sort(
    (one, other) =>
      other.timestamp - one.timestamp ||
      Buffer.compare(Buffer.from(other.lastMessage), Buffer.from(one.lastMessage)),
  );

/** The core of the service. @param pageEvents the maximum number of events of a page, as with large events */
function createServer(pageEvents: number) {
  const harness = createFanOutHarness();
  const { clock, connections, gateway, state, now, log } = harness;
  const timelines = new MemoryTimelineStore();
  const tellTimeline = createTellTimeline({ timelines, timelineEvents: 200, now, log });
  const broadcast = createBroadcast({
    ...harness,
    writeTimeline: createWriteTimeline({ ...harness, timelines, timelineHours: 24 }),
    deadLetters: { keep: () => Promise.reject(new Error('every event here is one')) },
    lifetimes: { agentDays: 7, sessionHours: 24 },
  });
  const records = connections.seed(now(), users);
  let reports = 0;

  async function respond(text: string): Promise<readonly string[]> {
    const parsed = parseClientMessage(text);
    if (!parsed.ok) throw new Error(parsed.message);
    const message = parsed.value;
    if (message.type === 'session:history') {
      const { payload } = message;
      const limit = Math.min(payload.limit ?? pageEvents, pageEvents);
      return [await tellTimeline({ userId: '', connectionId: '' }, { ...payload, limit })];
    }
    if (message.type !== 'state:sync') throw new Error(`${message.type} is not expected.`);
    const selection = { since: message.payload?.since ?? 0, includes: () => true };
    const stored = await readSnapshot(state, selection, now(), { agents: 9, sessions: 9 });
    return snapshotMessages(stored, now(), snapshotFacts);
  }

  /** Reports a pack. @returns for each user, the texts that are posted */
  async function report(pack: readonly EventMessage[]): Promise<readonly (readonly string[])[]> {
    const payload = JSON.parse(packDetail(pack.map(serializeMessage))) as unknown;
    const reported = { id: `${(reports += 1)}`, type: packType, payload, whole: {} };
    await clock.run(broadcast(reported, now() + 20_000));
    const posts = gateway.posts.splice(0);
    return records.map(({ connectionId }) =>
      posts
        .filter((post) => post.connectionId === connectionId)
        .map(({ message }) => JSON.stringify(message)),
    );
  }

  return { respond, report };
}

const places = fc.nat(users.length * 5 - 1);
const steps = fc.oneof(
  ...[
    { weight: 6, names: ['report', 'read', 'answer', 'receive', 'repeat'] as const },
    { weight: 1, names: ['lose', 'pass', 'drop', 'open'] as const },
  ].map(({ weight, names }) => ({
    weight,
    arbitrary: fc.record({
      step: fc.constantFrom(...names),
      who: fc.nat(users.length - 1),
      place: places,
      pack: fc.uniqueArray(fc.constantFrom(...events), { minLength: 1, maxLength: 4 }),
    }),
  })),
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

async function play(told: readonly Step[], pageEvents: number) {
  const server = createServer(pageEvents);
  const reported: SessionActivity[] = [];
  const readers = users.map(() => new HistoryReader(server.respond, reported));

  async function report(pack: readonly EventMessage[]): Promise<void> {
    reported.push(...pack.map(({ payload }) => payload as SessionActivity));
    const texts = await server.report(pack);
    for (const [index, reader] of readers.entries())
      for (const text of texts[index] ?? []) reader.send(text);
  }

  for (const reader of readers) await reader.finish();
  for (const { step, who, place, pack } of told) {
    const reader = readers[who];
    if (reader === undefined) throw new Error('There is no such client.');
    if (step === 'report') await report(pack);
    else if (step === 'read') reader.read(session);
    else if (step === 'receive' || step === 'repeat')
      await reader.receive(place, step === 'repeat');
    else if (step === 'lose') reader.lose(place);
    else await reader[step]();
  }
  for (const reader of readers) {
    await reader.finish();
    reader.read(session);
    await reader.finish();
  }
  return { readers, reported };
}

it('all clients read back each event once, in the order of time and text, whatever has happened to events, messages and connections', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (told, pageEvents) => {
        const { readers, reported } = await play(told, pageEvents);
        const expected = expectedOf(reported);
        for (const { reads, live } of readers) {
          for (const { told: all, known } of reads) {
            // What is reported meanwhile may be missing, but nothing else; and no page repeats what another one has.
            expect(once(all)).toEqual(all);
            expect(once([...all, ...known])).toEqual(all);
            const times = all.map(({ timestamp }) => timestamp);
            expect(times).toEqual(times.toSorted((one, other) => other - one));
          }
          const merged = once([...(reads.at(-1)?.told ?? []), ...live]);
          expect(merged.sort(byNewest)).toEqual(expected);
        }
      },
    ),
    { numRuns: 100 },
  ));
