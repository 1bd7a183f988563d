// The documentation of the logs, and the runbook's queries, against what the functions can log.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { metrics } from '#lambdas/contract/metrics';
import { logLines } from '#core/log-lines';

const read = (name: string) => readFileSync(path.join(__dirname, '../../../../docs', name), 'utf8');

/** The rows of the table below a heading of docs/logs.md, cell by cell. */
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

it('every message is documented, with its level and its fields, and no other', () => {
  const documented = tableOf('Messages').map(([message, level, fields]) => [
    ...namesIn(message),
    { level, fields: namesIn(fields) },
  ]);
  expect(Object.fromEntries(documented)).toEqual(logLines);
});

it('every message says what it means', () => {
  for (const [, , , means] of tableOf('Messages')) expect(means).toMatch(/\w{3}/);
});

it('every metric is documented, and no other', () => {
  const documented = tableOf('Metrics').map(([service, names]) => [
    ...namesIn(service),
    namesIn(names),
  ]);
  expect(Object.fromEntries(documented)).toEqual(metrics);
});

describe('the queries of the runbook', () => {
  const blocks = [...read('runbook.md').matchAll(/```\n([^`]+)```/g)].map(([, text = '']) => text);

  it('ask for messages that there are', () => {
    const asked = blocks.flatMap((text) =>
      [...text.matchAll(/message (?:=|in) (\[[^\]]+\]|"[^"]+")/g)].flatMap(([, list = '']) =>
        [...list.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message),
      ),
    );
    expect(asked.length).toBeGreaterThanOrEqual(10);
    for (const message of asked) expect(Object.keys(logLines)).toContain(message);
  });

  it('show fields that there are', () => {
    // Lambda's runtime logs what was thrown as the message.
    // https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
    const thrown = ['message.name', 'message.errorMessage'];
    // A refused handshake is what was thrown, too: lambdas/authorizer/handshake-refused.ts.
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
