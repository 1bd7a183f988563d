// Where a list was when it was left, also after a reload.
import { createListMemory } from '#dashboard/page/model/agents/list-memory';

const storageOf = (stored?: string) => {
  const entries = new Map<string, string>();
  return {
    getItem: (key: string) => entries.get(key) ?? stored ?? null,
    setItem: (key: string, value: string) => entries.set(key, value),
  };
};

it('returns the offset of the same list, and the top of another one', () => {
  const memory = createListMemory(storageOf);
  expect(memory.offsetOf('#/')).toBe(0);
  memory.leave('#/', 480);
  expect(memory.offsetOf('#/?q=a')).toBe(0);
  expect(memory.offsetOf('#/')).toBe(480);
});

it('returns the offset after a reload, and no row, because a page begins at its top', () => {
  const storage = storageOf();
  const memory = createListMemory(() => storage);
  memory.focus('agent a');
  memory.leave('#/', 480);
  const next = createListMemory(() => storage);
  expect(next.offsetOf('#/')).toBe(480);
  expect(next.focusedKey()).toBe('');
});

it('returns the row that had the focus last', () => {
  const memory = createListMemory(storageOf);
  expect(memory.focusedKey()).toBe('');
  memory.focus('agent a');
  expect(memory.focusedKey()).toBe('agent a');
});

const blocked = () => {
  throw new Error('Blocked.');
};

it.each([
  ['there is no storage', blocked],
  ['something else is stored', () => storageOf('{"list":1}')],
  ['no JSON is stored', () => storageOf('{')],
  ['null is stored', () => storageOf('null')],
  ['the storage is full', () => ({ ...storageOf(), setItem: blocked })],
])('remembers until the page is closed if %s', (_why, storage) => {
  const memory = createListMemory(storage);
  expect(memory.offsetOf('#/')).toBe(0);
  memory.leave('#/', 480);
  expect(memory.offsetOf('#/')).toBe(480);
});
