// The lines of events: in columns, and as JSON.
import fc from 'fast-check';
import type { EventMessage } from '#sdk/protocol';
import { createColumns, jsonLines, type Format, type Terminal } from '#sdk/command/tail/lines';
import { anyCharacter } from '#test/support/data/any-text';
import { agentEvent, sessionEvent } from '#test/support/data/events';

/** Local times, as the lines have them. */
const at = (hours: number, minutes: number, day = 5) =>
  new Date(2026, 1, day, hours, minutes, 9).getTime();
const now = () => at(12, 0);

const plain = { columns: () => undefined, hasColors: false };

/** Formats one event after the other. */
const oneByOne = (format: Format) => (event: EventMessage) => format([event])[0] ?? '';
const columnsOf = (terminal: Terminal) => oneByOne(createColumns(terminal, now));
const jsonLine = oneByOne(jsonLines);

it('shows time, agent, session and text in columns', () => {
  const format = columnsOf(plain);
  expect([
    format(agentEvent('agent-1', 'online', at(11, 7))),
    format(sessionEvent('agent-1', 'session-4', 'User said: Hello', at(11, 8))),
    format(agentEvent('agent-2', 'error', at(11, 9))),
  ]).toEqual([
    '11:07:09  agent-1                     online',
    '11:08:09  agent-1       session-4     User said: Hello',
    '11:09:09  agent-2                     error',
  ]);
});

it('adds the date to events of another day, and the columns stay aligned after it', () => {
  const format = columnsOf(plain);
  expect([
    format(agentEvent('a', 'online', at(23, 7, 4))),
    format(agentEvent('a', 'error', at(11, 8))),
  ]).toEqual([
    '2026-02-04 23:07:09  a                           online',
    '11:08:09             a                           error',
  ]);
});

it('shows a timestamp that is later than any date as a number', () => {
  const line = columnsOf(plain)(agentEvent('a', 'online', Number.MAX_SAFE_INTEGER));
  expect(line).toMatch(/^9007199254740991 {2}a /);
});

it('widens a column for a longer id, but not for a very long one, which is shown whole', () => {
  const format = columnsOf(plain);
  const long = 'x'.repeat(100);
  format(agentEvent('a-name-of-20-columns', 'online', at(11, 7)));
  expect(format(agentEvent(long, 'online', at(11, 7)))).toContain(`  ${long}  `);
  expect(format(agentEvent('a', 'online', at(11, 7)))).toBe(
    `11:07:09  ${'a'.padEnd(32)}  ${' '.repeat(12)}  online`,
  );
});

it('aligns the columns of events that are printed together, also those before a longer id, and of later ones', () => {
  const format = createColumns(plain, now);
  const events = ['a', 'a-name-of-20-columns'].map((id) => agentEvent(id, 'online', at(11, 7)));
  const [short, long] = events.map(({ payload }) => payload.agentId.padEnd(20));
  const rest = `  ${' '.repeat(12)}  online`;
  const expected = [`11:07:09  ${short}${rest}`, `11:07:09  ${long}${rest}`];
  expect(format(events)).toEqual(expected);
  expect(format(events.slice(0, 1))).toEqual(expected.slice(0, 1));
});

it('cuts lines to the present width of the terminal, and not without one', () => {
  let columns: number | undefined = 30;
  const format = columnsOf({ ...plain, columns: () => columns });
  const event = sessionEvent('agent-1', 'session-4', 'User said: Hello', at(11, 8));
  expect(format(event)).toBe('11:08:09  agent-1       sessi…');
  columns = 45;
  expect(format(event)).toBe('11:08:09  agent-1       session-4     User s…');
  columns = undefined;
  expect(format(event)).toMatch(/Hello$/);
});

it('colors the status, and cuts without the color codes', () => {
  const format = columnsOf({ columns: () => 42, hasColors: true });
  const line = format(agentEvent('agent-1', 'error', at(11, 7)));
  expect(line).toContain('\u001b[31m  err…\u001b[0m');
  // eslint-disable-next-line no-control-regex -- These are the color codes.
  expect(line.replace(/\u001b\[\d+m/g, '')).toBe('11:07:09  agent-1                     err…');
});

it('shows a text that looks like a status without its color', () => {
  const format = columnsOf({ columns: () => undefined, hasColors: true });
  expect(format(sessionEvent('a', 's', 'error', at(11, 7)))).toMatch(/ {2}error$/);
});

describe('JSON', () => {
  it('is the documented message in one line', () => {
    expect(jsonLine(agentEvent('agent-1', 'online', 1_770_328_200_000))).toBe(
      '{"type":"agent:status","payload":{"agentId":"agent-1","status":"online","timestamp":1770328200000}}',
    );
  });

  it('escapes what a terminal would interpret or not show', () => {
    const line = jsonLine(sessionEvent('\u009b31m', 'a\u202Eb', '\u001b[2J\n\u{E0041}\u2028é', 1));
    expect(line).toContain(
      String.raw`{"agentId":"\u009b31m","sessionId":"a\u202eb","lastMessage":"\u001b[2J\n\udb40\udc41\u2028é"`,
    );
  });
});

it('writes one line without control characters for any event, and JSON with the same value', () => {
  const text = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 20 });
  const formats = [columnsOf(plain), jsonLine];
  fc.assert(
    fc.property(text, text, text, (agentId, sessionId, lastMessage) => {
      const event = sessionEvent(agentId, sessionId, lastMessage, at(11, 7));
      for (const format of formats) expect(format(event)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(jsonLine(event))).toEqual(event);
    }),
  );
});
