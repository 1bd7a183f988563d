// The command `tail` with a fake client: what it prints where, and its exit codes.
import type { MissionControlOptions } from '#sdk/client';
import { createFakeMissionControl } from '#sdk/client/testing/index';
import { createTailCommand } from '#sdk/command/tail/tail';
import { run } from '#test/support/local/recorded-output';
import { agentEvent } from '#test/support/data/events';

const token = 'a.b.secret';

/** Runs the command, and `story` with the client and a function that ends the command. */
async function tail(
  args: readonly string[],
  story: (client: ReturnType<typeof createFakeMissionControl>, end: (code: number) => void) => void,
  whoami: () => Response = () => new Response('Not JSON', { status: 401 }),
) {
  const connected: MissionControlOptions[] = [];
  const asked: unknown[] = [];
  const client = createFakeMissionControl({ now: () => 1_000 });
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (end = resolve));
  const command = createTailCommand({
    token,
    terminal: { columns: () => undefined, hasColors: false },
    now: () => 1_000_000,
    connect(options) {
      connected.push(options);
      queueMicrotask(() => {
        story(client, end);
      });
      return client;
    },
    fetch: (url, options) => {
      asked.push([url, options?.headers]);
      return Promise.resolve(whoami());
    },
    ended: () => ended,
  });
  const result = await run(command, ...args);
  return { ...result, connected, asked, state: client.connection.state };
}

it('prints events on stdout, changes of the connection on stderr, and ends with the code that it is given', async () => {
  const { exitCode, printed, complaints, connected, state } = await tail(
    ['--json', '--agent', 'team-a/*', '--url', 'wss://example.com/live?secret=1'],
    (client, end) => {
      client.connect();
      client.emit(agentEvent('team-a/1', 'online', 5));
      client.disconnect({ retryInMs: 2_100 });
      client.disconnect({ retryInMs: 900, code: 1000, reason: 'silent' });
      client.setConnection({ state: 'connecting' });
      client.connect();
      client.setConnection({ state: 'connecting' });
      client.connect();
      end(130);
    },
  );
  expect(exitCode).toBe(130);
  expect(printed).toBe(
    '{"type":"agent:status","payload":{"agentId":"team-a/1","status":"online","timestamp":5}}',
  );
  expect(complaints.split('\n')).toEqual([
    'Connected to wss://example.com/live.',
    'Reconnecting to wss://example.com/live in 3 s: the connection was lost.',
    'Connected to wss://example.com/live.',
  ]);
  expect(connected).toMatchObject([
    { url: 'wss://example.com/live?secret=1', agents: ['team-a/*'] },
  ]);
  await expect(Promise.resolve(connected[0]?.getToken())).resolves.toBe(token);
  expect(state).toBe('closed');
});

it.each([
  [{ reason: 'unavailable' }, 'the server cannot be reached, or is overloaded'],
  [{ reason: 'token_unavailable' }, 'nobody answers the request for a token'],
  [{ reason: 'silent' }, 'the server has stopped responding'],
  [{ reason: 'Maintenance\u001b[2J.' }, 'the server says: Maintenance‹U+001B›[2J'],
  [{ reason: 'constructor' }, 'the server says: constructor'],
  [{ code: 1001 }, 'the connection was closed (1001)'],
  [{ code: 1006 }, 'the connection was lost'],
])('says why it reconnects: %j is %j', async (cause, words) => {
  const { complaints } = await tail([], (client, end) => {
    client.disconnect({ retryInMs: 1_000, ...cause });
    end(0);
  });
  expect(complaints).toBe(`Reconnecting to ws://localhost:3000 in 1 s: ${words}.`);
});

it('ends with 1 if the token is refused, and says why, but not the token', async () => {
  const { exitCode, printed, complaints, state } = await tail([], (client) => {
    client.refuse('refused', 'token_expired');
  });
  expect({ exitCode, printed, state }).toEqual({ exitCode: 1, printed: '', state: 'closed' });
  expect(complaints).toBe(
    'The server refuses the token: token_expired. Set MISSION_CONTROL_TOKEN to another one.',
  );
});

const refusedToken =
  'The server refuses the token: audience_wrong. Set MISSION_CONTROL_TOKEN to another one.';
const refusedConnection =
  'The server refuses the connection to wss://example.com/live/: the path of the URL or the token is wrong. Check --url and MISSION_CONTROL_TOKEN.';

it.each([
  ['the code', '{"code":"audience_wrong"}', refusedToken],
  ['no code', '{}', refusedConnection],
  ['a code that is none', '{"code":"\\u001b[2J"}', refusedConnection],
  ['no JSON, as at a wrong path', 'Not Found', refusedConnection],
])(
  'asks /whoami why, if the handshake has not said it, which answers with %s',
  async (_what, body, sentence) => {
    const { exitCode, complaints, asked } = await tail(
      ['--url', 'wss://example.com/live/?x'],
      (client) => {
        client.refuse();
      },
      () => new Response(body, { status: 401 }),
    );
    expect(exitCode).toBe(1);
    expect(complaints).toBe(sentence);
    expect(asked).toEqual([
      ['https://example.com/live/whoami', { authorization: `Bearer ${token}` }],
    ]);
  },
);

it('ends with 2 and a sentence for a wrong option, without connecting', async () => {
  const { exitCode, complaints, connected } = await tail(['--since', 'soon'], () => undefined);
  expect([exitCode, connected]).toEqual([2, []]);
  expect(complaints).toBe(
    '--since must be a whole number with s, m, h or d, e.g. 10m.\n--help lists all options.',
  );
});

it('prints its options and exit codes with --help', async () => {
  const { exitCode, printed } = await tail(['--help'], () => undefined);
  expect(exitCode).toBe(0);
  for (const option of ['--agent', '--since', '--json', '--url', 'Exit codes: 0', '130', '143'])
    expect(printed).toContain(option);
});

it('prints what is newer than --since, by its clock', async () => {
  const { printed } = await tail(['--since', '10s', '--json'], (client, end) => {
    const events = [agentEvent('a', 'online', 989_999), agentEvent('b', 'online', 990_000)];
    client.emit(events, { source: 'snapshot' });
    client.connect();
    end(0);
  });
  expect(printed).toMatch(/^[^\n]*"b"[^\n]*$/);
});
