// Text from others: invisible characters are shown, and no text can move or cover its surroundings.
import fc from 'fast-check';
import { partsOf, plainText } from '#dashboard/page/model/text/visible-text';
import { anyCharacter } from '#test/support/data/any-text';

describe('a name', () => {
  it.each([
    ['agent-1', 'agent-1'],
    ['Agent é 名前', 'Agent é 名前'],
    ['סוכן', 'סוכן'],
    ['pay\u202Eload', 'pay‹U+202E›load'],
    ['\u2067x\u2069', '‹U+2067›x‹U+2069›'],
    ['a\u200Bb', 'a‹U+200B›b'],
    ['a\u200Db', 'a‹U+200D›b'],
    ['a\u00ADb\uFEFF', 'a‹U+00AD›b‹U+FEFF›'],
    ['line\nbreak\u0007', 'line‹U+000A›break‹U+0007›'],
    ['no-break\u00A0space', 'no-break‹U+00A0›space'],
    ['hangul\u3164filler', 'hangul‹U+3164›filler'],
    ['braille\u2800blank', 'braille‹U+2800›blank'],
    ['tag\u{E0041}', 'tag‹U+E0041›'],
    ['half\uD800', 'half‹U+D800›'],
    ['\uFE0F', '‹U+FE0F›'],
  ])('replaces invisible characters: %j is shown as %j', (name, shown) => {
    expect(plainText(name, true)).toBe(shown);
  });
});

describe('a message', () => {
  it.each([
    ['keeps its layout', 'one\n\ttwo\u00A0three', 'one\n\ttwo\u00A0three'],
    ['keeps emoji', '❤\uFE0F 👩\u200D👩\u200D👧', '❤\uFE0F 👩\u200D👩\u200D👧'],
    ['keeps Persian words', 'می\u200Cخواهم', 'می\u200Cخواهم'],
    ['shows bidirectional controls', 'a\u202Eb', 'a‹U+202E›b'],
    ['keeps combining marks', 'a\u0301\u0302\u0303\u0304b', 'a\u0301\u0302\u0303\u0304b'],
    [
      'shortens long sequences of combining marks',
      `a${'\u0301'.repeat(30)}b`,
      'a\u0301\u0301\u0301\u0301‹+26›b',
    ],
  ])('%s', (_what, text, shown) => {
    expect(plainText(text, false)).toBe(shown);
  });
});

it('returns no bidirectional control and no long sequence of combining marks for any text', () => {
  const character = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 3 }),
    fc.constantFrom(
      '\u202E',
      '\u2066',
      '\u200D',
      '\uFE0F',
      '\u0301',
      '\u0301\u0301\u0301',
      'a',
      '👩',
    ),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 30 }), fc.boolean(), (characters, isName) => {
      const parts = partsOf(characters.join(''), isName);
      const shown = parts.map((part) => ('text' in part ? part.text : `‹${part.code}›`)).join('');
      expect(shown).not.toMatch(/[\p{Bidi_Control}\u200B\u2060\uFEFF]/u);
      expect(shown).not.toMatch(/\p{M}{6}/u);
      if (isName) expect(shown).not.toMatch(/\p{Cc}/u);
    }),
  );
});

it('processes a long text fast', () => {
  const text = '\u0301'.repeat(32_000) + 'a\u200D'.repeat(16_000);
  expect(partsOf(text, false).length).toBeGreaterThan(1);
});
