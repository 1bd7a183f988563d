// The lines of the option `debug`: what they say, and that nothing secret is in them.
import fc from 'fast-check';
import type { MissionControlOptions } from '#sdk/client';
import { eventTypes } from '#sdk/protocol';
import { ClientHarness, settle, tokenUntil } from '#test/support/client/client-harness';
import { withGlobals } from '#test/support/client/globals';

/** A client, and the lines that it writes. */
function debugged(options: Partial<MissionControlOptions> = {}) {
  const lines: string[] = [];
  const harness = new ClientHarness({ debug: (line) => lines.push(line), ...options });
  return { harness, lines };
}

it('writes states, types and sizes of messages, each with the time since the client was created', async () => {
  const { harness, lines } = debugged();
  await harness.time.pass(20);
  await harness.accept();
  await harness.time.pass(5_000);
  const size = JSON.stringify({ type: 'agent:status', payload: { agentId: 'a' } }).length;
  harness.socket.receiveText(JSON.stringify({ type: 'agent:status', payload: { agentId: 'a' } }));
  harness.socket.drop(1001, 'maintenance at noon');
  await settle();
  harness.client.close();
  await settle();
  expect(lines).toEqual([
    '+0 ms connecting, attempt 1',
    '+0 ms opens a socket',
    '+20 ms sends state:sync (34 characters)',
    '+20 ms connected, attempt 1',
    expect.stringMatching(/^\+20 ms gets state:snapshot \(\d+ characters\)$/),
    '+20 ms synced, attempt 1',
    '+5020 ms synced',
    `+5020 ms gets undefined (${size} characters)`,
    '+5020 ms waiting, attempt 1, in 3750 ms, 1001',
    '+5020 ms closed',
  ]);
});

it('writes to the console with true, and nothing otherwise', async () => {
  const debug = jest.fn();
  const start = (options: Partial<MissionControlOptions>) => {
    withGlobals({ console: { debug } }, () => new ClientHarness(options));
  };
  start({});
  start({ debug: false });
  await settle();
  expect(debug).not.toHaveBeenCalled();
  start({ debug: true });
  await settle();
  expect(debug.mock.calls[0]).toEqual(['+0 ms connecting, attempt 1']);
});

it('writes after the client has done what the line says, so that the function may use the client', async () => {
  const states: string[] = [];
  const harness: ClientHarness = new ClientHarness({
    debug(line) {
      states.push(harness.state);
      if (line.includes('synced')) harness.client.close();
    },
  });
  await harness.accept();
  await settle();
  expect(harness.state).toBe('closed');
  expect([harness.time.pending, harness.open]).toEqual([0, []]);
});

const knownTypes = [
  ...eventTypes,
  ...['state:sync', 'subscribe', 'token:refresh', 'ping', 'pong', 'batch', 'state:snapshot'],
  ...['heartbeat', 'subscribed', 'token:refreshed', 'error', 'connection:closing', 'undefined'],
];
const states = 'idle|connecting|connected|synced|waiting|offline|unauthorized|closed';
/** All that a line may be. */
const line = new RegExp(
  `^\\+\\d+ ms (opens a socket|(sends|gets) (${knownTypes.join('|')}) \\(\\d+ characters\\)|` +
    `(${states})(, attempt \\d+)?(, in \\d+ ms)?(, \\d+)?(, refused, [a-z_]{1,30}|, [a-z_]{1,20})?)$`,
);

it('contains neither tokens nor texts of messages, whatever the application and the server do with them', async () => {
  const secret = fc
    .string({ unit: fc.constantFrom('a', 'Z', '7', '.', '-', ' ', '\n', '"', 'é'), minLength: 4 })
    .map((text) => `Q${text}`);
  const ways = fc.constantFrom('subprotocol' as const, 'header' as const, 'query' as const);
  await fc.assert(
    fc.asyncProperty(secret, secret, ways, fc.boolean(), async (token, said, way, throws) => {
      const jwt = (time: number) => tokenUntil(time, token);
      const { harness, lines } = debugged({
        tokenTransport: way,
        agents: [`${token.trim()}x`].filter(() => !/[*\\\s]/.test(token)),
        getToken() {
          if (throws && harness.tokens > 1) throw new Error(`It is not ${token}.`);
          return harness.tokens % 2 ? token : jwt(harness.time.now() + 30_000);
        },
      });
      await harness.accept();
      const { socket, client } = harness;
      const echoes = [token, said].flatMap((text) => [
        text,
        JSON.stringify({ type: text, payload: {} }),
        JSON.stringify({ type: 'error', payload: { code: text, message: text } }),
        JSON.stringify({ type: 'error', payload: { code: 'rate_limited', message: text } }),
        JSON.stringify({ type: 'agent:status', payload: { agentId: text, status: text } }),
      ]);
      for (const text of echoes) socket.receiveText(text);
      socket.receive('session:activity', {
        ...{ agentId: said, sessionId: token, lastMessage: said, timestamp: 1 },
      });
      client.refresh();
      await settle();
      socket.receive('connection:closing', { reason: said });
      socket.drop(4000, token);
      await harness.nextAttempt();
      harness.whoami = 401;
      harness.open.at(-1)?.drop(1006, said);
      await harness.nextAttempt();
      client.close();
      await settle();
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.filter((one) => !line.test(one))).toEqual([]);
      const all = lines.join('\n');
      for (const text of [token, said, jwt(0)]) expect(all).not.toContain(text);
    }),
    { numRuns: 200 },
  );
});
