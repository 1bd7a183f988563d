// `npm run cost`: tables for the given load, and error messages for invalid options.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { costCommand } from '#cost/main';
import { run } from '#test/support/local/recorded-output';

const load = ['--connections', '1000', '--events-per-second', '0'];

it('prints the bill, the share of heartbeats, the times and the simulation', async () => {
  const { exitCode, printed, complaints } = await run(costCommand, ...load);
  expect([exitCode, complaints]).toEqual([0, '']);
  expect(printed).toMatch(/^\| being connected +\| +\$10\.80 \| +\$10\.80 \|$/m);
  expect(printed).toMatch(/^\| heartbeats +\| +\$86\.40 \| +\$86\.40 \|$/m);
  expect(printed).toMatch(/^\| 1,000 +\| +1 \| +8,000 \| +1,000 \| +0 \| +0 \| +0\.1 s \|$/m);
  expect(printed).toContain('| last client has a single event after |');
  expect(printed).toContain('Posts a second, day and night: 33.');
});

it('prints a second simulation, with clients that do not read', async () => {
  const { printed } = await run(costCommand, ...load, '--stuck-connections', '10');
  expect(printed).toMatch(
    /^\| 10 of them do not read +\| +1 \| +8,000 \| +990 \| +20 \| +10 \| +0\.1 s \|$/m,
  );
});

it('prints the bill without coalescing in another column, and the rate of flushes', async () => {
  const busy = ['--connections', '100', '--events-per-second', '300'];
  const { printed } = await run(costCommand, ...busy, '--pack', '10');
  expect(printed).toMatch(
    /^\| dollars a month +\| without coalescing \| at most every 500 ms \|$/m,
  );
  expect(printed).toMatch(/^\| EventBridge +\| +\$778 \| +\$77\.76 \|$/m);
  expect(printed).toContain(
    'Flushes a second: 2, of 150 messages; at this rate of events the last client hears within about 0.5 s.',
  );
  const off = await run(costCommand, ...busy, '--coalesce-milliseconds', 'off');
  expect(off.printed).toMatch(/^\| dollars a month +\| without coalescing \|$/m);
});

it('prints separate flush rates and the share of superseded events for connections without batches', async () => {
  const busy = ['--connections', '100', '--events-per-second', '300'];
  const { printed } = await run(costCommand, ...busy, '--documented-share', '0.5');
  // A batch holds all events of half a second.
  expect(printed).toContain(
    'Flushes a second: 2, of 150 messages; at this rate of events the last client hears within about 0.5 s.\n',
  );
  // Posting the newest event of each of 200 registers takes 2.4 s; the next flush begins 2.5 s after the start of this one.
  expect(printed).toContain(
    'Flushes a second to connections without batches: 0.4, of 200 messages; at this rate of events the last client hears within about 4.9 s. ' +
      'Left out are 73 % of the events: a newer value of their register goes out instead.\n' +
      'Each of those is posted to one message after the other, at most 83 a second, whatever the pace.\n',
  );
  expect(printed).toContain('| superseded, of all events |');
  const few = await run(costCommand, ...load, '--documented-share', '1');
  expect(few.printed).not.toContain('Left out');
});

it('prints the minus sign of a loss before the dollar sign', async () => {
  const few = ['--connections', '1', '--events-per-second', '1'];
  const { printed } = await run(costCommand, ...few);
  expect(printed).toMatch(/\| +-\$0\.\d\d \|$/m);
  expect(printed).not.toContain('$-');
});

it('prints the same as JSON', async () => {
  const { printed } = await run(costCommand, ...load, '--heartbeat', 'when-idle', '--json');
  expect(JSON.parse(printed)).toMatchObject({
    load: { connections: 1_000, heartbeat: 'when-idle', hoursPerDay: 24 },
    bill: { dollars: expect.any(Number) as number },
    needs: { requestsPerSecond: 10_000 },
    coalescing: { flushesPerSecond: 0, batched: { connections: 1_000 } },
    withoutCoalescing: { dollars: expect.any(Number) as number },
  });
});

it('prints what abuse costs, as a table and as JSON', async () => {
  const { exitCode, printed } = await run(costCommand, '--abuse');
  expect(exitCode).toBe(0);
  expect(printed).toMatch(
    /^\| `state:sync` with the largest state +\| +1,188,446 \| +\$[\d,]+ \| +8,640 \|/m,
  );
  const json = await run(costCommand, '--abuse', '--json');
  expect(JSON.parse(json.printed)).toContainEqual(
    expect.objectContaining({
      kind: '`state:sync` with the largest state',
      now: expect.objectContaining({
        acts: 8_640,
        dollars: expect.any(Number) as number,
      }) as object,
    }),
  );
});

it.each([
  [['--events-per-second', '1'], '--connections is missing.'],
  [['--connections', '1'], '--events-per-second is missing.'],
  [['--connections', 'many'], '--connections must be a whole number from 1 to 10000000.'],
  [
    ['--connections', '1', '--events-per-second', '-1'],
    '--events-per-second must be a number from 0 to 10000.',
  ],
  [[...load, '--hours-per-day', '25'], '--hours-per-day must be a number from 0 to 24.'],
  [[...load, '--heartbeat', 'never'], '--heartbeat must be always or when-idle.'],
  [
    [...load, '--coalesce-milliseconds', 'on'],
    '--coalesce-milliseconds must be off, or a whole number from 0 to 10000.',
  ],
  [
    [...load, '--pack', '2', '--coalesce-milliseconds', 'off'],
    '--pack does not go with --coalesce-milliseconds off.',
  ],
  [[...load, '--pack', '400'], '--pack times --message-bytes must be at most 65536.'],
  [[...load, '--documented-share', '2'], '--documented-share must be a number from 0 to 1.'],
  [
    [...load, '--provisioned-concurrency', 'health=1'],
    '--provisioned-concurrency must be name=number,name=number or an object, with names of authorizer, connect, broadcast and whole numbers from 1 to 1000.',
  ],
  [[...load, 'agents'], 'npm run cost takes options only.'],
  [
    [...load, '--event', '1'],
    'Unknown option --event. Put -- before a text that begins with a dash.',
  ],
])('refuses %j with exit code 2: %s', async (args, sentence) => {
  await expect(run(costCommand, ...args)).resolves.toEqual({
    exitCode: 2,
    printed: '',
    complaints: `${sentence}\n--help lists all options.`,
  });
});

it('takes what was measured in place of what is assumed, unless an option is given, and says so', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-cost-'));
  const file = path.join(directory, 'measured.json');
  const measured = { agents: 7, sessions: 9, messageBytes: 321 };
  const url = 'wss://example.com';
  await writeFile(file, JSON.stringify({ startedAt: '2026-11-27', url, measured }));
  const given = [...load, '--measured', file, '--sessions', '5'];
  const asJson = await run(costCommand, ...given, '--json');
  expect(JSON.parse(asJson.printed)).toMatchObject({ load: { ...measured, sessions: 5 } });
  const { printed } = await run(costCommand, ...given);
  expect(printed).toMatch(/^Measured at wss:\/\/example\.com, 2026-11-27: 7 agents .+\n\n\|/);
  await rm(directory, { recursive: true });
});
