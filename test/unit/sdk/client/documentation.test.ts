// docs/client.md matches the code: options, durations, states and reasons.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultTiming } from '#sdk/client/connection/timing';

const project = path.resolve(__dirname, '../../../..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');
const docs = read('docs/client.md');

/** The rows of the table with this first heading, without backquotes. */
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

/** The distinct matches of the first group of `pattern`, sorted. */
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
const firstsOf = (heading: string) => rowsOf(heading).map(([name]) => name);

it('lists all durations with their defaults', () => {
  const documented = rowsOf('timing').map(([name, milliseconds]) => [
    name,
    Number(milliseconds?.replaceAll(',', '')),
  ]);
  expect(Object.fromEntries(documented)).toEqual(defaultTiming);
});

it('lists all options', () => {
  const [, source = ''] =
    /interface MissionControlOptions {(.*?)\n}/s.exec(read('sdk/client/options.ts')) ?? [];
  expect(firstsOf('option').sort()).toEqual(found(source, /^ {2}readonly (\w+)/gm));
});

it('lists all states', () => {
  const [, source = ''] =
    /type ConnectionState =(.*?);/s.exec(read('sdk/client/connection/transition.ts')) ?? [];
  expect(firstsOf('state').sort()).toEqual(found(source, /'(\w+)'/g));
});

it('lists all reasons', () => {
  const sources = readdirSync(path.join(project, 'sdk/client'), {
    encoding: 'utf8',
    recursive: true,
  })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`sdk/client/${file}`))
    .join('\n');
  const [, refusals = ''] = /type Reason =(.*?);/.exec(sources) ?? [];
  const given = [
    ...found(sources, /reason(?:: | [!=]== )'(\w+)'/g),
    ...found(refusals, /'(\w+)'/g),
  ];
  expect(firstsOf('reason').slice(0, -1).sort()).toEqual([...new Set(given)].sort());
});
