import { JSDOM } from 'jsdom';
import { systemClock, systemPage } from '#sdk/client/dependencies';
import { withGlobals } from '../../../support/client/globals';

it('without a page, everything is online and visible', () => {
  expect([systemPage.isOnline, systemPage.isVisible]).toEqual([true, true]);
  systemPage.subscribe(() => undefined)();
});

it('in a page, it hears of the network and of being looked at, until it is told to stop', () => {
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

it('the clock is that of the system', async () => {
  const before = Date.now();
  const now = systemClock.now();
  // However long this program was kept waiting between the two.
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
  const never = jest.fn();
  systemClock.clearTimeout(systemClock.setTimeout(never, 0));
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 1));
  expect(never).not.toHaveBeenCalled();
});
