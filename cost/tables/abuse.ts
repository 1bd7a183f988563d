// The tables of abuse: the cost of each kind in a day, and its bound.
import { abuses } from '../abuse/abuses';
import { dollarsOfDay, type Day } from '../abuse/daily-usage';
import { count, dollars, formatTable, formatTextTable } from './table';

/** One row for each kind of abuse: how often it is done in a day, and what that costs, before and now. */
export function abuseTable(): string {
  const cells = (one: Day | undefined) =>
    one === undefined ? ['–', '–'] : [count(one.acts), dollars(dollarsOfDay(one))];
  return formatTable(
    ['kind of abuse', 'a day, first stage', 'costs', 'a day, now', 'costs now'],
    abuses.map(({ kind, before, now }) => [kind, ...cells(before), ...cells(now)]),
  );
}

/** One row for each kind of abuse, with its bound. */
function boundsTable(): string {
  return formatTextTable(
    ['kind of abuse', 'bounded by'],
    abuses.map(({ kind, bound }) => [kind, bound]),
  );
}

/** The tables of docs/security.md, by the name of their place. */
export function abuseTables(): Readonly<Record<string, string>> {
  return { abuse: abuseTable(), bounds: boundsTable() };
}
