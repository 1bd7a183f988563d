// `npm run verify` against the local stack.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readMeasured } from '#cost/read-measured';
import { startLocalStack, type LocalStack } from '#local/index';
import type { Report } from '#verify/report';
import { steps } from '#verify/steps/index';
import { eventually } from '../support/eventually';
import { killPrograms, startProgram } from '../support/programs';
import { TestClient } from '../support/stack/test-client';

let directory: string;
let stack: LocalStack;
let observer: TestClient;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-verify-'));
  // The default interval takes too long.
  stack = await startLocalStack({ settings: { heartbeatSeconds: 2 } });
  observer = await TestClient.open(stack.webSocketUrl, { token: await stack.mintToken() });
});

afterAll(async () => {
  killPrograms();
  await TestClient.closeAll();
  await stack.close();
  await rm(directory, { recursive: true, force: true });
});

/** Starts `npm run verify` with a token of the user. */
async function verify(...args: readonly string[]) {
  const token = await stack.mintToken({ sub: 'verifier' });
  const addresses = ['--url', stack.webSocketUrl, '--aws-port', new URL(stack.awsEndpointUrl).port];
  const program = startProgram('npm', ['run', '--silent', 'verify', '--', ...addresses, ...args], {
    MISSION_CONTROL_TOKEN: token,
  });
  return { ...program, token };
}

/** The statuses of the agents that the observer has been sent, in their order. */
function statuses(): unknown[] {
  return observer.messagesOf('agent:status').map(({ payload }) => payload['status']);
}

it('everything holds, each step has a line with its durations, and the agent is offline at the end', async () => {
  const output = path.join(directory, 'measured.json');
  const expired = await stack.mintToken({ expiresInSeconds: -1 });
  const given = ['--events', '3', '--expired-token', expired, '--output', output];
  const { said, ended, token } = await verify(...given);
  const [code] = await ended;
  expect(said).toEqual({ out: expect.stringContaining('All 20 steps') as string, error: '' });
  expect(code).toBe(0);
  const lines = said.out.trimEnd().split('\n');
  expect(lines).toHaveLength(steps.length + 2);
  expect(lines.slice(0, -1).every((line) => line.startsWith('holds '))).toBe(true);
  expect(lines).toContainEqual(
    expect.stringMatching(/^holds +event to message +p50 +\d+ ms {2}p99 +\d+ ms {2}of 3$/),
  );
  const written = await readFile(output, 'utf8');
  expect(JSON.parse(written)).toMatchObject({
    holds: true,
    measured: { agents: 0, sessions: 0, heartbeatSeconds: 2 },
  });
  expect(readMeasured(output).values).toEqual({ agents: 0, sessions: 0, heartbeatSeconds: 2 });
  for (const text of [said.out, written]) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(expired);
  }
  expect(statuses()).toEqual(['online', 'error', 'online', 'offline']);
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({ websocket: { connections: 1 } });
  });
});

it('sets the agent offline also after Ctrl-C, and ends with the code 130', async () => {
  const before = statuses().length;
  const { child, said, ended } = await verify('--events', '1000', '--json');
  await eventually(() => {
    expect(statuses().length).toBeGreaterThan(before);
  }, 60_000);
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
  expect(statuses().at(-1)).toBe('offline');
  const report = JSON.parse(said.out) as Report;
  const outcomes = new Map(report.steps.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes.get('event to message')).toBe('not checked');
  expect(outcomes.get('clean-up')).toBe('holds');
}, 120_000);
