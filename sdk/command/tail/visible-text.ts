// Makes text of agents safe for a terminal: one line, without control sequences, and without invisible characters.

/** The maximum number of combining marks on one letter: Vietnamese, Thai, Hebrew and Tibetan need no more. */
const marksAtOnce = 4;

/**
 * What is kept although it is invisible by itself, in groups that `replace` recognizes: variation selectors, as of emoji,
 * and joiners between two characters that are not ASCII, as in Persian words and in the emoji of families. Then what is
 * replaced: excess marks on a letter, and characters that are invisible or affect other text. The page of the dashboard
 * has the same rules (dashboard/page/model/text/visible-text.ts).
 */
const hidden = new RegExp(
  [
    String.raw`(?<=[^\p{Default_Ignorable_Code_Point}\s])(?<variant>[\uFE00-\uFE0F])`,
    String.raw`(?<=[^\p{ASCII}\p{Cc}\p{Zs}])(?<joiner>[\u200C\u200D])(?=[^\p{ASCII}\p{Default_Ignorable_Code_Point}\p{Zs}])`,
    String.raw`(?<=\p{M}{${marksAtOnce}})(?<marks>\p{M}+)`,
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]`,
  ].join('|'),
  'gu',
);

/** Spaces that could be taken for the end of a column, and blanks that look like spaces. */
const blanks = /^ | $|(?<= ) | (?= )|(?! )\p{Zs}/gu;

/** Returns a text with codes in the places of invisible characters, e.g. `pay‹U+202E›load`. A line break becomes `↵`. */
export function visibleText(text: string): string {
  return withCodes(text.replace(/\r?\n/g, '↵').replaceAll('\t', ' '));
}

/** Returns a name, which may be in a column, likewise; line breaks and unusual blanks are codes, too. */
export function visibleName(name: string): string {
  return withCodes(name).replace(blanks, codeOf);
}

function withCodes(text: string): string {
  return text.replace(hidden, (found: string, ...rest: unknown[]) => {
    const { variant, joiner, marks } = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (variant !== undefined || joiner !== undefined) return found;
    return marks === undefined ? codeOf(found) : `‹+${Array.from(marks).length}›`;
  });
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
}
