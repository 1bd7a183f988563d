import fc from 'fast-check';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import {
  byNewest,
  maxEventMessageBytes,
  maxMessageBytes,
  parseClientMessage,
  parseEvent,
  parseServerMessage,
  utf8Length,
  type ServerMessage,
  type TimelineEvent,
} from '#sdk/protocol';
import { activityArbitrary } from '#test/support/contracts/timeline-store';
import { MemoryTimelineStore, RecordingLog } from '#test/support/core/fakes';
import { sessionEvent } from '#test/support/data/events';

type Timeline = Extract<ServerMessage, { type: 'session:timeline' }>['payload'];

const now = () => 1_707_163_200_000;
const session = { agentId: 'a#', sessionId: 's%' };

function setUp(timelineEvents = 200) {
  const timelines = new MemoryTimelineStore();
  const log = new RecordingLog();
  const tell = createTellTimeline({ timelines, timelineEvents, now, log });
  const write = (events: readonly Parameters<typeof timelines.write>[0][number][]) =>
    timelines.write(events, now() + 60_000);

  /** Sends the request as a client does. @returns the payload of the answer, and its size in bytes */
  async function ask(request: object) {
    const parsed = parseClientMessage(
      JSON.stringify({ type: 'session:history', payload: { ...session, ...request } }),
    );
    if (!parsed.ok || parsed.value.type !== 'session:history') throw new Error('Not a request.');
    const text = await tell({ userId: 'alice', connectionId: 'c=' }, parsed.value.payload);
    const answer = parseServerMessage(text);
    if (!answer.ok || answer.value.type !== 'session:timeline') throw new Error(text);
    return { text, payload: answer.value.payload, bytes: utf8Length(text) };
  }

  /** Asks for all pages, with the cursors of the answers. */
  async function askAll(limit?: number, before?: string): Promise<readonly Timeline[]> {
    const pages: Timeline[] = [];
    for (let next = before; ;) {
      const { payload, bytes } = await ask({
        ...(limit !== undefined && { limit }),
        ...(next !== undefined && { before: next }),
      });
      expect(bytes).toBeLessThanOrEqual(maxMessageBytes);
      expect(payload.before).toBe(next);
      pages.push(payload);
      if (payload.next === undefined) return pages;
      next = payload.next;
    }
  }
  return { timelines, log, tell, write, ask, askAll };
}

const small = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ ...session, lastMessage: `message ${index}`, timestamp: now() - index },
  }));

const eventsIn = (pages: readonly Timeline[]): TimelineEvent[] =>
  pages.flatMap(({ events }) => events);

it('answers with exactly these bytes', async () => {
  const { write, ask } = setUp();
  await write([
    { ...session, lastMessage: 'newer', timestamp: 2 },
    { ...session, lastMessage: 'older', timestamp: 1 },
  ]);
  const { text } = await ask({ limit: 1 });
  expect(text).toBe(
    '{"type":"session:timeline","payload":{"agentId":"a#","sessionId":"s%","events":[{"lastMessage":"newer","timestamp":2}],"next":"2#gE9R9xJU#1"}}',
  );
  const { text: last } = await ask({ limit: 1, before: '2#gE9R9xJU#1' });
  expect(last).toBe(
    '{"type":"session:timeline","payload":{"agentId":"a#","sessionId":"s%","before":"2#gE9R9xJU#1","events":[{"lastMessage":"older","timestamp":1}]}}',
  );
});

it('tells 100 events without a limit, and fewer with one', async () => {
  const { write, ask } = setUp();
  await write(small(150));
  const { payload } = await ask({});
  expect(payload.events).toHaveLength(100);
  const { payload: few } = await ask({ limit: 7 });
  expect(few.events).toEqual(payload.events.slice(0, 7));
});

it('tells what was reported before a timestamp', async () => {
  const { write, ask } = setUp();
  await write(small(5));
  const { payload } = await ask({ before: String(now() - 2) });
  expect(payload.events.map(({ timestamp }) => timestamp)).toEqual([now() - 3, now() - 4]);
});

it('tells at most timelineEvents events over all pages', async () => {
  const { write, askAll } = setUp(25);
  await write(small(60));
  const pages = await askAll(10);
  expect(pages.map(({ events }) => events.length)).toEqual([10, 10, 5]);
});

it('tells the largest event that may be reported, with the longest ids', async () => {
  const { ask, write } = setUp();
  const ids = { agentId: '"'.repeat(128), sessionId: '\u0001'.repeat(127) + 'x' };
  const sizeOf = (lastMessage: string) =>
    utf8Length(JSON.stringify(sessionEvent(ids.agentId, ids.sessionId, lastMessage, now())));
  const lastMessage = 'x'.repeat(maxEventMessageBytes - sizeOf(''));
  const activity = { ...ids, lastMessage, timestamp: now() };
  expect(parseEvent('session:activity', activity).ok).toBe(true);
  await write([activity, { ...activity, lastMessage: 'older', timestamp: now() - 1 }]);
  const { payload, bytes } = await ask({ ...ids, before: `${'9'.repeat(15)}#________#10` });
  expect(payload.events).toEqual([{ lastMessage, timestamp: now() }]);
  expect(payload.next).toBeDefined();
  expect(bytes).toBeLessThanOrEqual(maxMessageBytes);
});

it('loses and doubles nothing, with many events of one millisecond, large ones, and any limit', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(activityArbitrary, { maxLength: 40 }),
      fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
      async (events, limit) => {
        const { write, askAll } = setUp();
        await write(events);
        const distinct = new Map(
          events.map(({ lastMessage, timestamp }) => [
            JSON.stringify([timestamp, lastMessage]),
            { lastMessage, timestamp },
          ]),
        );
        expect(eventsIn(await askAll(limit)).toSorted(byNewest)).toEqual(
          [...distinct.values()].sort(byNewest),
        );
      },
    ),
  ));

it('answers unavailable if the timeline cannot be read', async () => {
  const { timelines, tell, log } = setUp();
  timelines.page = () => Promise.reject(new Error('the table is down'));
  const text = await tell({ userId: 'alice', connectionId: 'c=' }, session);
  expect(JSON.parse(text)).toMatchObject({ type: 'error', payload: { code: 'unavailable' } });
  expect(log.lines.map(({ message }) => message)).toEqual(['timeline not read']);
});
