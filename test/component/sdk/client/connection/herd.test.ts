// Ten thousand clients lose one server at the same moment: a simulation of when they come back.
import { defaultTiming } from '#sdk/client/connection/timing';
import {
  initialState,
  transition,
  type Ended,
  type Event,
  type State,
} from '#sdk/client/connection/transition';
import { seeded } from '../../../../support/data/seeded';

const clients = 10_000;
const rules = { timing: defaultTiming, maxAttempts: Infinity };

interface Herd {
  /** By second after the loss. */
  readonly back: number[];
  readonly attempts: number[];
  readonly spreadSeconds: number;
}

/**
 * What becomes of clients whose connection ends with `end`.
 * @param serves the fate of a handshake in a millisecond after the loss, when so many were let in during that second
 */
function simulate(
  end: Partial<Ended>,
  serves: (milliseconds: number, inThisSecond: number) => string | Partial<Ended>,
  { clients: size = clients, seed = 1 } = {},
): Herd {
  const random = seeded(seed);
  const step = (state: State, event: Event) => transition(state, event, rules)[0];
  const life: Event[] = [{ type: 'start', online: true }, { type: 'opened' }, { type: 'stable' }];
  const connected = life.reduce(step, initialState);
  const lost = (state: State, how: Partial<Ended>) =>
    step(state, { type: 'ended', luck: random(), ...how });
  /** States of clients by the millisecond of their next attempt. */
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
    // A wait of less than a millisecond is over in the same one.
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

/** API Gateway lets so many in during a second, and answers 429 to the others: infra's default for `$connect`. */
const perSecond = 400;
const throttled = (_now: number, inThisSecond: number) =>
  inThisSecond < perSecond ? 'opened' : { code: 1006, reason: 'rate_limited' };

it('one whose connection is closed with 1001 is back within 7.5 s, and all are spread over that', () => {
  const herd = simulate({ code: 1001 }, () => 'opened');
  expect(herd.spreadSeconds).toBeGreaterThan(7);
  expect(herd.spreadSeconds).toBeLessThanOrEqual(7.5);
  // As many in each second.
  expect(Math.max(...Object.values(herd.back))).toBeLessThan((clients / 7.5) * 1.1);
});

it('a server that dies (1006) and is back after 30 s: spread over at least 20 s', () => {
  const herd = simulate({ code: 1006 }, (now) => (now < 30_000 ? { code: 1006 } : 'opened'));
  expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
  expect(Math.max(...Object.values(herd.back))).toBeLessThan(clients * 0.08);
  // It was not hammered while it was down, but for the first second.
  expect(Math.max(...herd.attempts.slice(15, 30))).toBeLessThan(clients * 0.1);
});

it.each([
  ['goes away', 1001],
  ['dies', 1006],
])(
  'a server that %s (%i), and 400 a second are let in: all are back within a minute',
  (_how, code) => {
    const herd = simulate({ code }, throttled);
    expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
    expect(sum(herd.back.slice(0, 40))).toBeGreaterThan(clients * 0.95);
    expect(herd.back.length).toBeLessThanOrEqual(60);
    expect(sum(herd.back)).toBe(clients);
    expect(sum(herd.attempts)).toBeLessThan(clients * 2.5);
  },
);

it('browsers, to whom the 429 is hidden, learn of the crowd by /whoami, which is throttled, too', () => {
  /** What `/whoami` says in the same second: of the first of them, that their tokens are good. */
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

describe('twenty tabs of one user, restored at once, who may make 30 handshakes a minute', () => {
  /** A bucket of the user's, which gets a token every two seconds; empty after `burst` at once. */
  const bucket = (burst: number, reason: string) => {
    let taken = 0;
    return (now: number) => {
      if (taken >= burst + Math.floor(now / 2_000)) return { code: 1006, reason };
      taken += 1;
      return 'opened';
    };
  };

  it.each(['rate_limited', 'unavailable'])('with an empty bucket, and %s', (reason) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const herd = simulate({ code: 1006, reason }, bucket(0, reason), { clients: 20, seed });
      expect(sum(herd.back)).toBe(20);
      // The bucket itself needs 40 s for twenty.
      expect(herd.back.length).toBeLessThan(120);
      expect(sum(herd.attempts)).toBeLessThan(20 * 8);
    }
  });

  it('with as many tokens at once: all at once', () => {
    const end = { code: 1006, reason: 'unavailable' };
    expect(simulate(end, bucket(20, 'unavailable'), { clients: 20 }).back).toHaveLength(1);
  });
});
