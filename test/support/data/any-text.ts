// Texts of all characters that there are. The same as of fast-check's `unit: 'binary'`, which makes a table of them in
// each test file: of a million, for half a second and a hundred megabytes.
import fc from 'fast-check';

/** Halves of pairs in UTF-16: no characters. */
const surrogates = { first: 0xd800, count: 0x800 };

/** For `fc.string({ unit: anyCharacter })`. */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - surrogates.count }).map(
  (index) => String.fromCodePoint(index < surrogates.first ? index : index + surrogates.count),
  (value) => {
    // For shrinking, and for whether `__proto__` and its like can be made of these characters: fast-check tries them.
    const codePoint = typeof value === 'string' ? (value.codePointAt(0) ?? NaN) : NaN;
    if (String.fromCodePoint(codePoint) !== value) throw new Error('This is no character.');
    return codePoint < surrogates.first ? codePoint : codePoint - surrogates.count;
  },
);
