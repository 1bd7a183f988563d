// The route in the address of a tab: entries of its history, links, and typing.
import { createAddress, writeDelayMilliseconds } from '#dashboard/page/model/address';
import { formatRoute, parseRoute, startRoute, type Route } from '#dashboard/page/model/route';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const search = (text: string): Route => ({ ...startRoute, filter: { ...startRoute.filter, text } });
const agent: Route = { ...startRoute, page: { name: 'agent', agentId: 'a/1' } };

/** The history of a tab. */
function openTab(...entries: string[]) {
  let at = entries.length - 1;
  const listeners = new Map<string, () => void>();
  const call = (type: string) => listeners.get(type)?.();
  const address = createAddress({
    location: {
      get hash() {
        return entries[at] ?? '';
      },
    },
    history: {
      pushState: (_state: unknown, _unused: string, url: string) => {
        at += 1;
        entries.splice(at, Infinity, url);
      },
      replaceState: (_state: unknown, _unused: string, url: string) => {
        entries[at] = url;
      },
    },
    addEventListener: (type, listener) => listeners.set(type, listener),
    setTimeout: (due, delayMilliseconds) => Number(setTimeout(due, delayMilliseconds)),
    clearTimeout: (timer) => {
      clearTimeout(timer);
    },
  });
  const changed = jest.fn();
  address.subscribe(changed);
  const back = () => {
    at -= 1;
    call('popstate');
  };
  return { address, entries, changed, back, leave: () => call('pagehide') };
}

it('begins with the route of the address', () => {
  expect(openTab(formatRoute(agent)).address.read()).toEqual(agent);
});

it('adds an entry for each route, and shows the one before after going back', () => {
  const { address, entries, changed, back } = openTab('');
  address.go(agent);
  expect(address.read()).toBe(agent);
  expect(entries).toEqual(['', formatRoute(agent)]);
  back();
  expect(address.read()).toEqual(startRoute);
  expect(address.read()).toBe(address.read());
  expect(changed).toHaveBeenCalledTimes(2);
});

it('shows at once what is typed, and writes it once to the same entry', () => {
  const { address, entries } = openTab('');
  for (const text of ['a', 'al', 'alp']) address.replace(search(text));
  expect(address.read()).toEqual(search('alp'));
  expect(entries).toEqual(['']);
  jest.advanceTimersByTime(writeDelayMilliseconds);
  expect(entries).toEqual([formatRoute(search('alp'))]);
  expect(jest.getTimerCount()).toBe(0);
});

it('writes what is typed before the next route, and before the page is left', () => {
  const { address, entries, back, leave } = openTab('');
  address.replace(search('a'));
  address.go(agent);
  expect(entries.map(parseRoute)).toEqual([search('a'), agent]);
  back();
  address.replace(search('ab'));
  leave();
  expect(entries.map(parseRoute)).toEqual([search('ab'), agent]);
  expect(jest.getTimerCount()).toBe(0);
});

it('discards what is typed if the user goes back before it is written', () => {
  const { address, entries, back } = openTab('', formatRoute(startRoute));
  address.replace(search('a'));
  back();
  expect(address.read()).toEqual(startRoute);
  jest.runAllTimers();
  expect(entries).toEqual(['', formatRoute(startRoute)]);
});

it('calls nobody who has unsubscribed', () => {
  const { address } = openTab('');
  const changed = jest.fn();
  address.subscribe(changed)();
  address.go(agent);
  expect(changed).not.toHaveBeenCalled();
});
