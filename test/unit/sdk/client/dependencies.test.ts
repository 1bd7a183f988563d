import { JSDOM } from 'jsdom';
import { systemClock, systemPage } from '#sdk/client/dependencies';
import { withGlobals } from '../../../support/client/globals';

it('is online and visible without a page', () => {
  expect([systemPage.isOnline, systemPage.isVisible]).toEqual([true, true]);
  systemPage.subscribe(() => undefined)();
});

it('reports changes of the network and of the visibility in a page, until it is unsubscribed', () => {
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
    expect(changed).toHaveBeenCalledTimes(3);
    stop();
    window.dispatchEvent(new window.Event('online'));
    document.dispatchEvent(new window.Event('visibilitychange'));
    expect(changed).toHaveBeenCalledTimes(3);
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
