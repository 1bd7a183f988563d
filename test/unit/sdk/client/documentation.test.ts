// docs/client.md and the code say the same: options, durations, states, reasons.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultTiming } from '#sdk/client/connection/timing';

const project = path.resolve(__dirname, '../../../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');
const docs = read('docs/client.md');

/** The rows of the table whose first heading is this, without marks of code. */
function rowsOf(heading: string): string[][] {
  const lines = docs.split('\n');
  const start = lines.findIndex(
    (line, index) =>
      line.replaceAll('`', '').startsWith(`| ${heading} `) && lines[index + 1]?.startsWith('| --'),
  );
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .replaceAll('`', '')
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** All that the first group of `pattern` finds, each once. */
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
const firstsOf = (heading: string) => rowsOf(heading).map(([name]) => name);

it('durations and their defaults', () => {
  const documented = rowsOf('timing').map(([name, milliseconds]) => [
    name,
    Number(milliseconds?.replaceAll(',', '')),
  ]);
  expect(Object.fromEntries(documented)).toEqual(defaultTiming);
});

it('options', () => {
  const [, source = ''] =
    /interface MissionControlOptions {(.*?)\n}/s.exec(read('sdk/client/options.ts')) ?? [];
  expect(firstsOf('option').sort()).toEqual(found(source, /^ {2}readonly (\w+)/gm));
});

it('states', () => {
  const [, source = ''] =
    /type ConnectionState =(.*?);/s.exec(read('sdk/client/connection/transition.ts')) ?? [];
  expect(firstsOf('state').sort()).toEqual(found(source, /'(\w+)'/g));
});

it('reasons', () => {
  const sources = readdirSync(path.join(project, 'sdk/client'), {
    encoding: 'utf8',
    recursive: true,
  })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`sdk/client/${file}`))
    .join('\n');
  const [, refusals = ''] = /type Refusal =(.*?);/.exec(sources) ?? [];
  const given = [
    ...found(sources, /reason(?:: | [!=]== )'(\w+)'/g),
    ...found(refusals, /'(\w+)'/g),
  ];
  expect(firstsOf('reason').slice(0, -1).sort()).toEqual([...new Set(given)].sort());
});
