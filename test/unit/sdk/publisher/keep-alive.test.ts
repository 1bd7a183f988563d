// Agents whose status a publisher repeats until it is stopped.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createPublisher, type PublishError, type Publisher } from '#sdk/publisher';

const eventBridge = mockClient(EventBridgeClient);
let publisher: Publisher;
let failures: number;
let errors: string[];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  failures = 0;
  errors = [];
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).callsFake(({ Entries = [] }: { Entries?: object[] }) => {
    if ((failures -= 1) >= 0) throw new Error('no network');
    return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) };
  });
  const clientConfiguration = { region: 'eu-central-1' };
  const onError = ({ code }: PublishError) => void errors.push(code);
  publisher = createPublisher({ clientConfiguration, maxAttempts: 1, onError });
});
afterEach(async () => {
  await publisher.close();
  jest.useRealTimers();
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The statuses that were reported so far, each with its time to live, e.g. `online 50`. */
async function reported(): Promise<string[]> {
  await settled();
  const entries = eventBridge
    .commandCalls(PutEventsCommand)
    .flatMap(({ args: [{ input }] }) => input.Entries ?? []);
  eventBridge.resetHistory();
  return entries.map(({ Detail }) => {
    const { status, aliveForSeconds } = JSON.parse(Detail ?? '') as Record<string, unknown>;
    return [status, aliveForSeconds].join(' ').trim();
  });
}

it('are reported at once and at each interval, with five intervals as time to live, until stop', async () => {
  const kept = publisher.keepAlive('a', { everySeconds: 10 });
  await expect(reported()).resolves.toEqual(['online 50']);
  jest.advanceTimersByTime(9_999);
  await expect(reported()).resolves.toEqual([]);
  jest.advanceTimersByTime(10_001);
  await expect(reported()).resolves.toEqual(['online 50', 'online 50']);
  await kept.stop();
  await kept.stop();
  jest.advanceTimersByTime(60_000);
  await expect(reported()).resolves.toEqual(['offline']);
});

it('are reported as offline at the end of a block with await using', async () => {
  {
    await using kept = publisher.keepAlive('a', { everySeconds: 10 });
    expect(kept).toBeDefined();
    await expect(reported()).resolves.toEqual(['online 50']);
  }
  jest.advanceTimersByTime(60_000);
  await expect(reported()).resolves.toEqual(['offline']);
});

it('repeat the status that was reported last, which has the time to live as well', async () => {
  publisher.keepAlive('a', { everySeconds: 21_600 });
  await publisher.broadcastAgentStatus('a', 'error');
  await publisher.broadcastAgentStatus('other', 'error');
  jest.advanceTimersByTime(21_600_000);
  await expect(reported()).resolves.toEqual([
    ...['online 86400', 'error 86400', 'error', 'error 86400'],
  ]);
  await publisher.broadcastAgentStatus('a', 'offline');
  jest.advanceTimersByTime(43_200_000);
  // The service ignores the time to live of an agent that is offline, so none is sent.
  await expect(reported()).resolves.toEqual(['offline']);
});

it('repeat the previous status after an invalid event, which is refused', async () => {
  publisher.keepAlive('a', { everySeconds: 5 });
  await publisher.broadcastAgentStatus('a', 'error');
  await reported();
  const refused = { code: 'event_invalid' };
  await expect(publisher.broadcastAgentStatus('a', 'busy' as 'error')).rejects.toMatchObject(
    refused,
  );
  const values = { agentId: 'a', status: 'offline', aliveForSeconds: -1 } as const;
  await expect(publisher.broadcast('agent:status', values)).rejects.toMatchObject(refused);
  jest.advanceTimersByTime(10_000);
  await expect(reported()).resolves.toEqual(['error 25', 'error 25']);
});

it('go on after a failed report', async () => {
  failures = 1;
  publisher.keepAlive('a', { everySeconds: 5 });
  await reported();
  jest.advanceTimersByTime(5_000);
  await expect(reported()).resolves.toEqual(['online 25']);
});

it('are reported as offline when the signal is aborted, and when the publisher is closed', async () => {
  const controller = new AbortController();
  publisher.keepAlive('a', { everySeconds: 5, signal: controller.signal });
  publisher.keepAlive('b', { everySeconds: 5 });
  await reported();
  controller.abort();
  await expect(reported()).resolves.toEqual(['offline']);
  await publisher.close();
  await expect(reported()).resolves.toEqual(['offline']);
});

it('are refused once by a closed publisher, which neither repeats them nor reports them as offline', async () => {
  await publisher.close();
  const listeners = process.listenerCount('SIGTERM');
  const kept = publisher.keepAlive('a', { everySeconds: 5 });
  jest.advanceTimersByTime(60_000);
  await kept.stop();
  await settled();
  expect(errors).toEqual(['publisher_closed']);
  publisher.keepAlive('b', { everySeconds: 5, signal: AbortSignal.abort() });
  await settled();
  expect(errors).toHaveLength(2);
  expect(jest.getTimerCount()).toBe(0);
  expect(process.listenerCount('SIGTERM')).toBe(listeners);
});

it('are reported as offline when the process has nothing left to do, and leave no listener', async () => {
  const listeners = () =>
    ['beforeExit', 'SIGTERM', 'SIGINT'].map((one) => process.listenerCount(one));
  const before = listeners();
  publisher.keepAlive('a', { everySeconds: 5 });
  publisher.keepAlive('b', { everySeconds: 5 });
  expect(listeners()).toEqual(before.map((count) => count + 1));
  await reported();
  process.emit('beforeExit', 0);
  await expect(reported()).resolves.toEqual(['offline', 'offline']);
  expect(listeners()).toEqual(before);
});

it.each([4.9, 21_601, NaN, Infinity])('are refused with an interval of %p s', (everySeconds) => {
  expect(() => publisher.keepAlive('a', { everySeconds })).toThrow(
    'everySeconds must be a number from 5 to 21600',
  );
});

it.each(['', 'é'.repeat(65), undefined])(
  'are refused at the call, and not reported, with the invalid id %p',
  async (agentId) => {
    expect(() => publisher.keepAlive(agentId as never, { everySeconds: 5 })).toThrow(
      new RangeError('agentId must be a non-empty string of at most 128 bytes'),
    );
    expect(jest.getTimerCount()).toBe(0);
    await expect(reported()).resolves.toEqual([]);
  },
);

it.each([undefined, null, {}])(
  'are refused with the options %p, as JavaScript can pass them',
  (options) => {
    expect(() => publisher.keepAlive('a', options as never)).toThrow(
      new RangeError(
        'everySeconds must be a number from 5 to 21600, e.g. keepAlive(agentId, { everySeconds: 10 })',
      ),
    );
  },
);
