// The table that `cold-start` prints, its medians, and the functions that it measures.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { mediansOf, type ColdStartResult } from '#bench/cold-start/cold-start';
import { formatColdStartTable } from '#bench/cold-start/command';
import { functionNames } from '#bench/cold-start/first-events';
import type { ColdRun } from '#bench/cold-start/run-cold';

it('has a first event for each function', () => {
  const lambdas = path.resolve(__dirname, '../../../lambdas');
  const functions = readdirSync(lambdas).filter((folder) =>
    existsSync(path.join(lambdas, folder, 'index.ts')),
  );
  expect(functionNames.toSorted()).toEqual(functions.toSorted());
});

it('takes the median of each number by itself', () => {
  const run = (...[importing, calling, cpu]: [number, number, number]): ColdRun => ({
    ...{ importMilliseconds: importing, firstCallMilliseconds: calling, cpuMilliseconds: cpu },
    ...{ value: null, printed: '' },
  });
  expect(mediansOf([run(1, 30, 500), run(3, 10, 400), run(2, 20, 900)])).toEqual({
    importMilliseconds: 2,
    firstCallMilliseconds: 20,
    cpuMilliseconds: 500,
  });
});

it('prints a table that compares import and first call, together, with the version before', () => {
  const result = (changes: Partial<ColdStartResult>): ColdStartResult => ({
    ...{ function: 'connect', version: 'now', kilobytes: 311.6 },
    ...{ importMilliseconds: 40, firstCallMilliseconds: 20, cpuMilliseconds: 90.5, ...changes },
  });
  const table = formatColdStartTable([
    result({ version: 'before', kilobytes: 709, importMilliseconds: 100 }),
    result({}),
    result({ function: 'health' }),
  ]);
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells.slice(2)).toEqual([
    ['', 'connect', 'before', '709', '100.0', '20.0', '91', '1.00', ''],
    ['', 'connect', 'now', '312', '40.0', '20.0', '91', '0.50', ''],
    ['', 'health', 'now', '312', '40.0', '20.0', '91', '', ''],
  ]);
});
