// `npm start`: its options, the printed addresses, logs, shutdown, and error messages.
import type { LocalStack, LocalStackOptions } from '#local/index';
import { createStartCommand } from '#local/commands/start';
import type { LocalFunction } from '#local/lambda/local-function';
import { SynthesisError } from '#local/deploy/synthesize';
import { run } from '#test/support/local/recorded-output';

/** A command with a stack that only records its calls. */
function fakeStart(fail?: Error, isStopped = false, inUse: readonly number[] = []) {
  let stop: () => void = () => undefined;
  const signal = isStopped
    ? Promise.resolve()
    : new Promise<void>((resolve) => {
        stop = resolve;
      });
  const events: string[] = [];
  const started: LocalStackOptions[] = [];
  const minted: unknown[] = [];
  const stack = (options: LocalStackOptions): LocalStack => ({
    webSocketUrl: `ws://localhost:${options.port ?? 0}`,
    httpUrl: `http://localhost:${options.port ?? 0}`,
    healthUrl: `http://localhost:${options.port ?? 0}/health`,
    reportUrl: 'http://localhost:3000/events',
    whoamiUrl: `http://localhost:${options.port ?? 0}/whoami`,
    awsEndpointUrl: `http://localhost:${options.awsPort ?? 0}`,
    eventBusName: 'mission-control',
    clientConfiguration: {
      endpoint: '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    outputs: {},
    functions: new Map(
      ['authorizer', 'connect', 'default', 'broadcast'].map((name) => [
        `mission-control-${name}`,
        { provision: () => events.push(`provisioned ${name}`) } as unknown as LocalFunction,
      ]),
    ),
    alarms: () => [],
    injectFault: () => () => undefined,
    mintToken: (options) => {
      minted.push(options);
      return Promise.resolve('a.ready.token');
    },
    health: () => Promise.resolve({}),
    close: () => {
      events.push('closed');
      return Promise.resolve();
    },
  });
  const command = createStartCommand({
    startLocalStack: (options) => {
      started.push(options);
      events.push('started');
      if (fail !== undefined) return Promise.reject(fail);
      const lines = ['WARN","message":"careful', 'INFO","message":"fine'];
      for (const line of lines) {
        options.log?.({ source: 'f', stream: 'stdout', text: `{"level":"${line}"}` });
      }
      // Ctrl-C follows when the stack has started, unless `isStopped`: then it precedes the start.
      setImmediate(stop);
      return Promise.resolve(stack(options));
    },
    stopSignal: () => {
      events.push('listening');
      return signal;
    },
    isInUse: (port) => Promise.resolve(inUse.includes(port)),
  });
  return { command, events, started, minted };
}

it('prints all addresses, waits for Ctrl-C, closes the stack, and exits with 0', async () => {
  const { command, events, started } = fakeStart();
  const { exitCode, printed, complaints } = await run(command);
  expect(exitCode).toBe(0);
  // The functions that a first client waits for are loaded before it comes.
  const provisioned = ['authorizer', 'connect', 'default'].map((name) => `provisioned ${name}`);
  expect(events).toEqual(['listening', 'started', ...provisioned, 'closed']);
  expect(started).toEqual([
    {
      port: 3000,
      awsPort: 4566,
      mockData: false,
      settings: { allowedOrigins: ['http://localhost:5173'] },
      log: expect.any(Function) as unknown,
    },
  ]);
  for (const text of [
    'Dashboard     http://localhost:3000/',
    'ws://localhost:3000',
    'http://localhost:3000/health',
    'http://localhost:4566',
    'mission-control',
    'a.ready.token',
    'npx wscat -c ws://localhost:3000 -H "Authorization: Bearer $(npm run -s token)"',
    'npm run emit -- agent:status agent-123 online',
  ]) {
    expect(printed).toContain(text);
  }
  expect(complaints).toBe('WARN f: careful');
});

it('accepts all options', async () => {
  const { command, started } = fakeStart();
  const { printed, complaints } = await run(
    command,
    ...['--port', '3001', '--aws-port', '4600', '--mock-data', '--heartbeat-seconds', '5'],
    ...['--gateway-url', 'http://localhost:8888', '--issuer', 'https://i.example'],
    ...['--allowed-origins', 'https://a.example,https://b.example'],
    ...['--sources', '{"team-a": "team-a/*"}'],
    ...['--audience', 'A', '--jwks-uri', 'https://i.example/keys', '--verbose'],
  );
  expect(started).toEqual([
    {
      port: 3001,
      awsPort: 4600,
      mockData: true,
      settings: {
        allowedOrigins: ['https://a.example', 'https://b.example'],
        heartbeatSeconds: 5,
        sources: '{"team-a": "team-a/*"}',
      },
      gatewayUrl: 'http://localhost:8888',
      issuer: 'https://i.example',
      audience: 'A',
      jwksUri: 'https://i.example/keys',
      log: expect.any(Function) as unknown,
    },
  ]);
  expect(printed).toContain('npm run emit -- --aws-port 4600 agent:status agent-123 online');
  // With another issuer, a token of the local issuer is not valid.
  expect(printed).not.toContain('a.ready.token');
  expect(printed).not.toContain('npm run -s token');
  expect(complaints).toContain('f: {"level":"INFO","message":"fine"}');
});

it('runs a stack with scopes, and prints commands of a team that work there', async () => {
  const { command, started, minted } = fakeStart();
  const { printed } = await run(
    command,
    ...['--scope-claim', 'groups', '--scope-pattern', 'org/{value}/*'],
  );
  expect(started).toMatchObject([
    { settings: { scopeClaim: 'groups', scopePattern: 'org/{value}/*' } },
  ]);
  expect(minted).toEqual([{ claims: { groups: 'team-a' } }]);
  for (const text of [
    'Tokens without the claim groups are refused',
    "  npm run -s token -- --claim groups='team-a'\n",
    `-H "Authorization: Bearer $(npm run -s token -- --claim groups='team-a')"`,
    'npm run emit -- agent:status org/team-a/agent-123 online',
  ]) {
    expect(printed).toContain(text);
  }
});

it('prints the patterns themselves as the claim if there is no scope pattern', async () => {
  const { printed } = await run(fakeStart().command, '--scope-claim', 'agents');
  expect(printed).toContain("npm run -s token -- --claim agents='team-a/*'");
  expect(printed).toContain('agent:status team-a/agent-123 online');
});

it('says which claim tokens need, and prints no command for them, if there is another issuer', async () => {
  const { printed } = await run(
    fakeStart().command,
    ...['--issuer', 'https://i.example', '--audience', 'A', '--scope-claim', 'agents'],
  );
  expect(printed).toContain('Tokens without the claim agents are refused');
  expect(printed).not.toContain('npm run -s token');
});

it.each([
  [['--prot', '1'], 'Unknown option --prot.'],
  [['3001'], 'start takes options only, e.g. --port 3001.'],
  [['--port', '65536'], '--port must be a whole number from 0 to 65535.'],
  [['--port', '4566'], '--port and --aws-port must be different.'],
  [['--heartbeat-seconds', '0.5'], '--heartbeat-seconds must be a whole number from 1 to 540.'],
  [['--audience', 'A'], '--audience needs --issuer, too.'],
  [['--jwks-uri', 'https://i.example'], '--jwks-uri needs --issuer, too.'],
  [['--scope-pattern', '{value}/*'], '--scope-pattern needs --scope-claim, too.'],
])('refuses %j with exit code 2: %s', async (args, sentence) => {
  const { command, started } = fakeStart();
  const { exitCode, complaints } = await run(command, ...args);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(sentence);
  expect(started).toEqual([]);
});

it('names the options of the settings that the app refuses', async () => {
  const faults = [
    { path: 'heartbeatSeconds', problem: 'must be a divisor or a multiple of 60' },
    { path: 'audience', problem: 'is missing' },
  ];
  const { command } = fakeStart(new SynthesisError('SETTINGS_REFUSED', 'no', faults));
  const { exitCode, complaints } = await run(command);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(
    '--heartbeat-seconds must be a divisor or a multiple of 60\n--audience is missing.',
  );
});

it.each([
  [
    3000,
    'Port 3000 is in use: stop what runs there or choose another with npm start -- --port PORT.',
  ],
  [
    4566,
    'Port 4566 is in use: stop what runs there or choose another with npm start -- --aws-port PORT.',
  ],
])('prints which port is in use: %i', async (port, sentence) => {
  const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port });
  const { exitCode, complaints } = await run(fakeStart(error, false, [port]).command);
  expect({ exitCode, complaints }).toEqual({ exitCode: 1, complaints: sentence });
});

it.each([
  [
    ['--aws-port', '4567'],
    'Ports 3000 and 4567 are in use: stop what runs there or choose others with npm start -- --port PORT --aws-port PORT.',
  ],
  // Any free port, so only the other one can be in use.
  [
    ['--aws-port', '0'],
    'Port 3000 is in use: stop what runs there or choose another with npm start -- --port PORT.',
  ],
])('prints in one line which ports are in use if both are, with %j', async (args, sentence) => {
  const error = Object.assign(new Error('in use'), { code: 'EADDRINUSE', port: 3000 });
  const { command } = fakeStart(error, false, [3000, 4567, 0]);
  const { exitCode, complaints } = await run(command, ...args);
  expect({ exitCode, complaints }).toEqual({ exitCode: 1, complaints: sentence });
});

it('reports any other error without a stack trace', async () => {
  const { exitCode, complaints } = await run(fakeStart(new Error('The sky falls.')).command);
  expect({ exitCode, complaints }).toEqual({ exitCode: 1, complaints: 'The sky falls.' });
});

it('exits with 0 and prints no error if Ctrl-C interrupted the start', async () => {
  const { command } = fakeStart(new SynthesisError('SYNTHESIS_FAILED', 'killed'), true);
  await expect(run(command)).resolves.toMatchObject({ exitCode: 0, complaints: '' });
});
