// Ten thousand clients lose one server at the same moment: a simulation of when they come back.
import { defaultTiming } from '../../../../sdk/client/timing';
import {
  initialState,
  transition,
  type Ended,
  type Event,
  type State,
} from '../../../../sdk/client/transition';
import { seeded } from '../../../support/seeded';

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
  serves: (milliseconds: number, inThisSecond: number) => 'opened' | Partial<Ended>,
): Herd {
  const random = seeded(1);
  const step = (state: State, event: Event) => transition(state, event, rules)[0];
  const life: Event[] = [{ type: 'start', online: true }, { type: 'opened' }, { type: 'stable' }];
  const connected = life.reduce(step, initialState);
  const lost = (state: State, how: Partial<Ended>) =>
    step(state, { type: 'ended', luck: random(), ...how });
  /** States of clients by the millisecond of their next attempt. */
  const calendar = new Map<number, State[]>();
  const plan = (now: number, state: State) => {
    const at = now + (state.retryInMs ?? NaN);
    calendar.set(at, [...(calendar.get(at) ?? []), state]);
  };
  for (let client = 0; client < clients; client += 1) plan(0, lost(connected, end));

  const back: number[] = [];
  const attempts: number[] = [];
  const times: number[] = [];
  for (let now = 0; times.length < clients; now += 1) {
    const second = Math.floor(now / 1_000);
    // A wait of less than a millisecond is over in the same one.
    for (let due = calendar.get(now); due?.length; due = calendar.get(now)) {
      calendar.delete(now);
      for (const waiting of due) {
        const connecting = step(waiting, { type: 'retry' });
        attempts[second] = (attempts[second] ?? 0) + 1;
        const fate = serves(now, back[second] ?? 0);
        if (fate === 'opened') {
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

test('a server that goes away (1001), with another one ready: spread over 30 s', () => {
  const herd = simulate({ code: 1001 }, () => 'opened');
  expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
  expect(Math.max(...Object.values(herd.back))).toBeLessThan(clients * 0.05);
});

test('a server that dies (1006) and is back after 30 s: spread over at least 20 s', () => {
  const herd = simulate({ code: 1006 }, (now) => (now < 30_000 ? { code: 1006 } : 'opened'));
  expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
  expect(Math.max(...Object.values(herd.back))).toBeLessThan(clients * 0.08);
  // It was not hammered while it was down, but for the first second.
  expect(Math.max(...herd.attempts.slice(15, 30))).toBeLessThan(clients * 0.1);
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
test('a server that dies, and API Gateway lets 500 a second in: nobody is left out', () => {
  const herd = simulate({ code: 1006 }, (_now, inThisSecond) =>
    inThisSecond < 500 ? 'opened' : { code: 1006, refused: true },
  );
  expect(herd.spreadSeconds).toBeGreaterThanOrEqual(20);
  // Only those that were refused twice in the first seconds take it for a matter of their token, and wait a minute.
  expect(sum(herd.back.slice(0, 35))).toBeGreaterThan(clients * 0.95);
  expect(herd.spreadSeconds).toBeLessThan(90);
  expect(sum(herd.back)).toBe(clients);
  expect(sum(herd.attempts)).toBeLessThan(clients * 2.5);
});
