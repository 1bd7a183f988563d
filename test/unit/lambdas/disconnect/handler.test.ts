import { createHandler } from '#lambdas/disconnect/handler';
import { FakeClock, MemoryConnectionStore, RecordingLog } from '#test/support/core/fakes';

it('removes the record of the connection by the user and the connection id', async () => {
  const connections = new MemoryConnectionStore();
  const [alice, bob] = connections.seed(new FakeClock().now(), ['alice', 'bob']);
  const handler = createHandler({ connections, log: new RecordingLog() });
  const requestContext = {
    connectionId: alice?.connectionId ?? '',
    authorizer: { userId: 'alice', expiresAt: '1707166800000' },
  };
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 200 });
  expect([...connections.records.values()]).toEqual([bob]);
});

it.each([{}, { authorizer: {} }, { authorizer: { userId: 'a', expiresAt: '1' } }])(
  'answers 200 for an unknown connection (%j)',
  async (context) => {
    const connections = new MemoryConnectionStore();
    const handler = createHandler({ connections, log: new RecordingLog() });
    const requestContext = { connectionId: 'unknown=', ...context };
    await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 200 });
  },
);
