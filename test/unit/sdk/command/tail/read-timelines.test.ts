// What `tail` reads of timelines, with how many requests, and what it says about the rest.
import type { HistoryOptions, SessionActivity } from '#sdk/client';
import { readTimelines, sessionsSince } from '#sdk/command/tail/read-timelines';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { sessionEvent } from '#test/support/data/events';

const activity = (sessionId: string, timestamp: number): SessionActivity => ({
  ...{ agentId: 'a', sessionId, lastMessage: `at ${timestamp}`, timestamp },
});

/** Reads from timelines, each with that many events, 1 ms apart, or an error, in pages of so many events. */
async function read(
  timelines: Readonly<Record<string, number | { readonly code: string }>>,
  { since = 0, signal = new AbortController().signal, pageEvents = 100 } = {},
) {
  const complaints: string[] = [];
  let requests = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- An iteration that waits for nothing.
  async function* history(_agentId: string, sessionId: string, options?: HistoryOptions) {
    const timeline = timelines[sessionId];
    expect(options?.signal).toBe(signal);
    if (timeline === undefined || signal.aborted) throw signal.reason as Error;
    if (typeof timeline !== 'number') throw Object.assign(new Error('No.'), timeline);
    for (let index = 0; index < timeline; index += 1) {
      if (index % pageEvents === 0) {
        options?.onRequest?.();
        requests += 1;
      }
      yield activity(sessionId, 1_000_000 - index);
    }
  }
  const sessions = Object.keys(timelines).map((sessionId) => activity(sessionId, 1_000_000));
  const events = await readTimelines({ history }, sessions, {
    ...{ since, signal },
    complain: (line) => complaints.push(line),
  });
  return { events, complaints, requests };
}

it('reads the sessions with an event since then, the newest first', () => {
  const client = createFakeMissionControl();
  client.emit(
    [
      ['old', 9],
      ['first', 10],
      ['last', 12],
    ].map(([id, at]) => sessionEvent('a', String(id), 'm', Number(at))),
  );
  expect(sessionsSince(client, 10).map(({ sessionId }) => sessionId)).toEqual(['last', 'first']);
});

it('reads the events since then, and asks for no page behind them', async () => {
  const { events, complaints, requests } = await read(
    { one: 1_000, other: 2 },
    { since: 1_000_000 - 120 },
  );
  expect(events).toHaveLength(121 + 2);
  expect(requests).toBe(3);
  expect(complaints).toEqual([]);
});

it('sends at most 15 requests, and says how many sessions it has read', async () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`s${index}`, 1]));
  await expect(read(many)).resolves.toMatchObject({
    requests: 15,
    complaints: [
      'Only 15 of 20 sessions could be read as a whole: that would be too many requests. Of the others, the newest event is printed.',
    ],
  });
  const { events, requests, complaints } = await read({ small: 1, large: 5_000 });
  expect([events.length, requests]).toEqual([1 + 1_400, 15]);
  expect(complaints[0]).toMatch(/^Only 1 of 2 sessions/);
});

it('sends at most 15 requests also if the messages are large, so that few are in a page', async () => {
  const sessions = { one: 20, other: 20, last: 20 };
  const { events, requests, complaints } = await read(sessions, { pageEvents: 3 });
  expect([events.length, requests]).toEqual([20 + 20 + 3, 15]);
  expect(complaints[0]).toMatch(/^Only 2 of 3 sessions .* too many requests/);
});

it.each(['timeline_off', 'unknown_type'])(
  'says once that there are no timelines, and asks for no other one: %s',
  async (code) => {
    await expect(read({ one: { code }, other: 2 })).resolves.toEqual({
      events: [],
      requests: 0,
      complaints: [
        'The service keeps no timelines: of each session, only the newest event is printed.',
      ],
    });
  },
);

it('leaves out a session that is not visible any more', async () => {
  const { events, complaints } = await read({ one: { code: 'agent_not_visible' }, other: 2 });
  expect(events).toHaveLength(2);
  expect(complaints).toEqual([]);
});

it('keeps what it has, and says why there is no more, if the server refuses or does not answer', async () => {
  const limited = await read({ one: 2, limited: { code: 'rate_limited' }, other: 1 });
  expect(limited.events).toHaveLength(2);
  expect(limited.complaints).toEqual([
    'Only 1 of 3 sessions could be read as a whole: the server says rate_limited. Of the others, the newest event is printed.',
  ]);
  const late = await read({ one: 2 }, { signal: AbortSignal.abort() });
  expect(late.complaints).toEqual([
    'Only 0 of 1 sessions could be read as a whole: the server does not answer in time. Of the others, the newest event is printed.',
  ]);
  await expect(read({ one: { code: 'closed' } })).resolves.toMatchObject({ complaints: [] });
});
