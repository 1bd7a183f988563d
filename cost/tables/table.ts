// Formats numbers, and Markdown tables as Prettier does.

/** A Markdown table whose first column is text, and whose other columns are numbers. */
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

/** A Markdown table whose columns are all text. */
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

/** An amount such as `$1,234`. Amounts below $100 have cents: `-$0.22`. */
export function dollars(amount: number): string {
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  const text = Math.abs(amount).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${amount < 0 && /[1-9]/.test(text) ? '-' : ''}$${text}`;
}

/** A share from 0 to 1 as a percentage, such as `7 %`. */
export function share(part: number): string {
  return `${part > 0 && part < 0.01 ? 'less than 1' : (part * 100).toFixed(0)} %`;
}

/** A number such as `1,234`. Numbers below 10 have one decimal place. */
export function count(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: number < 10 ? 1 : 0 });
}

/** A rate. Rates below 1 have two significant digits. */
export function rate(perSecond: number): string {
  return perSecond < 1
    ? perSecond.toLocaleString('en', { maximumSignificantDigits: 2 })
    : count(perSecond);
}

/** A duration such as `2.5 s`, or `4 min` from two minutes on. */
export function seconds(number: number): string {
  return number < 120 ? `${count(number)} s` : `${count(number / 60)} min`;
}
