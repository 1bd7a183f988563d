// Splits untrusted text of agents into parts, so that no character is invisible or affects the text around it.

/** A piece of text, or the code of an invisible character. */
export type TextPart = { readonly text: string } | { readonly code: string };

/** The maximum number of combining marks on one letter: Vietnamese, Thai, Hebrew and Tibetan need no more. */
const marksAtOnce = 4;

/**
 * Characters that are invisible or affect other text: controls, direction marks, characters that browsers do not render
 * (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point), blanks other than the space, lone surrogates, and
 * excess marks on a letter, which would cover the lines above and below it.
 *
 * Characters that belong to visible text are left out: variation selectors, as of emoji, and joiners between two
 * characters that are not ASCII, as in Persian words and in the emoji of families.
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
 * Splits a text into its parts.
 * @param isName whether it is a name, in which white space is visible, too
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

/** Returns the code of a character, e.g. `U+202E`. */
function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Returns the parts as plain text, e.g. `pay‹U+202E›load`, for attributes, which cannot contain elements. */
export function plainText(text: string, isName: boolean): string {
  return partsOf(text, isName)
    .map((part) => ('text' in part ? part.text : `‹${part.code}›`))
    .join('');
}
