// Compares docs/logs.md and the queries of the runbook with the messages and metrics of the functions.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { metrics } from '#lambdas/contract/metrics';
import { logLines } from '#core/log-lines';

const read = (name: string) => readFileSync(path.join(__dirname, '../../../../docs', name), 'utf8');

/** The rows of the table below a heading of docs/logs.md, as arrays of cells. */
function tableOf(heading: string): string[][] {
  const [, section = ''] = read('logs.md').split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const namesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

it('docs/logs.md documents every message with its level and fields, and no other', () => {
  const documented = tableOf('Messages').map(([message, level, fields]) => [
    ...namesIn(message),
    { level, fields: namesIn(fields) },
  ]);
  expect(Object.fromEntries(documented)).toEqual(logLines);
});

it('no message has a field that every line has', () => {
  const ofEveryLine = ['timestamp', 'level', 'message', 'service', 'xray_trace_id'];
  const fields: readonly string[] = Object.values(logLines).flatMap((line) => line.fields);
  expect(ofEveryLine.filter((field) => fields.includes(field))).toEqual([]);
});

it('docs/logs.md explains every message', () => {
  for (const [, , , means] of tableOf('Messages')) expect(means).toMatch(/\w{3}/);
});

it('docs/logs.md documents every metric, and no other', () => {
  const documented = tableOf('Metrics').map(([service, names]) => [
    ...namesIn(service),
    namesIn(names),
  ]);
  expect(Object.fromEntries(documented)).toEqual(metrics);
});

describe('queries of the runbook', () => {
  const blocks = [...read('runbook.md').matchAll(/```\n([^`]+)```/g)].map(([, text = '']) => text);

  it('filter by existing messages only', () => {
    const asked = blocks.flatMap((text) =>
      [...text.matchAll(/message (?:=|in) (\[[^\]]+\]|"[^"]+")/g)].flatMap(([, list = '']) =>
        [...list.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message),
      ),
    );
    expect(asked.length).toBeGreaterThanOrEqual(10);
    for (const message of asked) expect(Object.keys(logLines)).toContain(message);
  });

  it('show existing fields only', () => {
    // Lambda's runtime logs a thrown error as the message.
    // https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
    const thrown = ['message.name', 'message.errorMessage'];
    // A refused handshake is a thrown error, too: lambdas/authorizer/handshake-refused.ts.
    const refused = ['message.code', 'message.place', 'message.requestId'];
    const ofLambda = ['@timestamp', '@log', 'message', 'level', ...thrown];
    const known = new Set<string>([
      ...[...ofLambda, ...refused],
      'xray_trace_id',
      ...Object.values(logLines).flatMap(({ fields }) => fields),
    ]);
    const shown = blocks.flatMap((text) =>
      [...text.matchAll(/^fields (.+)$/gm)].flatMap(([, list = '']) =>
        list
          .replace(/ as \w+/g, '')
          .split(/, | - /)
          .map((field) => field.trim().replace(/^error\..*/, 'error')),
      ),
    );
    expect(shown.length).toBeGreaterThan(20);
    for (const field of shown) expect(known).toContain(field);
  });
});
