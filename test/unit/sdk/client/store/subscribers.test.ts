// When the subscribers of a store are called: in animation frames, and no more often than its interval says.
import { storeOf } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { agentEvent } from '#test/support/data/events';

const frameMs = 16;

beforeEach(() => {
  jest.useFakeTimers();
  Object.assign(globalThis, {
    requestAnimationFrame: (due: () => void) => setTimeout(due, frameMs),
    cancelAnimationFrame: clearTimeout,
  });
});
afterEach(() => {
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'requestAnimationFrame');
  Reflect.deleteProperty(globalThis, 'cancelAnimationFrame');
});

function subscribed() {
  const client = createFakeMissionControl();
  const store = storeOf(client);
  const changed = jest.fn();
  const stop = store.agents().subscribe(changed);
  let timestamp = 0;
  /** Lets time pass, with an event each millisecond. Returns the number of calls. */
  const pass = (milliseconds: number) => {
    changed.mockClear();
    for (let elapsed = 0; elapsed < milliseconds; elapsed += 1) {
      client.emit(agentEvent('a', 'online', (timestamp += 1)));
      jest.advanceTimersByTime(1);
    }
    return changed.mock.calls.length;
  };
  return { client, store, changed, stop, pass };
}

it('calls each subscriber at most once in a frame, and not without a change', () => {
  const { pass, changed } = subscribed();
  expect(pass(100 * frameMs)).toBe(100);
  changed.mockClear();
  jest.advanceTimersByTime(10 * frameMs);
  expect(changed.mock.calls.length).toBeLessThanOrEqual(1);
  expect(jest.getTimerCount()).toBe(0);
});

it('calls them no more often than the interval says, and at once after a quiet time', () => {
  const { store, pass, client, changed } = subscribed();
  store.intervalMs = 200;
  const calls = pass(2_000);
  expect(calls).toBeLessThanOrEqual(10);
  expect(calls).toBeGreaterThanOrEqual(9);
  jest.advanceTimersByTime(1_000);
  changed.mockClear();
  client.emit(agentEvent('b', 'online', 1));
  jest.advanceTimersByTime(frameMs);
  expect(changed).toHaveBeenCalledTimes(1);
});

it('is called within the interval if the clock of the system is set back', () => {
  const { store, pass, client, changed } = subscribed();
  store.intervalMs = 200;
  pass(frameMs);
  jest.setSystemTime(Date.now() - 3_600_000);
  jest.advanceTimersByTime(1_000);
  changed.mockClear();
  client.emit(agentEvent('b', 'online', 1));
  jest.advanceTimersByTime(200 + frameMs);
  expect(changed).toHaveBeenCalledTimes(1);
});

it('uses no timer without subscribers', () => {
  const { stop, pass } = subscribed();
  stop();
  expect([pass(10), jest.getTimerCount()]).toEqual([0, 0]);
});

it('counts a subscriber once that unsubscribes twice', () => {
  const { client, store, stop } = subscribed();
  const other = jest.fn();
  store.connection().subscribe(other);
  stop();
  stop();
  client.connect();
  jest.advanceTimersByTime(frameMs);
  expect(other).toHaveBeenCalledTimes(1);
});

it('calls the others if one throws', () => {
  const client = createFakeMissionControl();
  const errors: unknown[] = [];
  const queued = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
    try {
      run();
    } catch (error) {
      errors.push(error);
    }
  });
  const changed = jest.fn();
  storeOf(client)
    .connection()
    .subscribe(() => {
      throw new Error('broken');
    });
  storeOf(client).connection().subscribe(changed);
  client.connect();
  jest.advanceTimersByTime(frameMs);
  expect([errors, changed.mock.calls.length]).toEqual([[new Error('broken')], 1]);
  queued.mockRestore();
});

it('calls subscribers if animation frames call back at once, as fakes of tests do', () => {
  const immediately = (due: () => void) => {
    due();
    return 0;
  };
  Object.assign(globalThis, { requestAnimationFrame: immediately });
  const { pass } = subscribed();
  expect(pass(3)).toBe(3);
  expect(jest.getTimerCount()).toBe(0);
});

it('throws if the interval is not from 0 to 60,000', () => {
  const { store } = subscribed();
  for (const intervalMs of [-1, NaN, 60_001, Infinity]) {
    expect(() => {
      store.intervalMs = intervalMs;
    }).toThrow('intervalMs must be from 0 to 60000 milliseconds.');
  }
});
