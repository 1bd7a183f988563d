// Where the addresses and the token of the service come from.
import { UsageError } from '#sdk/command/arguments';
import { parseOptions } from '#verify/options';
import { findService } from '#verify/target';

const token = 'aa.bb.cc';
const outputs = {
  WebSocketUrl: 'wss://ws.example.com/live',
  HealthUrl: 'https://http.example.com/health',
  WhoamiUrl: 'https://http.example.com/whoami',
  EventBusName: 'mission-control',
};

/** Finds the service of a command line; `MISSION_CONTROL_TOKEN` is `environment`. */
async function find(args: readonly string[], environment: string | undefined = token) {
  const options = parseOptions(args);
  if (options === undefined) throw new Error('The options ask for help.');
  return findService(options, {
    token: environment,
    fetch: () => Promise.reject(new Error('Nobody listens.')),
    outputsOf: () => Promise.resolve(outputs),
  });
}

it('is the local stack without options', async () => {
  await expect(find([])).resolves.toMatchObject({
    url: 'ws://localhost:3000',
    healthUrl: 'http://localhost:3000/health',
    whoamiUrl: 'http://localhost:3000/whoami',
    eventBusName: 'mission-control',
    clientConfiguration: { endpoint: 'http://localhost:4566' },
    token,
  });
});

it('is that of the outputs of a stage, with the credentials of the shell', async () => {
  await expect(find(['--stage', 'live'])).resolves.toMatchObject({
    url: outputs.WebSocketUrl,
    healthUrl: outputs.HealthUrl,
    whoamiUrl: outputs.WhoamiUrl,
    eventBusName: 'mission-control',
    clientConfiguration: {},
  });
});

it('prefers addresses that are given to the outputs', async () => {
  const given = ['--url', 'wss://other.example.com', '--token', 'dd.ee.ff'];
  await expect(find(['--stage', 'live', ...given])).resolves.toMatchObject({
    url: 'wss://other.example.com',
    healthUrl: outputs.HealthUrl,
    token: 'dd.ee.ff',
  });
});

it('takes addresses one by one, and finds /whoami beside /health', async () => {
  const given = ['--url', 'wss://a.example.com', '--health-url', 'https://b.example.com/health'];
  await expect(find([...given, '--event-bus', 'bus'])).resolves.toMatchObject({
    whoamiUrl: 'https://b.example.com/whoami',
    eventBusName: 'bus',
    clientConfiguration: {},
  });
});

it.each([
  [['--url', 'wss://a.example.com'], '--event-bus is missing'],
  [['--event-bus', 'bus', '--aws-port', '4566'], 'give one'],
])('refuses %j', async (args, words) => {
  const refused = find(args);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(words);
});

it('says that there is no token for a deployment', async () => {
  await expect(find(['--stage', 'live'], '')).rejects.toThrow('MISSION_CONTROL_TOKEN must be set');
});

it('says that the local stack does not answer', async () => {
  await expect(find([], '')).rejects.toThrow('start the local stack with npm start');
});

it('refuses a token that is no JWT, without repeating it', async () => {
  await expect(find(['--token', 'secret'])).rejects.toThrow(
    new UsageError('The token is not a JWT.'),
  );
});
