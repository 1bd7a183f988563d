// The results that the bench calculates from its runs: medians, and a table whose last column compares with `fast`.
import { formatTable, medianOf, type Result } from '#bench/results';

const result = (changes: Partial<Result>): Result => ({
  variant: 'fast',
  connections: 1_000,
  cpuMicrosPerPost: 75,
  postsPerSecond: 13_000,
  peakRssMb: 120,
  ...changes,
});

it('calculates the median of each number separately', () => {
  const runs = [
    result({ cpuMicrosPerPost: 100, postsPerSecond: 9_000, peakRssMb: 121 }),
    result({ cpuMicrosPerPost: 9, postsPerSecond: 12_000.6, peakRssMb: 119 }),
    result({ cpuMicrosPerPost: 80.25, postsPerSecond: 99_999, peakRssMb: 300 }),
  ] as const;
  expect(medianOf([...runs])).toEqual(
    result({ cpuMicrosPerPost: 80.3, postsPerSecond: 12_001, peakRssMb: 121 }),
  );
});

it('calculates the median of two runs as their mean', () => {
  const runs = [result({ peakRssMb: 100 }), result({ peakRssMb: 110 })] as const;
  expect(medianOf([...runs]).peakRssMb).toBe(105);
});

it('prints a table that compares each variant with `fast` at the same number of connections', () => {
  const table = formatTable([
    result({}),
    result({ variant: 'sdk-bounded', cpuMicrosPerPost: 600, postsPerSecond: 1_600 }),
    result({ connections: 50_000, cpuMicrosPerPost: 70 }),
    result({ variant: 'unsigned', connections: 50_000, cpuMicrosPerPost: 49 }),
    result({ variant: 'unsigned', connections: 7 }),
  ]);
  expect(table.split('\n')).toEqual([
    '| variant     | connections | CPU µs a post | posts a second | peak RSS MB | × fast |',
    '|-------------|------------:|--------------:|---------------:|------------:|-------:|',
    '| fast        |       1,000 |            75 |         13,000 |         120 |   1.00 |',
    '| sdk-bounded |       1,000 |           600 |          1,600 |         120 |   8.00 |',
    '| fast        |      50,000 |            70 |         13,000 |         120 |   1.00 |',
    '| unsigned    |      50,000 |            49 |         13,000 |         120 |   0.70 |',
    '| unsigned    |           7 |            75 |         13,000 |         120 |        |',
  ]);
});
