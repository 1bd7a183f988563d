// Text from others on a terminal: it cannot write control sequences, further lines, or another column.
import fc from 'fast-check';
import { visibleName, visibleText } from '#sdk/command/tail/visible-text';
import { anyCharacter } from '#test/support/data/any-text';

describe('a name', () => {
  it.each([
    ['agent-1', 'agent-1'],
    ['Agent é 名前', 'Agent é 名前'],
    ['pay\u202Eload', 'pay‹U+202E›load'],
    ['\u2067x\u2069', '‹U+2067›x‹U+2069›'],
    ['a\u200Bb\uFEFF', 'a‹U+200B›b‹U+FEFF›'],
    ['\u001b[2J\u001b]0;title\u0007', '‹U+001B›[2J‹U+001B›]0;title‹U+0007›'],
    ['\u009b31m', '‹U+009B›31m'],
    ['line\nbreak\r\ttab', 'line‹U+000A›break‹U+000D›‹U+0009›tab'],
    ['a\u2028b\u2029c', 'a‹U+2028›b‹U+2029›c'],
    ['tag\u{E0041}', 'tag‹U+E0041›'],
    ['half\uD800', 'half‹U+D800›'],
    ['no-break\u00A0space', 'no-break‹U+00A0›space'],
    ['one space', 'one space'],
    ['agent-1  online', 'agent-1‹U+0020›‹U+0020›online'],
    [' ', '‹U+0020›'],
    [' a ', '‹U+0020›a‹U+0020›'],
  ])('has codes for what is invisible or could be taken for a column: %j is %j', (name, shown) => {
    expect(visibleName(name)).toBe(shown);
  });
});

describe('a text', () => {
  it.each([
    ['is in one line', 'one\ntwo\r\nthree', 'one↵two↵three'],
    ['has spaces instead of tabs', 'one\ttwo', 'one two'],
    ['cannot return to the beginning of its line', 'one\rtwo', 'one‹U+000D›two'],
    ['cannot move the cursor', 'a\u001b[1A\u001b[2Kb', 'a‹U+001B›[1A‹U+001B›[2Kb'],
    ['cannot delete characters', 'a\u0008b\u007f', 'a‹U+0008›b‹U+007F›'],
    ['cannot write to the clipboard', '\u001b]52;c;eA==\u0007', '‹U+001B›]52;c;eA==‹U+0007›'],
    ['cannot change its direction', 'a\u202Eb', 'a‹U+202E›b'],
    ['keeps emoji', '❤\uFE0F 👩\u200D👩\u200D👧', '❤\uFE0F 👩\u200D👩\u200D👧'],
    ['keeps Persian words', 'می\u200Cخواهم', 'می\u200Cخواهم'],
    ['keeps combining marks', 'a\u0301\u0302b', 'a\u0301\u0302b'],
    [
      'does not cover the lines above it',
      `a${'\u0301'.repeat(30)}b`,
      'a\u0301\u0301\u0301\u0301‹+26›b',
    ],
  ])('%s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });
});

it('contains no control characters of any kind, whatever the text', () => {
  const character = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 3 }),
    fc.constantFrom('\u001b[', '\u009b', '\r', '\n', '\r\n', '\u202E', '\u200D', '\u0301', '👩'),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 30 }), (characters) => {
      const text = characters.join('');
      for (const shown of [visibleText(text), visibleName(text)]) {
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\u200B\u2060\uFEFF]/u);
        expect(shown).not.toMatch(/\p{M}{6}/u);
      }
      expect(visibleName(text)).not.toMatch(/ {2}|^ | $/);
    }),
  );
});

it('takes a long text fast', () => {
  const text = '\u0301'.repeat(16_000) + 'a\u200D'.repeat(8_000) + ' '.repeat(16_000);
  expect(visibleText(text)).toContain('‹U+200D›');
  expect(visibleName(text)).toContain('‹U+0020›');
});
