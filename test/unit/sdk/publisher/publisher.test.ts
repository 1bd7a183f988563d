// The calls of a backend: their requests to the event bus, retries, and one result for each event.
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandInput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import {
  createPublisher,
  type Publisher,
  type PublishError,
  type PublisherOptions,
} from '#sdk/publisher';
import { eventTypes, maxEventMessageBytes } from '#sdk/protocol';

const eventBridge = mockClient(EventBridgeClient);

const requests = (): PutEventsRequestEntry[][] =>
  eventBridge.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries ?? []);

const detailsOf = (entries: readonly PutEventsRequestEntry[]) =>
  entries.map(({ Detail }) => JSON.parse(Detail ?? '') as Record<string, unknown>);

const answerTo = ({ Entries = [] }: PutEventsCommandInput, codes: (string | undefined)[] = []) => {
  const answers = Entries.map((_entry, index) => {
    const code = codes[index];
    return code === undefined ? { EventId: `event-${index}` } : { ErrorCode: code };
  });
  const failed = answers.filter((answer) => 'ErrorCode' in answer).length;
  return { $metadata: {}, FailedEntryCount: failed, Entries: answers };
};

/** Answers each request with the next list of error codes, then accepts everything. */
function acceptExcept(...codes: (string | undefined)[][]) {
  const left = [...codes];
  eventBridge.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
    return answerTo(input, left.shift());
  });
}

function setUp(options: PublisherOptions = {}) {
  const pauses: number[] = [];
  const reported: PublishError[] = [];
  const publisher = createPublisher({
    clientConfiguration: { region: 'eu-central-1' },
    sleep: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 1,
    onError: (error) => reported.push(error),
    ...options,
  });
  return { publisher, pauses, reported };
}

const refusal = (name: string, $metadata: object = {}, more: object = {}) =>
  Object.assign(new Error('refused'), { name, $fault: 'client', $metadata, ...more });

beforeEach(() => {
  eventBridge.reset();
  acceptExcept();
});

describe('an event', () => {
  it('of a status has the documented format', async () => {
    const before = Date.now();
    await setUp().publisher.broadcastAgentStatus('agent-123', 'online');
    const [[entry, ...more] = []] = requests();
    expect(more).toEqual([]);
    expect(entry).toEqual({
      EventBusName: 'mission-control',
      Source: 'mission-control',
      DetailType: 'agent:status',
      Detail: expect.any(String) as string,
    });
    const [detail] = detailsOf([entry ?? {}]);
    expect(Object.keys(detail ?? {})).toEqual(['agentId', 'status', 'timestamp']);
    expect(detail).toMatchObject({ agentId: 'agent-123', status: 'online' });
    expect(detail?.['timestamp']).toBeGreaterThanOrEqual(before);
  });

  it('of a session has the documented format', async () => {
    const { publisher } = setUp({ eventBusName: 'other-bus', eventSource: 'other-source' });
    await publisher.broadcastSessionActivity('agent-123', 'session-456', 'User said: Hello');
    const [[entry] = []] = requests();
    expect(entry).toMatchObject({
      EventBusName: 'other-bus',
      Source: 'other-source',
      DetailType: 'session:activity',
    });
    expect(detailsOf([entry ?? {}])).toEqual([
      {
        agentId: 'agent-123',
        sessionId: 'session-456',
        lastMessage: 'User said: Hello',
        timestamp: expect.any(Number) as number,
      },
    ]);
  });

  it.each([
    ['an unknown status', ['agent-1', 'sleeping'], /status must be one of online, offline, error/],
    ['an empty id', ['', 'online'], /agentId must be a non-empty string/],
    ['a missing id', [undefined, 'online'], /agentId must be a non-empty string/],
  ])('with %s is refused before it is sent', async (_what, given, message) => {
    const { publisher, reported } = setUp();
    const call = publisher.broadcastAgentStatus(...(given as [string, 'online']));
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toMatchObject({ name: 'PublishError', code: 'event_invalid' });
    expect(reported).toHaveLength(1);
    expect(requests()).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['agent:mood', { agentId: 'a' }, new RegExp(`type must be one of ${eventTypes.join(', ')}`)],
    ['toString', {}, /type must be one of/],
    ['agent:status', undefined, /agentId is missing; status is missing/],
    ['agent:status', null, /agentId is missing; status is missing/],
  ])(
    'of the type %s with %j is refused, as JavaScript can pass it',
    async (type, values, message) => {
      const { publisher, reported } = setUp();
      const call = publisher.broadcast(type as 'agent:status', values as never);
      await expect(call).rejects.toThrow(message);
      await expect(call).rejects.toMatchObject({ name: 'PublishError', code: 'event_invalid' });
      expect(reported).toHaveLength(1);
    },
  );

  it('is refused if its message is one byte too large, and sent at the maximum size', async () => {
    const { publisher } = setUp({ now: () => 9_000_000_000_000 });
    const empty = JSON.stringify({
      type: 'session:activity',
      payload: { agentId: 'a', sessionId: 's', lastMessage: '', timestamp: 9_000_000_000_000 },
    });
    const room = maxEventMessageBytes - empty.length;
    await publisher.broadcastSessionActivity('a', 's', 'x'.repeat(room));
    await expect(
      publisher.broadcastSessionActivity('a', 's', 'x'.repeat(room + 1)),
    ).rejects.toMatchObject({
      code: 'event_invalid',
      message: expect.stringMatching(/at most 32640 bytes, not of 32641/) as string,
      entries: [{ type: 'session:activity', agentId: 'a', sessionId: 's' }],
    });
    expect(requests()).toHaveLength(1);
  });
});

describe('timestamps', () => {
  it('increase strictly with the different clocks of several publishers', () => {
    // timestamps.test.ts covers clocks that differ by more than a few minutes.
    const clock = fc.array(fc.double({ min: 9.2e12, max: 9.2e12 + 240_000, noNaN: true }), {
      minLength: 1,
    });
    return fc.assert(
      fc.asyncProperty(fc.tuple(clock, clock), async (clocks) => {
        eventBridge.resetHistory();
        const publishers = clocks.map((times) => {
          let calls = 0;
          const now = () => times[calls++ % times.length] ?? 0;
          return setUp({ now }).publisher;
        });
        for (const [index, which] of [0, 1, 1, 0, 1, 0, 0].entries()) {
          void publishers[which]?.broadcastAgentStatus(`agent-${index}`, 'online');
        }
        await Promise.all(publishers.map((publisher) => publisher.flush()));
        const sent = detailsOf(requests().flat());
        const inOrderOfCalls = sent
          .sort((a, b) => (String(a['agentId']) < String(b['agentId']) ? -1 : 1))
          .map(({ timestamp }) => timestamp as number);
        expect(inOrderOfCalls).toHaveLength(7);
        inOrderOfCalls.reduce((earlier, later) => {
          expect(Number.isInteger(later)).toBe(true);
          expect(later).toBeGreaterThan(earlier);
          return later;
        });
      }),
      { numRuns: 50 },
    );
  });

  it('are the times of the calls, not of the requests', async () => {
    let time = 9_500_000_000_000;
    const { publisher } = setUp({ now: () => time });
    const call = publisher.broadcastAgentStatus('agent-1', 'online');
    time += 1000;
    await call;
    expect(detailsOf(requests().flat())).toMatchObject([{ timestamp: 9_500_000_000_000 }]);
  });
});

describe('batches', () => {
  it('contain the events of one tick in order, ten in a request', async () => {
    const { publisher } = setUp();
    const ids = Array.from({ length: 23 }, (_, index) => `agent-${index}`);
    await Promise.all(ids.map((agentId) => publisher.broadcastAgentStatus(agentId, 'online')));
    expect(requests().map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(detailsOf(requests().flat()).map(({ agentId }) => agentId)).toEqual(ids);
  });

  it('do not wait for a later tick', async () => {
    const { publisher } = setUp();
    await publisher.broadcastAgentStatus('agent-1', 'online');
    await publisher.broadcastAgentStatus('agent-1', 'offline');
    expect(requests().map((entries) => entries.length)).toEqual([1, 1]);
  });

  it('of large events stay below 256 KB', async () => {
    const { publisher } = setUp();
    const text = 'ä'.repeat(16_000);
    const calls = Array.from({ length: 20 }, (_, index) =>
      publisher.broadcastSessionActivity('agent-1', `session-${index}`, text),
    );
    await Promise.all(calls);
    expect(requests().flat()).toHaveLength(20);
    for (const entries of requests()) {
      const sizes = entries.map(({ Source, DetailType, Detail }) =>
        Buffer.byteLength(`${Source ?? ''}${DetailType ?? ''}${Detail ?? ''}`),
      );
      expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(256 * 1024);
    }
    expect(requests()).toHaveLength(3);
  });

  it('are sent at most eight at a time, and are larger after that', async () => {
    const open: (() => void)[] = [];
    eventBridge.on(PutEventsCommand).callsFake(async (input: PutEventsCommandInput) => {
      await new Promise<void>((answer) => open.push(answer));
      return answerTo(input);
    });
    const { publisher } = setUp();
    const calls: Promise<void>[] = [];
    for (let index = 0; index < 18; index += 1) {
      calls.push(publisher.broadcastAgentStatus(`agent-${index}`, 'online'));
      await Promise.resolve().then(() => undefined);
    }
    expect(requests()).toHaveLength(8);
    // Each answer allows the next request.
    while (open.length > 0) {
      open.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(calls);
    expect(requests().map((entries) => entries.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 10]);
  });
});

describe('failures', () => {
  it('cause a retry of failed entries only, with increasing pauses', async () => {
    acceptExcept(
      [undefined, 'ThrottlingException', 'InternalFailure'],
      ['ThrottlingException', undefined],
    );
    const { publisher, pauses, reported } = setUp();
    await Promise.all(
      ['a', 'b', 'c'].map((agentId) => publisher.broadcastAgentStatus(agentId, 'online')),
    );
    const sent = requests().map((entries) => detailsOf(entries).map(({ agentId }) => agentId));
    expect(sent).toEqual([['a', 'b', 'c'], ['b', 'c'], ['b']]);
    expect(pauses).toEqual([100, 200]);
    expect(reported).toEqual([]);
  });

  it('cause pauses with full jitter', async () => {
    acceptExcept(['ThrottlingException'], ['ThrottlingException'], ['ThrottlingException']);
    const chances = [0, 0.5, 0.999];
    const { publisher, pauses } = setUp({ random: () => chances.shift() ?? 1 });
    await publisher.broadcastAgentStatus('a', 'online');
    expect(pauses.map(Math.round)).toEqual([0, 100, 400]);
  });

  it('reject the calls of lost events after the last attempt, with an error that lists them', async () => {
    const lost = ['ThrottlingException', undefined, undefined];
    acceptExcept(lost, lost, lost);
    const { publisher, reported } = setUp({ maxAttempts: 3 });
    const first = publisher.broadcastSessionActivity('agent-1', 'session-1', 'private words');
    const second = publisher.broadcastAgentStatus('agent-2', 'online');
    await expect(second).resolves.toBeUndefined();
    await expect(first).rejects.toMatchObject({
      name: 'PublishError',
      code: 'not_sent',
      entries: [
        {
          type: 'session:activity',
          agentId: 'agent-1',
          sessionId: 'session-1',
          reason: 'ThrottlingException',
        },
      ],
    });
    const [error] = reported;
    expect(reported).toHaveLength(1);
    expect(error?.message).toBe(
      'Could not send to the event bus "mission-control" in 3 attempt(s): ' +
        'session:activity of agent-1, session-1 (ThrottlingException).',
    );
    expect(JSON.stringify(error)).not.toContain('private');
    expect(requests()).toHaveLength(3);
  });

  it('cause no retry of an invalid entry, but of the other entries of the request', async () => {
    acceptExcept(['MalformedDetail', 'ThrottlingException']);
    const { publisher } = setUp();
    const [first, second] = await Promise.allSettled([
      publisher.broadcastAgentStatus('a', 'online'),
      publisher.broadcastAgentStatus('b', 'online'),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'not_sent' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
    expect(requests().map((entries) => entries.length)).toEqual([2, 1]);
  });

  it.each([
    ['a network error', new Error('ECONNRESET')],
    ['a server error', Object.assign(new Error('oops'), { $fault: 'server' })],
    ['throttling', refusal('ThrottlingException', { httpStatusCode: 400 })],
    ['HTTP 429', refusal('Odd', { httpStatusCode: 429 })],
    ['a corrected clock skew', refusal('AccessDenied', { clockSkewCorrected: true })],
    ['missing credentials', refusal('CredentialsProviderError')],
    ['an unreadable profile', new Error('EMFILE')],
    ['a timeout that AWS reports', refusal('RequestTimeout', { httpStatusCode: 400 })],
    ['an unknown error', refusal('SomethingNew', { httpStatusCode: 400 })],
  ])('cause a retry of the request after %s', async (_what, error) => {
    eventBridge
      .on(PutEventsCommand)
      .rejectsOnce(error)
      .callsFake((input: PutEventsCommandInput) => answerTo(input));
    const { publisher, pauses } = setUp();
    await publisher.broadcastAgentStatus('a', 'online');
    expect(pauses).toEqual([100]);
  });

  it('cause no retry if the AWS region is missing, and say how to set it', async () => {
    eventBridge.on(PutEventsCommand).rejects(new Error('Region is missing'));
    const { publisher, pauses } = setUp();
    await expect(publisher.broadcastAgentStatus('a', 'online')).rejects.toThrow(
      'in 1 attempt(s): agent:status of a (the AWS region is missing: set AWS_REGION, or the option clientConfiguration.region).',
    );
    expect(pauses).toEqual([]);
  });

  it.each([
    refusal('AccessDeniedException', { httpStatusCode: 400 }),
    refusal('ResourceNotFoundException', { httpStatusCode: 400 }),
    refusal('ValidationException', { httpStatusCode: 400 }),
  ])('cause no retry of the request after $name', async (cause) => {
    eventBridge.on(PutEventsCommand).rejects(cause);
    const { publisher } = setUp();
    await expect(publisher.broadcastAgentStatus('a', 'online')).rejects.toMatchObject({
      code: 'not_sent',
      cause: { name: cause.name },
      entries: [{ type: 'agent:status', agentId: 'a', reason: cause.name }],
    });
    expect(requests()).toHaveLength(1);
  });

  it('have the code of a network error as their reason', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    eventBridge.on(PutEventsCommand).rejects(cause);
    await expect(setUp().publisher.broadcastAgentStatus('a', 'online')).rejects.toMatchObject({
      entries: [{ reason: 'ECONNREFUSED' }],
      cause,
    });
    expect(requests()).toHaveLength(5);
  });

  it('include the attempts of the client in the number of attempts', async () => {
    const error = Object.assign(new Error('down'), { $metadata: { attempts: 3 } });
    eventBridge.on(PutEventsCommand).rejects(error);
    const { publisher } = setUp({ client: new EventBridgeClient({ region: 'eu-central-1' }) });
    await expect(publisher.broadcastAgentStatus('a', 'online')).rejects.toThrow('6 attempt(s)');
    expect(requests()).toHaveLength(2);
  });

  it('reject exactly the calls whose events were not accepted', () => {
    const fate = fc.array(fc.constantFrom(undefined, 'ThrottlingException', 'InvalidArgument'), {
      maxLength: 12,
    });
    const request = fc.oneof(fate, fc.constant('down' as const));
    return fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 35 }),
        fc.array(request, { maxLength: 12 }),
        async (count, script) => {
          eventBridge.reset();
          const left = [...script];
          const taken = new Map<string, number>();
          eventBridge.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => {
            const next = left.shift() ?? [];
            if (next === 'down') throw new Error('down');
            (input.Entries ?? []).forEach((entry, index) => {
              const [{ agentId } = {}] = detailsOf([entry]);
              const id = String(agentId);
              if (next[index] === undefined) taken.set(id, (taken.get(id) ?? 0) + 1);
            });
            return answerTo(input, next);
          });
          const { publisher, reported } = setUp({ maxAttempts: 3 });
          const ids = Array.from({ length: count }, (_, index) => `agent-${index}`);
          const ends = await Promise.allSettled(
            ids.map((agentId) => publisher.broadcastAgentStatus(agentId, 'online')),
          );
          const named = reported.flatMap(({ entries }) => entries.map(({ agentId }) => agentId));
          const rejected = ids.filter((_id, index) => ends[index]?.status === 'rejected');
          expect(named.sort()).toEqual(rejected.sort());
          const fulfilled = ids.filter((_id, index) => ends[index]?.status === 'fulfilled');
          expect([...taken.keys()].sort()).toEqual(fulfilled.sort());
          expect([...taken.values()].every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The warnings of the process during `story`, with a publisher that has the default `onError`. */
async function warningsOf(story: (publisher: Publisher) => Promise<unknown>) {
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    await story(createPublisher({ clientConfiguration: { region: 'eu-central-1' } }));
    await new Promise(setImmediate);
    return { warnings: emitWarning.mock.calls.map(([warning]) => warning) };
  } finally {
    emitWarning.mockRestore();
  }
}

describe('a failure of a call that is not awaited', () => {
  it('is a warning of the process, and does not end it', async () => {
    eventBridge.on(PutEventsCommand).rejects(refusal('AccessDeniedException'));
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const publisher = createPublisher({ clientConfiguration: { region: 'eu-central-1' } });
      void publisher.broadcastAgentStatus('agent-1', 'online');
      void publisher.broadcastAgentStatus('', 'online');
      // Not flush(), which also handles the promises. Node.js checks for unhandled rejections
      // after the microtasks.
      for (let turns = 0; turns < 100 && emitWarning.mock.calls.length < 2; turns += 1) {
        await new Promise(setImmediate);
      }
      await new Promise(setImmediate);
      expect(unhandled).not.toHaveBeenCalled();
      expect(emitWarning.mock.calls).toEqual([
        [
          expect.stringContaining('agentId must be'),
          { type: 'MissionControlWarning', code: 'event_invalid' },
        ],
        [
          expect.stringContaining('agent:status of agent-1 (AccessDeniedException)'),
          { type: 'MissionControlWarning', code: 'not_sent' },
        ],
      ]);
    } finally {
      emitWarning.mockRestore();
      process.off('unhandledRejection', unhandled);
    }
  });

  it('is one warning for all events of a request', async () => {
    eventBridge.on(PutEventsCommand).rejects(refusal('AccessDeniedException'));
    const { warnings } = await warningsOf(async (publisher) => {
      for (const agentId of ['a', 'b']) void publisher.broadcastAgentStatus(agentId, 'online');
      await publisher.flush();
    });
    expect(warnings).toEqual([
      expect.stringContaining(
        'agent:status of a (AccessDeniedException); agent:status of b (AccessDeniedException)',
      ),
    ]);
  });

  it('is a warning if it is one of an agent that is kept alive', async () => {
    eventBridge.on(PutEventsCommand).rejects(refusal('AccessDeniedException'));
    const { warnings } = await warningsOf(async (publisher) => {
      publisher.keepAlive('a', { everySeconds: 5 });
      await publisher.close();
    });
    expect(warnings).toEqual([expect.stringContaining('agent:status of a')]);
  });

  it.each<[string, (failing: () => Promise<void>) => Promise<unknown>]>([
    ['await', (failing) => expect(failing()).rejects.toThrow('agentId must be')],
    ['catch', (failing) => failing().catch(() => 'caught')],
    ['then', (failing) => failing().then(undefined, () => 'caught')],
    ['Promise.allSettled', (failing) => Promise.allSettled([failing()])],
    ['an async function that returns it', (failing) => (async () => failing())().catch(() => 0)],
    [
      'an await that follows later',
      async (failing) => {
        const promise = failing();
        await Promise.resolve();
        await promise.catch(() => 'caught');
      },
    ],
  ])('is no warning if %s handles it', async (_what, handle) => {
    const { warnings } = await warningsOf((publisher) =>
      handle(() => publisher.broadcastAgentStatus('', 'online')),
    );
    expect(warnings).toEqual([]);
  });

  it('does not affect other events if onError throws', async () => {
    acceptExcept(['InvalidArgument']);
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const fault = new Error('bad handler');
      const { publisher } = setUp({
        onError: () => {
          throw fault;
        },
      });
      const first = publisher.broadcastAgentStatus('a', 'online');
      const second = publisher.broadcastAgentStatus('b', 'online');
      await expect(first).rejects.toMatchObject({ code: 'not_sent' });
      await expect(second).resolves.toBeUndefined();
      expect(emitWarning.mock.calls).toEqual([[fault]]);
    } finally {
      emitWarning.mockRestore();
    }
  });
});

describe('flush and close', () => {
  it('wait with flush for pending calls, without a rejection', async () => {
    acceptExcept(['ThrottlingException'], ['InvalidArgument']);
    const { publisher, reported } = setUp();
    void publisher.broadcastAgentStatus('a', 'online');
    await publisher.flush();
    expect(reported).toHaveLength(1);
    expect(requests()).toHaveLength(2);
    await expect(publisher.flush()).resolves.toBeUndefined();
  });

  it('send waiting events with close, and refuse further ones', async () => {
    const { publisher } = setUp();
    const last = publisher.broadcastAgentStatus('a', 'offline');
    await publisher.close();
    await expect(last).resolves.toBeUndefined();
    await expect(publisher.broadcastAgentStatus('a', 'online')).rejects.toMatchObject({
      code: 'publisher_closed',
    });
    expect(requests()).toHaveLength(1);
  });
});
