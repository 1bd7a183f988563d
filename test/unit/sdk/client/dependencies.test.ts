import { JSDOM } from 'jsdom';
import { systemClock, systemPage } from '#sdk/client/dependencies';
import { withGlobals } from '#test/support/client/globals';

it('is online and visible without a page', () => {
  expect([systemPage.isOnline, systemPage.isVisible]).toEqual([true, true]);
  systemPage.subscribe(() => undefined)();
});

it('reports changes of the network and of the visibility in a page, and its events, until it is unsubscribed', () => {
  const { window } = new JSDOM();
  const { document } = window;
  Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
  const page = {
    document,
    navigator: { onLine: false },
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  };
  withGlobals(page, () => {
    expect([systemPage.isOnline, systemPage.isVisible]).toEqual([false, false]);
    const changed = jest.fn();
    const stop = systemPage.subscribe(changed);
    window.dispatchEvent(new window.Event('online'));
    window.dispatchEvent(new window.Event('offline'));
    document.dispatchEvent(new window.Event('visibilitychange'));
    window.dispatchEvent(new window.Event('pagehide'));
    window.dispatchEvent(new window.Event('pageshow'));
    const types = ['online', 'offline', 'visibilitychange', 'pagehide', 'pageshow'];
    expect(changed.mock.calls).toMatchObject(types.map((type) => [{ type }]));
    stop();
    for (const type of types) {
      window.dispatchEvent(new window.Event(type));
      document.dispatchEvent(new window.Event(type));
    }
    expect(changed).toHaveBeenCalledTimes(types.length);
  });
});

it('uses the clock and the timers of the system', async () => {
  const before = Date.now();
  const now = systemClock.now();
  // The program may have been suspended between the two calls.
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  const never = jest.fn();
  systemClock.clearTimeout(systemClock.setTimeout(never, 0));
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 1));
  expect(never).not.toHaveBeenCalled();
});
