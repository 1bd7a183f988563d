// Text of agents, which anybody may have written: taken apart, so that nothing of it is invisible, or changes its surroundings.

/** A stretch of text, or a character that nobody would see, by its code. */
export type TextPart = { readonly text: string } | { readonly code: string };

/** Marks that may stand on one letter: Vietnamese, Thai, Hebrew and Tibetan need no more. */
const marksAtOnce = 4;

/**
 * What is invisible, or has an effect on other text: controls, marks of direction, what browsers render as nothing
 * (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point), blanks that are no space, halves of surrogate
 * pairs, and marks piled up on a letter, which would cover the lines above and below it.
 *
 * Not what belongs to visible text: a variant of the character before it, as emoji have, and joiners between two
 * characters that are no ASCII, as in Persian words and in the emoji of families.
 */
const hidden = new RegExp(
  [
    String.raw`(?<=[^\p{Default_Ignorable_Code_Point}\s])[\uFE00-\uFE0F](?<variant>)`,
    String.raw`(?<=[^\p{ASCII}\p{Cc}\p{Zs}])[\u200C\u200D](?=[^\p{ASCII}\p{Default_Ignorable_Code_Point}\p{Zs}])(?<joiner>)`,
    String.raw`(?<=\p{M}{${marksAtOnce}})(?<marks>\p{M}+)`,
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}`,
  ].join('|'),
  'gu',
);

/**
 * Takes a text apart.
 * @param isName whether it is a name, in which white space is not for layout and has to be seen
 */
export function partsOf(text: string, isName: boolean): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index, groups } of text.matchAll(hidden)) {
    if (groups?.['variant'] !== undefined || groups?.['joiner'] !== undefined) continue;
    if (!isName && /^[\t\n\r\p{Zs}]$/u.test(found)) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    end = index + found.length;
    parts.push({
      code: groups?.['marks'] === undefined ? codeOf(found) : `+${Array.from(found).length}`,
    });
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** E.g. `U+202E`. */
function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The same as plain text, for places that take no elements, e.g. `pay‹U+202E›load`. */
export function plainText(text: string, isName: boolean): string {
  return partsOf(text, isName)
    .map((part) => ('text' in part ? part.text : `‹${part.code}›`))
    .join('');
}
