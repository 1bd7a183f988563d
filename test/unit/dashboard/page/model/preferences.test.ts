// Preferences: they are kept in the storage, and without one until the page is closed.
import { createPreferences } from '#dashboard/page/model/preferences';

const storageOf = (entries: Record<string, string> = {}) => {
  const map = new Map(Object.entries(entries));
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
  };
};

it('keeps a choice for the next page', () => {
  const storage = storageOf();
  const preferences = createPreferences(() => storage);
  expect(preferences.read('announcements')).toBeUndefined();
  preferences.write('announcements', false);
  preferences.write('notifications', true);
  const next = createPreferences(() => storage);
  expect(next.read('announcements')).toBe(false);
  expect(next.read('notifications')).toBe(true);
});

it('ignores a stored text that is neither on nor off', () => {
  const storage = storageOf({ 'mission-control-announcements': 'true' });
  expect(createPreferences(() => storage).read('announcements')).toBeUndefined();
});

it.each([
  [
    'there is no storage',
    () => {
      throw new Error('SecurityError');
    },
  ],
  [
    'the storage is full',
    () => ({
      getItem: () => null,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    }),
  ],
])('keeps a choice in memory if %s', (_why, storage) => {
  const preferences = createPreferences(storage);
  expect(preferences.read('notifications')).toBeUndefined();
  preferences.write('notifications', true);
  expect(preferences.read('notifications')).toBe(true);
});

it('calls a subscriber after each choice until it unsubscribes', () => {
  const preferences = createPreferences(() => storageOf());
  const changed = jest.fn();
  const unsubscribe = preferences.subscribe(changed);
  preferences.write('announcements', false);
  expect(changed).toHaveBeenCalledTimes(1);
  unsubscribe();
  preferences.write('announcements', true);
  expect(changed).toHaveBeenCalledTimes(1);
});
