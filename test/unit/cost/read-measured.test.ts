// What the cost model takes from a file of `npm run verify`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readMeasured } from '#cost/read-measured';
import { UsageError } from '#sdk/command/arguments';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'mission-control-measured-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const about = { startedAt: '2026-11-27T08:00:00.000Z', url: 'wss://example.com/live' };

function write(text: string): string {
  const file = path.join(directory, 'measured.json');
  writeFileSync(file, text);
  return file;
}

it('takes what was measured, and names it with its source', () => {
  const measured = { agents: 12, sessions: 0, messageBytes: 143 };
  expect(readMeasured(write(JSON.stringify({ ...about, measured, steps: [] })))).toEqual({
    values: measured,
    note: 'Measured at wss://example.com/live, 2026-11-27T08:00:00.000Z: 12 agents in a snapshot, 0 sessions in a snapshot, 143 bytes of a message. All else is assumed, or given by options.',
  });
});

it.each([
  ['not JSON', 'see JSON'],
  ['null', 'see measured'],
  ['{"measured":{"agents":1}}', 'see startedAt'],
  [JSON.stringify({ ...about, measured: { agents: 1.5 } }), 'see agents'],
  [JSON.stringify({ ...about, measured: { heartbeatSeconds: 0 } }), 'see heartbeatSeconds'],
  [JSON.stringify({ ...about, measured: {} }), 'has nothing that was measured'],
])('refuses a file with %j', (text, words) => {
  const read = () => readMeasured(write(text));
  expect(read).toThrow(UsageError);
  expect(read).toThrow(words);
});

it('refuses a file that does not exist', () => {
  expect(() => readMeasured(path.join(directory, 'none.json'))).toThrow(UsageError);
});
