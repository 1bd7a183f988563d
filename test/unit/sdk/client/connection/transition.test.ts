import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { defaultTiming } from '#sdk/client/connection/timing';
import {
  initialState,
  transition,
  type Ended,
  type Event,
  type Rules,
  type State,
} from '#sdk/client/connection/transition';

const rules: Rules = { timing: defaultTiming, maxAttempts: Infinity };
const state = (name: State['name'], more: Partial<State> = {}): State => ({
  ...initialState,
  name,
  ...more,
});
const ended = (more: Partial<Ended> = {}): Ended => ({ type: 'ended', random: 1, ...more });

const columns: Record<string, State> = {
  idle: initialState,
  connecting: state('connecting', { attempt: 3 }),
  connected: state('connected', { attempt: 3 }),
  waiting: state('waiting', { attempt: 3, retryInMs: 1_000 }),
  offline: state('offline', { attempt: 1, online: false, retryInMs: 30_000 }),
  unauthorized: state('unauthorized', { attempt: 3, retryInMs: 60_000 }),
  closed: state('closed'),
};

const rows: Record<string, { event: Event; given?: Partial<State>; rules?: Rules }> = {
  '`reconnect()`': { event: { type: 'start', online: true, random: 1 } },
  'the same, in a page that is hidden': {
    event: { type: 'start', online: true, hidden: true, random: 1 },
  },
  'the socket opened': { event: { type: 'opened' } },
  'connected for 5 s': { event: { type: 'stable' } },
  'the socket ended, its successor is opening': { event: { type: 'handover' } },
  'the socket or attempt ended': { event: ended({ code: 1006 }) },
  'the same, and the browser says it is offline': { event: ended(), given: { online: false } },
  'the token was refused': { event: ended({ refused: true }) },
  'a ping was not answered, or the token expired': { event: ended({ atOnce: true }) },
  'the place went to another connection': { event: ended({ reason: 'replaced' }) },
  'the last of `maxAttempts` failed': { event: ended(), rules: { ...rules, maxAttempts: 3 } },
  'the wait is over': { event: { type: 'retry' } },
  'the page became visible': { event: { type: 'visible' } },
  'it was hidden for 5 minutes, or the user leaves it': { event: { type: 'hidden' } },
  'the browser says it is online': { event: { type: 'online' } },
  'the browser says it is offline': { event: { type: 'offline' } },
  '`close()`, or the signal aborted': { event: { type: 'close' } },
};

/** A transition in the notation of the table in docs/client-internals.md. */
function cell(from: State, row: (typeof rows)[string]): string {
  const before = { ...from, ...row.given };
  const [after, ...effects] = transition(before, row.event, row.rules ?? rules);
  const done = effects.length === 0 ? '' : ` (${effects.join(', ')})`;
  if (after.name !== before.name) return `${after.name}${done}`;
  return done === '' ? '–' : `–${done}`;
}

it('matches the table of all transitions in docs/client-internals.md', () => {
  const docs = readFileSync(
    path.resolve(__dirname, '../../../../../docs/client-internals.md'),
    'utf8',
  );
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
  it('are counted from 1 while they fail, and from 1 again after a stable connection', () => {
    let [now] = transition(initialState, { type: 'start', online: true, random: 1 }, rules);
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

  it('wait longer after each failure', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 1_000].map(
      (attempt) => transition(state('connected', { attempt }), ended(), rules)[0].retryInMs,
    );
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000));
  });

  it('end after maxAttempts, with the code of the last one', () => {
    const limited = { ...rules, maxAttempts: 2 };
    const [first] = transition(state('connecting', { attempt: 1 }), ended(), limited);
    expect(first.name).toBe('waiting');
    const again = state('connecting', { attempt: 2 });
    const [second] = transition(again, ended({ code: 1006, reason: 'refused' }), limited);
    expect(second).toMatchObject({ name: 'closed', code: 1006, reason: 'max_attempts' });
  });
});

describe('the wait after a close', () => {
  const connected = state('connected');

  it.each([1001, 1012, 1013])(
    'is spread over 7.5 s after the code %i, which affects all clients',
    (code) => {
      expect(transition(connected, ended({ code, random: 0.9 }), rules)[0]).toMatchObject({
        name: 'waiting',
        retryInMs: 6_750,
        code,
      });
      // The same for a connection that was not stable; the bound doubles if it happens repeatedly.
      const waits = [1, 2, 3, 4].map(
        (attempt) => transition({ ...connected, attempt }, ended({ code }), rules)[0].retryInMs,
      );
      expect(waits).toEqual([7_500, 15_000, 30_000, 30_000]);
    },
  );

  it('is longer for rate_limited, and does not end when the page becomes visible or the network returns', () => {
    const end = ended({ reason: 'rate_limited' });
    const waits = [0, 1, 2, 3, 1_000].map(
      (attempt) => transition(state('connecting', { attempt }), end, rules)[0].retryInMs,
    );
    expect(waits).toEqual([7_500, 15_000, 30_000, 30_000, 30_000]);
    const [limited] = transition(connected, end, rules);
    expect(limited).toMatchObject({ name: 'waiting', retryInMs: 7_500, reason: 'rate_limited' });
    expect(transition(limited, { type: 'visible' }, rules)).toEqual([limited]);
    const [offline] = transition(limited, { type: 'offline' }, rules);
    expect(transition(offline, { type: 'online' }, rules)).toEqual([limited]);
  });

  it('is 5 to 10 minutes for replaced, and in a hidden page lasts until the page is visible', () => {
    const replaced = ended({ reason: 'replaced', hidden: true });
    const [hidden] = transition(connected, replaced, rules);
    expect(hidden).toMatchObject({ name: 'waiting', reason: 'replaced' });
    expect(hidden.retryInMs).toBeUndefined();
    expect(transition(hidden, { type: 'visible' }, rules)).toEqual([
      expect.objectContaining({ name: 'connecting' }),
      'open',
    ]);
    const wait = (random: number) =>
      transition(connected, ended({ reason: 'replaced', random }), rules)[0].retryInMs;
    expect([wait(0), wait(1)]).toEqual([300_000, 600_000]);
    // The return of the network does not end this wait.
    expect(transition(hidden, { type: 'online' }, rules)).toEqual([hidden]);
  });

  it('is the usual one for the reason of an operator, which is reported', () => {
    const [kicked] = transition(connected, ended({ reason: 'maintenance', code: 1000 }), rules);
    expect(kicked).toMatchObject({ name: 'waiting', reason: 'maintenance', retryInMs: 1_000 });
  });
});

describe('a token that the server refuses', () => {
  const connecting = state('connecting', { attempt: 1 });
  const refused = (random: number) => ended({ refused: true, reason: 'refused', random });

  it('makes the client unauthorized at once, and is followed by attempts about every minute, with jitter', () => {
    const [first] = transition(connecting, refused(0), rules);
    expect(first).toMatchObject({ name: 'unauthorized', retryInMs: 45_000, attempt: 2 });
    const [again] = transition(first, { type: 'retry' }, rules);
    expect(transition(again, refused(1), rules)[0]).toMatchObject({
      name: 'unauthorized',
      retryInMs: 75_000,
      attempt: 3,
    });
  });

  it('makes the client unauthorized also while the browser reports offline', () => {
    const [said] = transition({ ...connecting, online: false }, refused(0), rules);
    expect(said).toMatchObject({ name: 'unauthorized', reason: 'refused' });
  });

  it.each(['unavailable', 'rate_limited', undefined])(
    'is not assumed after a failure with the reason %s',
    (reason) => {
      const end = ended({ code: 1006, ...(reason !== undefined && { reason }) });
      let now: State = connecting;
      for (let attempt = 1; attempt <= 20; attempt += 1) {
        [now] = transition(now, end, rules);
        expect(now.name).toBe('waiting');
        expect(now.retryInMs).toBeLessThanOrEqual(30_000);
        [now] = transition(now, { type: 'retry' }, rules);
      }
    },
  );
});

describe('a page that is hidden', () => {
  const hidden = { name: 'waiting', attempt: 1, reason: 'hidden' };

  it('waits without an end, from any state, and then attempts at once, as after no failure', () => {
    const failing = state('waiting', { attempt: 9, retryInMs: 9, code: 1006, reason: 'silent' });
    const [left, ...effects] = transition(failing, { type: 'hidden' }, rules);
    expect(left).toEqual({ ...hidden, online: true, code: undefined, retryInMs: undefined });
    expect(effects).toEqual(['drop']);
    for (const type of ['online', 'offline'] as const) {
      expect(transition(left, { type }, rules)).toEqual([{ ...left, online: type === 'online' }]);
    }
    expect(transition(left, { type: 'visible' }, { ...rules, maxAttempts: 1 })).toMatchObject([
      { name: 'connecting', attempt: 1 },
      'open',
    ]);
  });

  it('waits up to 30 s when the client starts', () => {
    const start = (random: number) =>
      transition(initialState, { type: 'start', online: true, hidden: true, random }, rules)[0];
    expect([start(0), start(1)]).toMatchObject([
      { ...hidden, retryInMs: 0 },
      { ...hidden, retryInMs: 30_000 },
    ]);
  });
});

describe('while the browser reports offline', () => {
  const offline = { ...initialState, online: false };

  it('attempts at once, then every 15 to 30 s, without counting failures', () => {
    const [start, ...effects] = transition(
      initialState,
      { type: 'start', online: false, random: 1 },
      rules,
    );
    expect([start.name, ...effects]).toEqual(['connecting', 'drop', 'open']);
    const wait = (random: number) =>
      transition(start, ended({ random }), { ...rules, maxAttempts: 1 });
    expect([0, 0.5, 1].map((random) => wait(random)[0])).toMatchObject([
      { name: 'offline', retryInMs: 15_000, attempt: 1 },
      { name: 'offline', retryInMs: 22_500, attempt: 1 },
      { name: 'offline', retryInMs: 30_000, attempt: 1 },
    ]);
    expect(transition(wait(1)[0], { type: 'retry' }, rules)).toMatchObject([
      { name: 'connecting', attempt: 1 },
      'open',
    ]);
  });

  it('opens a connection, probes it when the browser reports offline, and is offline if the probe is not answered', () => {
    const [opened] = transition({ ...offline, name: 'connecting' }, { type: 'opened' }, rules);
    expect(opened).toMatchObject({ name: 'connected', online: false });
    expect(transition(opened, { type: 'offline' }, rules)).toEqual([opened, 'probe']);
    // There is no reason to expect that a new connection would work.
    const unanswered = ended({ reason: 'silent', atOnce: true });
    expect(transition(opened, unanswered, rules)[0]).toMatchObject({
      name: 'offline',
      reason: 'silent',
    });
  });

  it('uses the usual waits after a close by the server', () => {
    const connected: State = { ...offline, name: 'connected' };
    const end = (how: Partial<Ended>) => transition(connected, ended(how), rules)[0].name;
    expect(end({ reason: 'replaced' })).toBe('waiting');
    expect(end({ code: 1001 })).toBe('waiting');
    expect(end({ code: 1006 })).toBe('offline');
  });

  it('continues a wait, and ends it when the browser reports online', () => {
    const waiting = state('waiting', { attempt: 3, retryInMs: 1_000, reason: 'unavailable' });
    const [after] = transition(waiting, { type: 'offline' }, rules);
    expect(after).toEqual({ ...waiting, online: false });
    expect(transition(after, { type: 'online' }, rules)).toMatchObject([
      { name: 'connecting', attempt: 1, online: true },
      'open',
    ]);
  });
});

it('keeps waits within bounds, and has one only in the states that wait, after any events', () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.constantFrom<Event[]>(...Object.values(rows).map((row) => row.event)),
    fc.record(
      {
        type: fc.constant('ended' as const),
        random,
        refused: fc.boolean(),
        hidden: fc.boolean(),
        code: fc.constantFrom(1000, 1001, 1006),
        reason: fc.constantFrom('replaced', 'rate_limited', 'unavailable', 'token_expired'),
      },
      { requiredKeys: ['type', 'random'] },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let now = initialState;
      for (const each of events) {
        const [after, ...effects] = transition(now, each, rules);
        const { name, retryInMs, attempt } = after;
        if (retryInMs !== undefined) {
          expect(['waiting', 'offline', 'unauthorized']).toContain(name);
          expect(retryInMs).toBeGreaterThanOrEqual(name === 'offline' ? 15_000 : 0);
          const most = { offline: 30_000, unauthorized: 75_000 }[name as string] ?? 600_000;
          expect(retryInMs).toBeLessThanOrEqual(most);
        } else if (name === 'waiting') expect(['replaced', 'hidden']).toContain(after.reason);
        // `offline` and `unauthorized` always have a next attempt.
        else expect(['offline', 'unauthorized']).not.toContain(name);
        expect(attempt).toBeGreaterThanOrEqual(0);
        // Only a refusal by the server makes the client unauthorized.
        if (name === 'unauthorized' && now.name !== 'unauthorized') {
          expect(each).toMatchObject({ type: 'ended', refused: true });
        }
        // There is one socket: a new one is opened only if there is none, or if the old one is dropped first.
        if (effects.includes('open')) {
          expect(name).toBe('connecting');
          if (now.name === 'connected' || now.name === 'connecting')
            expect(effects[0]).toBe('drop');
        }
        now = after;
      }
    }),
  );
});
