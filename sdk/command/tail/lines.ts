// Formats events as lines: for people, in columns, or as JSON.
import { definitionOf, type EventMessage } from '../../protocol/event-message';
import { idsOf, versionOfEvent } from '../../protocol/registers';
import { cutText, padText, widthOf } from './text-width';
import { visibleName, visibleText } from './visible-text';

/** Returns a line for each of the events, which are printed together. */
export type Format = (events: readonly EventMessage[]) => readonly string[];

export interface Terminal {
  /** Returns the width of the terminal; undefined if the output is none: then lines are not cut. */
  readonly columns: () => number | undefined;
  readonly hasColors: boolean;
}

/**
 * Formats events as JSON, as the service sends them. Characters that a terminal would interpret, or not show, are escaped:
 * the value is the same.
 */
export const jsonLines: Format = (events) => events.map(jsonLine);

const jsonLine = ({ type, payload }: EventMessage) =>
  JSON.stringify({ type, payload }).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (found) =>
      Array.from({ length: found.length }, (_, unit) => escapeUnit(found.charCodeAt(unit))).join(
        '',
      ),
  );

const escapeUnit = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

/**
 * The columns of ids are at least and at most this wide. They grow with the ids of the events that are printed together, and
 * stay as wide for later events; a longer id moves the rest of its line.
 */
const [leastColumns, mostColumns] = [12, 32];

/** Codes of ANSI escape sequences (SGR). */
const styles = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;
type Style = keyof typeof styles;

const styleOfStatus: Readonly<Record<string, Style>> = {
  online: 'green',
  offline: 'dim',
  error: 'red',
};

/**
 * Creates a format with columns: the local time, the agent, the session, and the status or the text.
 * @param now the current time in milliseconds since the Unix epoch; events of another day have a date
 */
export function createColumns({ columns, hasColors }: Terminal, now: () => number): Format {
  const widths = { time: 0, agent: leastColumns, others: leastColumns };

  function widen(texts: Texts): void {
    for (const name of ['time', 'agent', 'others'] as const) {
      widths[name] = Math.max(widths[name], Math.min(widthOf(texts[name]), mostColumns));
    }
  }

  function line({ time, agent, others, value, style: styleOfValue }: Texts): string {
    const cells: readonly (readonly [text: string, style?: Style | undefined])[] = [
      [padText(time, widths.time), 'dim'],
      [padText(agent, widths.agent), 'bold'],
      [padText(others, widths.others), 'cyan'],
      [value, styleOfValue],
    ];
    let left = columns() ?? Infinity;
    return cells
      .map(([text, style], index) => {
        const shown = cutText(index === 0 ? text : `  ${text}`, left);
        left -= widthOf(shown);
        return style !== undefined && hasColors
          ? `\u001b[${styles[style]}m${shown}\u001b[0m`
          : shown;
      })
      .join('');
  }

  return (events) => {
    const texts = events.map((event) => textsOf(event, now()));
    texts.forEach(widen);
    return texts.map(line);
  };
}

/** The texts of an event in its columns. */
interface Texts {
  readonly time: string;
  readonly agent: string;
  readonly others: string;
  readonly value: string;
  readonly style: Style | undefined;
}

function textsOf(event: EventMessage, now: number): Texts {
  const [agentId, ...others] = idsOf(event);
  const { timestamp, value } = versionOfEvent(event);
  const { fields, value: name } = definitionOf(event.type);
  const isStatus = typeof fields[name] === 'object';
  return {
    time: localTime(timestamp, now),
    agent: visibleName(agentId),
    others: others.map(visibleName).join(' '),
    value: visibleText(value),
    style: isStatus ? styleOfStatus[value] : undefined,
  };
}

/** Returns the local time, e.g. `14:03:22`, with the date if it is not today. */
function localTime(timestamp: number, now: number): string {
  // A timestamp may be later than any date.
  if (Number.isNaN(new Date(timestamp).getTime())) return String(timestamp);
  const [date, time] = dateAndTime(timestamp);
  return date === dateAndTime(now)[0] ? time : `${date} ${time}`;
}

function dateAndTime(timestamp: number): readonly [date: string, time: string] {
  const at = new Date(timestamp);
  const two = (part: number) => String(part).padStart(2, '0');
  return [
    [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-'),
    [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':'),
  ];
}
