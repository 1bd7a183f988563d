// Texts of all Unicode characters. Equivalent to fast-check's `unit: 'binary'`, which builds a table of a million
// characters in each test file, and so takes half a second and a hundred megabytes.
import fc from 'fast-check';

/** The surrogates of UTF-16, which are not characters. */
const surrogates = { first: 0xd800, count: 0x800 };

/** For `fc.string({ unit: anyCharacter })`. */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: 0x10ffff - surrogates.count }).map(
  (index) => String.fromCodePoint(index < surrogates.first ? index : index + surrogates.count),
  (value) => {
    // Used for shrinking, and to check whether strings like `__proto__`, which fast-check adds, consist of these characters.
    const codePoint = typeof value === 'string' ? (value.codePointAt(0) ?? NaN) : NaN;
    if (String.fromCodePoint(codePoint) !== value) throw new Error('This is no character.');
    return codePoint < surrogates.first ? codePoint : codePoint - surrogates.count;
  },
);
