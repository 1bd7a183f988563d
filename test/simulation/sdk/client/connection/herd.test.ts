// A simulation of 10,000 clients that lose their server at the same moment, and reconnect.
import { defaultTiming } from '#sdk/client/connection/timing';
import {
  initialState,
  transition,
  type Ended,
  type Event,
  type State,
} from '#sdk/client/connection/transition';
import { seeded } from '#test/support/data/seeded';

const clients = 10_000;
const rules = { timing: defaultTiming, maxAttempts: Infinity };

interface Herd {
  /** Clients that have reconnected, by second after the loss. */
  readonly back: number[];
  readonly attempts: number[];
  readonly spreadSeconds: number;
}

/**
 * Simulates clients whose connections end with `end`.
 * @param serves the result of a handshake, by milliseconds after the loss and by the number accepted in that second
 */
function simulate(
  end: Partial<Ended>,
  serves: (milliseconds: number, inThisSecond: number) => string | Partial<Ended>,
  { clients: size = clients, seed = 1 } = {},
): Herd {
  const random = seeded(seed);
  const step = (state: State, event: Event) => transition(state, event, rules)[0];
  const life: Event[] = [
    { type: 'start', online: true, random: 1 },
    { type: 'opened' },
    { type: 'stable' },
  ];
  const connected = life.reduce(step, initialState);
  const lost = (state: State, how: Partial<Ended>) =>
    step(state, { type: 'ended', random: random(), ...how });
  /** States of clients, by the millisecond of their next attempt. */
  const calendar = new Map<number, State[]>();
  const plan = (now: number, state: State) => {
    const at = now + (state.retryInMs ?? NaN);
    const others = calendar.get(at);
    if (others === undefined) calendar.set(at, [state]);
    else others.push(state);
  };
  for (let client = 0; client < size; client += 1) plan(0, lost(connected, end));

  const back: number[] = [];
  const attempts: number[] = [];
  const times: number[] = [];
  for (let now = 0; times.length < size; now += 1) {
    const second = Math.floor(now / 1_000);
    // A delay of less than a millisecond ends in the same millisecond.
    for (let due = calendar.get(now); due?.length; due = calendar.get(now)) {
      calendar.delete(now);
      for (const waiting of due) {
        const connecting = step(waiting, { type: 'retry' });
        attempts[second] = (attempts[second] ?? 0) + 1;
        const fate = serves(now, back[second] ?? 0);
        if (typeof fate === 'string') {
          back[second] = (back[second] ?? 0) + 1;
          times.push(now);
        } else plan(now, lost(connecting, fate));
      }
    }
  }
  const spreadSeconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  return { back, attempts, spreadSeconds };
}

const sum = (numbers: readonly number[]) =>
  Object.values(numbers).reduce((total, number) => total + number, 0);

/** Handshakes that API Gateway accepts in a second, before it answers 429: the default of infra for `$connect`. */
const perSecond = 400;
const throttled = (_now: number, inThisSecond: number) =>
  inThisSecond < perSecond ? 'opened' : { code: 1006, reason: 'rate_limited' };

it('spreads the clients evenly over 7.5 s after a close with 1001', () => {
  const herd = simulate({ code: 1001 }, () => 'opened');
  expect(herd.spreadSeconds).toBeGreaterThan(7);
  expect(herd.spreadSeconds).toBeLessThanOrEqual(7.5);
  // The rate is the same in each second.
  expect(Math.max(...Object.values(herd.back))).toBeLessThan((clients / 7.5) * 1.1);
});

it('spreads the clients over at least 20 s after a server that fails with 1006 is back after 30 s', () => {
  const herd = simulate({ code: 1006 }, (now) => (now < 30_000 ? { code: 1006 } : 'opened'));
  expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
  expect(Math.max(...Object.values(herd.back))).toBeLessThan(clients * 0.08);
  // While the server was down, only few clients attempted to connect in each second.
  expect(Math.max(...herd.attempts.slice(15, 30))).toBeLessThan(clients * 0.1);
});

it.each([
  ['closes connections', 1001],
  ['fails', 1006],
])(
  'reconnects all clients within a minute after the server %s (%i), with 400 handshakes a second',
  (_how, code) => {
    const herd = simulate({ code }, throttled);
    expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
    expect(sum(herd.back.slice(0, 40))).toBeGreaterThan(clients * 0.95);
    expect(herd.back.length).toBeLessThanOrEqual(60);
    expect(sum(herd.back)).toBe(clients);
    expect(sum(herd.attempts)).toBeLessThan(clients * 2.5);
  },
);

it('reconnects browsers, which get the 429 from /whoami instead of the handshake, within a minute', () => {
  /** Requests to `/whoami` by second. The first 50 are answered with a valid token, further ones with 429. */
  const asked: number[] = [];
  const herd = simulate({ code: 1006 }, (now, inThisSecond) => {
    const second = Math.floor(now / 1_000);
    if (inThisSecond < perSecond) return 'opened';
    asked[second] = (asked[second] ?? 0) + 1;
    return { code: 1006, reason: asked[second] > 50 ? 'rate_limited' : 'unavailable' };
  });
  expect(herd.back.length).toBeLessThanOrEqual(60);
  expect(sum(herd.attempts)).toBeLessThan(clients * 2.5);
});

describe('20 tabs of one user, restored at once, with 30 handshakes a minute', () => {
  /** The token bucket of the user: it holds `burst` tokens, and gets one every two seconds. */
  const bucket = (burst: number, reason: string) => {
    let taken = 0;
    return (now: number) => {
      if (taken >= burst + Math.floor(now / 2_000)) return { code: 1006, reason };
      taken += 1;
      return 'opened';
    };
  };

  it.each(['rate_limited', 'unavailable'])(
    'reconnect with few attempts if the bucket is empty, with the reason %s',
    (reason) => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const herd = simulate({ code: 1006, reason }, bucket(0, reason), { clients: 20, seed });
        expect(sum(herd.back)).toBe(20);
        // The bucket needs 40 s for 20 tokens.
        expect(herd.back.length).toBeLessThan(120);
        expect(sum(herd.attempts)).toBeLessThan(20 * 8);
      }
    },
  );

  it('connect within half a minute, not all at once, while all but one are hidden', () => {
    const random = seeded(1);
    const hidden = () => ({ type: 'start' as const, online: true, hidden: true, random: random() });
    const waits = Array.from(
      { length: 19 },
      () => transition(initialState, hidden(), rules)[0].retryInMs ?? NaN,
    );
    const seconds = waits.map((wait) => Math.floor(wait / 1_000));
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(new Set(seconds).size).toBeGreaterThanOrEqual(10);
  });

  it('reconnect within a second if the bucket holds 20 tokens', () => {
    const end = { code: 1006, reason: 'unavailable' };
    expect(simulate(end, bucket(20, 'unavailable'), { clients: 20 }).back).toHaveLength(1);
  });
});
