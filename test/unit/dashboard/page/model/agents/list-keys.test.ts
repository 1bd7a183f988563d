// Where a key moves the focus in a list.
import { nextIndex } from '#dashboard/page/model/agents/list-keys';

const plain = { altKey: false, ctrlKey: false, metaKey: false };
const press = (key: string, index: number, modifiers = {}, count = 100) =>
  nextIndex({ ...plain, ...modifiers, key }, index, count, 10);

it.each([
  ['ArrowDown', 5, 6],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 5, 4],
  ['ArrowUp', 0, 0],
  ['PageDown', 5, 15],
  ['PageDown', 95, 99],
  ['PageUp', 15, 5],
  ['PageUp', 5, 0],
  ['Home', 50, 0],
  ['End', 50, 99],
  ['Enter', 50, undefined],
  ['toString', 50, undefined],
])('%s at %i moves the focus to %s', (key, from, to) => {
  expect(press(key, from)).toBe(to);
});

it.each(['altKey', 'ctrlKey', 'metaKey'])('leaves keys with %s to the browser', (modifier) => {
  expect(press('End', 0, { [modifier]: true })).toBeUndefined();
});

it('moves by one row if not even one is visible, and nowhere in an empty list', () => {
  expect(nextIndex({ ...plain, key: 'PageDown' }, 0, 9, 0)).toBe(1);
  expect(press('End', 0, {}, 0)).toBeUndefined();
});
