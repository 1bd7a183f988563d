import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { defaultTiming } from '../../../../sdk/client/timing';
import {
  initialState,
  transition,
  type Ended,
  type Event,
  type Rules,
  type State,
} from '../../../../sdk/client/transition';

const rules: Rules = { timing: defaultTiming, maxAttempts: Infinity };
const state = (name: State['name'], more: Partial<State> = {}): State => ({
  ...initialState,
  name,
  ...more,
});
const ended = (more: Partial<Ended> = {}): Ended => ({ type: 'ended', luck: 1, ...more });

const columns: Record<string, State> = {
  idle: initialState,
  connecting: state('connecting', { attempt: 3 }),
  connected: state('connected', { attempt: 3, linked: true }),
  waiting: state('waiting', { attempt: 3, retryInMs: 1_000 }),
  offline: state('offline', { attempt: 1, online: false }),
  'offline, socket kept': state('offline', { attempt: 0, online: false, linked: true }),
  unauthorized: state('unauthorized', { attempt: 3, refusals: 2, retryInMs: 60_000 }),
  closed: state('closed'),
};

const rows: Record<string, { event: Event; given?: Partial<State>; rules?: Rules }> = {
  '`reconnect()`': { event: { type: 'start', online: true } },
  '`reconnect()`, while the browser is offline': { event: { type: 'start', online: false } },
  'the socket opened': { event: { type: 'opened' } },
  'connected for 5 s': { event: { type: 'stable' } },
  'the socket ended, its successor is opening': { event: { type: 'handover' } },
  'the socket or attempt ended': { event: ended({ code: 1006 }) },
  'a handshake was refused': { event: ended({ refused: true }) },
  'a second handshake was refused': { event: ended({ refused: true }), given: { refusals: 1 } },
  'a ping was not answered, or the token expired': { event: ended({ atOnce: true }) },
  'the place went to another connection': { event: ended({ reason: 'replaced' }) },
  'the last of `maxAttempts` failed': { event: ended(), rules: { ...rules, maxAttempts: 3 } },
  'the wait is over': { event: { type: 'retry' } },
  'the page became visible': { event: { type: 'visible' } },
  'the network came back': { event: { type: 'online' } },
  'the network went away': { event: { type: 'offline' } },
  '`close()`, or the signal aborted': { event: { type: 'close' } },
};

/** What happens, as the table in docs/client.md says it. */
function cell(from: State, row: (typeof rows)[string]): string {
  const before = { ...from, ...row.given };
  const [after, ...effects] = transition(before, row.event, row.rules ?? rules);
  const done = effects.length === 0 ? '' : ` (${effects.join(', ')})`;
  if (after.name !== before.name) return `${after.name}${done}`;
  return done === '' ? '–' : `–${done}`;
}

test('docs/client.md has the table of all transitions', () => {
  const docs = readFileSync(path.resolve(__dirname, '../../../../docs/client.md'), 'utf8');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((text) => text.trim());
  const lines = docs.split('\n');
  const start = lines.findIndex((line) => line.startsWith('| what happens'));
  const table = lines.slice(start, start + Object.keys(rows).length + 2).map(cells);
  const expected = [
    ['what happens', ...Object.keys(columns)],
    ...Object.entries(rows).map(([name, row]) => [
      name,
      ...Object.values(columns).map((from) => cell(from, row)),
    ]),
  ];
  expect([table[0], ...table.slice(2)]).toEqual(expected);
});

describe('attempts', () => {
  test('begin at 1, are counted while they fail, and from 1 again after a stable connection', () => {
    let [now] = transition(initialState, { type: 'start', online: true }, rules);
    expect(now).toMatchObject({ name: 'connecting', attempt: 1 });
    [now] = transition(now, ended(), rules);
    expect(now).toMatchObject({ name: 'waiting', attempt: 2 });
    [now] = transition(now, { type: 'retry' }, rules);
    [now] = transition(now, { type: 'opened' }, rules);
    expect(now).toMatchObject({ name: 'connected', attempt: 2 });
    const [brief] = transition(now, ended(), rules);
    expect(brief).toMatchObject({ name: 'waiting', attempt: 3 });
    [now] = transition(now, { type: 'stable' }, rules);
    expect(now).toMatchObject({ name: 'connected', attempt: 0 });
    [now] = transition(now, ended(), rules);
    expect(now).toMatchObject({ name: 'waiting', attempt: 1, retryInMs: 1_000 });
  });

  test('wait longer the more of them failed', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 1_000].map(
      (attempt) => transition(state('connected', { attempt }), ended(), rules)[0].retryInMs,
    );
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000));
  });

  test('are given up after maxAttempts, and the code of the last is kept', () => {
    const limited = { ...rules, maxAttempts: 2 };
    const [first] = transition(state('connecting', { attempt: 1 }), ended(), limited);
    expect(first.name).toBe('waiting');
    const again = state('connecting', { attempt: 2 });
    const [second] = transition(again, ended({ code: 1006, reason: 'refused' }), limited);
    expect(second).toMatchObject({ name: 'closed', code: 1006, reason: 'max_attempts' });
  });
});

describe('the reason decides', () => {
  const connected = state('connected', { linked: true });

  test.each([1001, 1012, 1013])('after %i everybody comes back: spread over the cap', (code) => {
    expect(transition(connected, ended({ code, luck: 0.9 }), rules)[0]).toMatchObject({
      name: 'waiting',
      retryInMs: 27_000,
      code,
    });
  });

  test('rate_limited waits long, whoever looks', () => {
    const [limited] = transition(connected, ended({ reason: 'rate_limited' }), rules);
    expect(limited).toMatchObject({ name: 'waiting', retryInMs: 30_000, reason: 'rate_limited' });
    expect(transition(limited, { type: 'visible' }, rules)).toEqual([limited]);
  });

  test('replaced never fights for the place: a hidden page waits to be looked at', () => {
    const replaced = ended({ reason: 'replaced', hidden: true });
    const [hidden] = transition(connected, replaced, rules);
    expect(hidden).toMatchObject({ name: 'waiting', reason: 'replaced' });
    expect(hidden).not.toHaveProperty('retryInMs');
    expect(transition(hidden, { type: 'visible' }, rules)).toEqual([
      expect.objectContaining({ name: 'connecting' }),
      'open',
    ]);
    const wait = (luck: number) =>
      transition(connected, ended({ reason: 'replaced', luck }), rules)[0].retryInMs;
    expect([wait(0), wait(1)]).toEqual([300_000, 600_000]);
  });

  test("an operator's reason is told, and is followed by the usual wait", () => {
    const [kicked] = transition(connected, ended({ reason: 'maintenance', code: 1000 }), rules);
    expect(kicked).toMatchObject({ name: 'waiting', reason: 'maintenance', retryInMs: 1_000 });
  });
});

describe('refusals', () => {
  const connecting = state('connecting', { attempt: 1 });

  test('make it unauthorized when there are two in a row: about a minute, with jitter', () => {
    const [first] = transition(connecting, ended({ refused: true }), rules);
    expect(first).toMatchObject({ name: 'waiting', refusals: 1, retryInMs: 2_000 });
    const [again] = transition(first, { type: 'retry' }, rules);
    const wait = (luck: number) => transition(again, ended({ refused: true, luck }), rules)[0];
    expect(wait(0)).toMatchObject({ name: 'unauthorized', retryInMs: 45_000 });
    expect(wait(1)).toMatchObject({ name: 'unauthorized', retryInMs: 75_000 });
    const [third] = transition(wait(1), { type: 'retry' }, rules);
    expect(transition(third, ended({ refused: true }), rules)[0].name).toBe('unauthorized');
  });

  test('of a source whose tokens were good may be meant for the crowd: spread over the cap', () => {
    const trusted = { ...connecting, trusted: true };
    expect(transition(trusted, ended({ refused: true }), rules)[0]).toMatchObject({
      name: 'waiting',
      retryInMs: 30_000,
    });
    expect(transition(trusted, ended(), rules)[0]).toMatchObject({ retryInMs: 2_000 });
  });

  test('are forgotten when the network fails, and when a handshake succeeds', () => {
    const once = { ...connecting, refusals: 1 };
    expect(transition(once, ended(), rules)[0]).toMatchObject({ name: 'waiting', refusals: 0 });
    expect(transition(once, { type: 'opened' }, rules)[0].refusals).toBe(0);
  });
});

test('whatever happens, a wait is within bounds, and there is one only while waiting', () => {
  const luck = fc.double({ min: 0, max: 1, noNaN: true });
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.constantFrom<Event[]>(...Object.values(rows).map((row) => row.event)),
    fc.record(
      {
        type: fc.constant('ended' as const),
        luck,
        refused: fc.boolean(),
        hidden: fc.boolean(),
        code: fc.constantFrom(1000, 1001, 1006),
        reason: fc.constantFrom('replaced', 'rate_limited', 'token_expired', 'maintenance'),
      },
      { requiredKeys: ['type', 'luck'] },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let now = initialState;
      for (const each of events) {
        const [after, ...effects] = transition(now, each, rules);
        const { name, retryInMs, attempt, linked } = after;
        if (retryInMs !== undefined) {
          expect(['waiting', 'unauthorized']).toContain(name);
          expect(retryInMs).toBeGreaterThanOrEqual(0);
          expect(retryInMs).toBeLessThanOrEqual(name === 'unauthorized' ? 75_000 : 600_000);
        } else if (name === 'waiting') expect(after.reason).toBe('replaced');
        expect(attempt).toBeGreaterThanOrEqual(0);
        if (linked) expect(['connected', 'offline']).toContain(name);
        // One socket: a new one only where there is none, or where the old one is dropped.
        if (effects.includes('open')) {
          expect(name).toBe('connecting');
          if (now.linked) expect(effects[0]).toBe('drop');
        }
        now = after;
      }
    }),
  );
});
