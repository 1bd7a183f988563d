// The columns of text on a terminal.
import fc from 'fast-check';
import { cutText, padText, widthOf } from '#sdk/command/tail/text-width';
import { anyCharacter } from '#test/support/data/any-text';

it.each([
  ['', 0],
  ['agent-1', 7],
  ['é', 1],
  ['e\u0301', 1],
  ['名前', 4],
  ['한국어', 6],
  ['ｆｕｌｌ', 8],
  ['🙂', 2],
  ['می\u200Cخواهم', 7],
])('%j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abcd', 1, '…'],
  ['abcd', 0, ''],
  ['', 0, ''],
  ['名前', 4, '名前'],
  ['名前x', 4, '名…'],
  ['名前', 3, '名…'],
  ['名前', 2, '…'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
])('cuts %j to %i columns: %j', (text, columns, cut) => {
  expect(cutText(text, columns)).toBe(cut);
});

it('adds spaces by columns, and none to a longer text', () => {
  expect(padText('名', 4)).toBe('名  ');
  expect(padText('abcde', 4)).toBe('abcde');
});

it('cuts any text to at most its columns', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(20), (text, columns) => {
      const cut = cutText(text, columns);
      expect(widthOf(cut)).toBeLessThanOrEqual(columns);
      expect(cut === text || cut === '' || cut.endsWith('…')).toBe(true);
      if (widthOf(text) <= columns) expect(cut).toBe(text);
    }),
  );
});
