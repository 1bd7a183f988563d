// `npm run emit`: the event that it sends, the event bus, and its error messages.
import { createEmitCommand } from '#local/commands/emit';
import { eventTypes } from '#sdk/protocol';
import {
  createPublisher,
  PublishError,
  type Publisher,
  type PublisherOptions,
} from '#sdk/publisher';
import { run } from '#test/support/local/recorded-output';

/** A command whose publisher records its calls. */
function recorded(failure?: Error) {
  const made: PublisherOptions[] = [];
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args]);
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    };
  const close = () => {
    calls.push(['close']);
    return Promise.resolve();
  };
  const publisher: Publisher = {
    broadcast: record('broadcast'),
    broadcastAgentStatus: record('broadcastAgentStatus'),
    broadcastSessionActivity: record('broadcastSessionActivity'),
    keepAlive: () => {
      throw new Error('not used');
    },
    flush: () => Promise.resolve(),
    close,
  };
  const command = createEmitCommand((options) => {
    made.push(options);
    return publisher;
  });
  return { command, made, calls };
}

it('sends a status to the local event bus', async () => {
  const { command, made, calls } = recorded();
  const { exitCode, printed } = await run(command, 'agent:status', 'agent-123', 'online');
  expect(exitCode).toBe(0);
  expect(printed).toBe('agent:status agent-123 is on the event bus mission-control.');
  expect(calls).toEqual([
    ['broadcast', 'agent:status', { agentId: 'agent-123', status: 'online' }],
    ['close'],
  ]);
  expect(made).toEqual([
    expect.objectContaining({
      clientConfiguration: {
        endpoint: 'http://localhost:4566',
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      },
    }),
  ]);
});

it('sends an activity, and does not print its text', async () => {
  const { command, calls } = recorded();
  const args = ['session:activity', 'agent-123', 'session-456', 'User said: Hello'];
  const { printed } = await run(command, ...args);
  expect(printed).toBe(
    'session:activity agent-123 session-456 is on the event bus mission-control.',
  );
  expect(calls[0]).toEqual([
    'broadcast',
    'session:activity',
    { agentId: 'agent-123', sessionId: 'session-456', lastMessage: 'User said: Hello' },
  ]);
});

it('uses another port, or an event bus on AWS with the default credentials', async () => {
  const { command, made } = recorded();
  await run(command, '--aws-port', '4600', 'agent:status', 'a', 'online');
  await run(command, 'agent:status', 'a', 'online', '--event-bus', 'prod');
  expect(made).toMatchObject([
    { clientConfiguration: { endpoint: 'http://localhost:4600' } },
    { eventBusName: 'prod' },
  ]);
  expect(made[1]).not.toHaveProperty('clientConfiguration');
});

it('reports with the source of --source, and otherwise with that of the publisher', async () => {
  const { command, made } = recorded();
  await run(command, '--source', 'team-a', 'agent:status', 'team-a/x', 'online');
  await run(command, 'agent:status', 'a', 'online');
  expect(made[0]).toMatchObject({ eventSource: 'team-a' });
  expect(made[1]).not.toHaveProperty('eventSource');
});

it.each([
  [
    ['--source', 'team-a'],
    'The service takes it only if its settings name the source team-a (eventSource, sources): the bus accepts events of every source. If they do not, the terminal of npm start says that the event is dropped.',
  ],
  [
    ['--source', 'team-a', '--event-bus', 'prod'],
    'The service takes it only if its settings name the source team-a (eventSource, sources): the bus accepts events of every source.',
  ],
  [['--source', 'mission-control'], ''],
  [[], ''],
])('says that another source may be dropped: %j', async (options, advice) => {
  const { exitCode, printed, complaints } = await run(
    recorded().command,
    ...[...options, 'agent:status', 'team-a/x', 'online'],
  );
  expect(exitCode).toBe(0);
  expect(printed).toContain('is on the event bus');
  expect(complaints).toBe(advice);
});

it('reports a status with the time to live of --alive-for', async () => {
  const { command, calls } = recorded();
  await run(command, '--alive-for', '60', 'agent:status', 'a', 'online');
  const payload = { agentId: 'a', status: 'online', aliveForSeconds: 60 };
  expect(calls[0]).toEqual(['broadcast', 'agent:status', payload]);
});

it.each([
  [
    ['--alive-for', '9', 'agent:status', 'a', 'online'],
    '--alive-for must be a whole number from 10 to 86400.',
  ],
  [
    ['--alive-for', '60', 'session:activity', 'a', 's', 'm'],
    '--alive-for is not for session:activity, which has no time to live.',
  ],
  [[], `The first argument must be ${eventTypes.join(' or ')}.`],
  [['agent:gone', 'a'], `The first argument must be ${eventTypes.join(' or ')}.`],
  [['agent:status', 'a'], 'agent:status takes AGENT online|offline|error.'],
  [['agent:status', 'a', 'online', 'x'], 'agent:status takes AGENT online|offline|error.'],
  [
    ['session:activity', 'a', 's', 'two', 'words'],
    'session:activity takes AGENT SESSION LAST-MESSAGE. Quote a text with spaces.',
  ],
  [['--aws-port', '0', 'agent:status', 'a', 'online'], '--aws-port must be a whole number'],
  [
    ['--aws-port', '1', '--event-bus', 'b', 'agent:status', 'a', 'online'],
    '--event-bus is for AWS and --aws-port for the local stack: give one.',
  ],
])('refuses %j with exit code 2: %s', async (args, sentence) => {
  const { command, made } = recorded();
  const { exitCode, complaints } = await run(command, ...args);
  expect(exitCode).toBe(2);
  expect(complaints).toContain(sentence);
  expect(made).toEqual([]);
});

it('prints the error of the publisher for an invalid event, with exit code 2', async () => {
  const command = createEmitCommand(createPublisher);
  const { exitCode, complaints } = await run(command, 'agent:status', 'a', 'busy');
  expect(exitCode).toBe(2);
  expect(complaints).toContain('status must be one of online, offline, error');
});

it('prints the error of AWS', async () => {
  const failure = new PublishError('not_sent', 'Could not send.', [], {
    cause: new Error('Region is missing'),
  });
  const { command, calls } = recorded(failure);
  const { exitCode, complaints } = await run(
    command,
    ...['--event-bus', 'b', 'agent:status', 'a', 'online'],
  );
  expect(exitCode).toBe(1);
  expect(complaints).toBe('Could not send. Region is missing');
  expect(calls.at(-1)).toEqual(['close']);
});

it('prints how to start the local stack if none answers', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const { command } = recorded(new PublishError('not_sent', 'Could not send.', [], { cause }));
  const args = ['--aws-port', '4600', 'agent:status', 'a', 'online'];
  const { exitCode, complaints } = await run(command, ...args);
  expect(exitCode).toBe(1);
  expect(complaints).toBe(
    'No local stack answers at http://localhost:4600: start it with npm start, or say where it is with --aws-port.',
  );
});
