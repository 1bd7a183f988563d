// `npm run disconnect-user`: the event that it sends, and its error messages.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createDisconnectUserCommand } from '#local/commands/disconnect-user';
import { run } from '#test/support/local/recorded-output';

const bus = mockClient(EventBridgeClient);

beforeEach(() => {
  bus.reset();
  bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
});

const entries = () =>
  bus.commandCalls(PutEventsCommand).flatMap(({ args: [command] }) => command.input.Entries);

it('puts an event with the source of operators on the event bus', async () => {
  const { exitCode, printed } = await run(
    createDisconnectUserCommand(),
    'alice',
    'account suspended',
  );
  expect(exitCode).toBe(0);
  expect(printed).toBe('The connections of alice are being closed.');
  expect(entries()).toEqual([
    {
      Source: 'mission-control.operator',
      DetailType: 'user:disconnect',
      Detail: '{"userId":"alice","reason":"account suspended"}',
      EventBusName: 'mission-control',
    },
  ]);
});

it('accepts another source, and an event bus on AWS', async () => {
  const args = ['--source', 'ops', '--event-bus', 'mission-control-test', 'alice', 'r'];
  await run(createDisconnectUserCommand(), ...args);
  expect(entries()).toMatchObject([{ Source: 'ops', EventBusName: 'mission-control-test' }]);
});

it.each([
  [[], /userId must be/],
  [['alice'], /reason must be/],
  [['alice', 'account', 'suspended'], /needs quotes/],
  [['alice', 'r', '--event-bus', 'x', '--aws-port', '1'], /give one/],
])('refuses %j with exit code 2 and an error message', async (args, problem) => {
  const { exitCode, complaints } = await run(createDisconnectUserCommand(), ...args);
  expect(exitCode).toBe(2);
  expect(complaints).toMatch(problem);
  expect(entries()).toEqual([]);
});

it('prints an error message if no local stack answers, or if the event bus refuses the event', async () => {
  bus.on(PutEventsCommand).rejects(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
  const absent = await run(createDisconnectUserCommand(), 'alice', 'r');
  expect(absent.exitCode).toBe(1);
  expect(absent.complaints).toMatch(/No local stack answers at http:\/\/localhost:4566/);
  bus.on(PutEventsCommand).resolves({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'later, please' }],
  });
  const refused = await run(createDisconnectUserCommand(), 'alice', 'r');
  expect(refused.complaints).toMatch(/refused it: later, please/);
});
