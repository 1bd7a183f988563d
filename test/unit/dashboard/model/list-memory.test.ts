// Where a list was when it was left.
import { createListMemory } from '#dashboard/page/model/list-memory';

it('returns the offset of the same list, and the top of another one', () => {
  const memory = createListMemory();
  expect(memory.offsetOf('#/')).toBe(0);
  memory.leave('#/', 480);
  expect(memory.offsetOf('#/?q=a')).toBe(0);
  expect(memory.offsetOf('#/')).toBe(480);
});

it('returns the row that had the focus last', () => {
  const memory = createListMemory();
  expect(memory.focusedKey()).toBe('');
  memory.focus('agent a');
  expect(memory.focusedKey()).toBe('agent a');
});
