// Creates the tables of docs/security.md: the daily cost of each kind of abuse, and its limit.
import { abuses } from '../abuse/abuses';
import { dollarsOfDay, type Day } from '../abuse/daily-usage';
import { count, dollars, formatTable, formatTextTable } from './table';

/** Markdown table with one row for each kind of abuse: how often it occurs in a day, and its cost, in the first stage and now. */
export function abuseTable(): string {
  const cells = (one: Day | undefined) =>
    one === undefined ? ['–', '–'] : [count(one.acts), dollars(dollarsOfDay(one))];
  return formatTable(
    ['kind of abuse', 'a day, first stage', 'costs', 'a day, now', 'costs now'],
    abuses.map(({ kind, before, now }) => [kind, ...cells(before), ...cells(now)]),
  );
}

/** Markdown table with one row for each kind of abuse, and its limit. */
function boundsTable(): string {
  return formatTextTable(
    ['kind of abuse', 'bounded by'],
    abuses.map(({ kind, bound }) => [kind, bound]),
  );
}

/** The tables of docs/security.md, by the names of their placeholders. */
export function abuseTables(): Readonly<Record<string, string>> {
  return { abuse: abuseTable(), bounds: boundsTable() };
}
