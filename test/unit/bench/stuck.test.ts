// The table for clients that do not read: how much longer the others wait for their message.
import { formatStuckTable } from '#bench/stuck';

it('compares the time of the last reading client with that of a fan-out without stuck clients', () => {
  const table = formatStuckTable([
    { connections: 10_000, stuck: 0, milliseconds: 1_250 },
    { connections: 10_000, stuck: 100, milliseconds: 1_300 },
  ]);
  expect(table.split('\n')).toEqual([
    '| connections | do not read | last of the others served after | × none |',
    '|-------------|------------:|--------------------------------:|-------:|',
    '| 10,000      |           0 |                          1.25 s |   1.00 |',
    '| 10,000      |         100 |                          1.30 s |   1.04 |',
  ]);
});
