// Markdown tables and numbers, formatted as Prettier would.

/** The first column is text, the others are numbers. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** All columns are text. */
export function formatTextTable(head: readonly string[], rows: readonly (readonly string[])[]) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...rows.map(row)].join('\n');
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** `$1,234`, and cents where they matter; `-$0.22`. */
export function dollars(amount: number): string {
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  const text = Math.abs(amount).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${amount < 0 && /[1-9]/.test(text) ? '-' : ''}$${text}`;
}

/** `7 %` of a whole. */
export function share(part: number): string {
  return `${part > 0 && part < 0.01 ? 'less than 1' : (part * 100).toFixed(0)} %`;
}

export function count(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: number < 10 ? 1 : 0 });
}

/** With two significant digits, even for very small rates. */
export function rate(perSecond: number): string {
  return perSecond < 1
    ? perSecond.toLocaleString('en', { maximumSignificantDigits: 2 })
    : count(perSecond);
}

export function seconds(number: number): string {
  return number < 120 ? `${count(number)} s` : `${count(number / 60)} min`;
}
