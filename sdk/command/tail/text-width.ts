// Measures and cuts text by the columns that it takes on a terminal.

/** Characters that take no column of their own. */
const isNarrow = /^[\p{Mn}\p{Me}\u200C\u200D]$/u;

/**
 * Characters that take two columns: of East Asian scripts, and emoji. Terminals differ; an emoji of several characters is
 * counted as all of them, so that no line is longer than this says.
 * @see https://www.unicode.org/reports/tr11/
 */
const isWide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Yi}\u2E80-\u303E\u3105-\u33FF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F000}-\u{1FAFF}]$/u;

/** Returns the number of columns of a visible text. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Cuts a text to a number of columns; if something is missing, the last one is an ellipsis. */
export function cutText(text: string, columns: number): string {
  let width = 0;
  let kept = 0;
  let end = 0;
  for (const character of text) {
    width += columnsOf(character);
    if (width > columns) return columns < 1 ? '' : `${text.slice(0, kept)}…`;
    end += character.length;
    if (width < columns) kept = end;
  }
  return text;
}

/** Adds spaces up to a number of columns, at the end. */
export function padText(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

function columnsOf(character: string): 0 | 1 | 2 {
  if (/^[ -~]$/.test(character)) return 1;
  if (isNarrow.test(character)) return 0;
  return isWide.test(character) ? 2 : 1;
}
