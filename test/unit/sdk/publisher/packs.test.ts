// `pack: true`: waiting events share entries of the event bus, and each call still has its own result.
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandInput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { maxPackEvents, parsePack, parseReport, type EventMessage } from '#sdk/protocol';
import { createPublisher, type PublishError, type PublisherOptions } from '#sdk/publisher';

const eventBridge = mockClient(EventBridgeClient);

const requests = (): PutEventsRequestEntry[][] =>
  eventBridge.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries ?? []);

/** The events that the service reads from an entry. */
function eventsIn({ DetailType = '', Detail = '' }: PutEventsRequestEntry): EventMessage[] {
  const detail = JSON.parse(Detail) as unknown;
  const pack = parsePack(detail);
  const events =
    DetailType === 'events:batch' && pack.ok ? pack.value : [parseReport(DetailType, detail)];
  return events.map((event) => {
    if (!event.ok) throw new Error('There is an invalid event.');
    return event.value.event;
  });
}

const agentsIn = (entry: PutEventsRequestEntry) =>
  eventsIn(entry).map(({ payload }) => payload.agentId);

const bytesOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry) =>
  Buffer.byteLength(Source + DetailType + Detail);

const answerTo = ({ Entries = [] }: PutEventsCommandInput, codes: (string | undefined)[] = []) => ({
  $metadata: {},
  Entries: Entries.map((_entry, index) => {
    const code = codes[index];
    return code === undefined ? { EventId: `event-${index}` } : { ErrorCode: code };
  }),
});

function setUp(options: PublisherOptions = {}) {
  const reported: PublishError[] = [];
  const publisher = createPublisher({
    pack: true,
    clientConfiguration: { region: 'eu-central-1' },
    // Pauses before retries take no time. The maximum wait of 100 ms for more events never ends.
    sleep: (milliseconds) =>
      milliseconds === 100 ? new Promise(() => undefined) : Promise.resolve(),
    random: () => 0,
    onError: (error) => reported.push(error),
    ...options,
  });
  return { publisher, reported };
}

/** Leaves requests unanswered until the returned callbacks are called. */
function holdAnswers() {
  const open: (() => void)[] = [];
  eventBridge.on(PutEventsCommand).callsFake(async (input: PutEventsCommandInput) => {
    await new Promise<void>((answer) => open.push(answer));
    return answerTo(input);
  });
  return open;
}

const nextTurn = () => new Promise(setImmediate);
const names = (count: number) => Array.from({ length: count }, (_, index) => `agent-${index}`);

beforeEach(() => {
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).callsFake((input: PutEventsCommandInput) => answerTo(input));
});

describe('a pack', () => {
  it('has the documented format, and the events of one tick in order', async () => {
    const { publisher } = setUp({ now: () => 9_600_000_000_000, eventSource: 'other-source' });
    await Promise.all([
      publisher.broadcastAgentStatus('a', 'online'),
      publisher.broadcastSessionActivity('a', 's', '"ä" \u{1F680} \uD800'),
    ]);
    expect(requests()).toEqual([
      [
        {
          EventBusName: 'mission-control',
          Source: 'other-source',
          DetailType: 'events:batch',
          Detail:
            '{"events":[' +
            '{"type":"agent:status","payload":{"agentId":"a","status":"online","timestamp":9600000000000}},' +
            '{"type":"session:activity","payload":{"agentId":"a","sessionId":"s",' +
            '"lastMessage":"\\"ä\\" \u{1F680} \uFFFD","timestamp":9600000000001}}]}',
        },
      ],
    ]);
  });

  it('is not used for a single event', async () => {
    const { publisher } = setUp();
    await publisher.broadcastAgentStatus('a', 'online');
    expect(requests()).toMatchObject([[{ DetailType: 'agent:status' }]]);
  });

  it('is not used with pack: false', async () => {
    const { publisher } = setUp({ pack: false });
    await Promise.all(names(3).map((name) => publisher.broadcastAgentStatus(name, 'online')));
    expect(requests()[0]).toMatchObject(Array(3).fill({ DetailType: 'agent:status' }));
  });

  it('has at most the maximum number of events, also with the smallest events', async () => {
    const { publisher } = setUp({ now: () => 0, eventSource: 's' });
    const calls = Array.from({ length: 2_000 }, () => publisher.broadcastAgentStatus('a', 'error'));
    await Promise.all(calls);
    const sizes = requests()
      .flat()
      .map((entry) => eventsIn(entry).length);
    expect(Math.max(...sizes)).toBeGreaterThan(600);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxPackEvents);
  });

  it('is as full as 64 KB allow, and has the events in order', async () => {
    const report = fc.oneof(
      fc.record({ unit: fc.constantFrom('x', 'ä', '"', '\u{1F680}'), count: fc.nat(2_000) }),
      fc.record({ unit: fc.constant('x'), count: fc.integer({ min: 20_000, max: 32_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 120 }), async (reports) => {
        eventBridge.resetHistory();
        const { publisher } = setUp();
        const texts = reports.map(({ unit, count }) => unit.repeat(count));
        await Promise.all(
          texts.map((text, index) =>
            publisher.broadcastSessionActivity(`agent-${index}`, 's', text),
          ),
        );
        const entries = requests().flat();
        const messages = entries
          .flatMap(eventsIn)
          .map(({ payload }) => 'lastMessage' in payload && payload.lastMessage);
        expect(messages).toEqual(texts);
        for (const entry of entries) expect(bytesOf(entry)).toBeLessThanOrEqual(64 * 1024);
        // No event would have fitted into the previous pack, except into the 1 KB that is left free.
        for (const [index, next] of entries.slice(1).entries()) {
          const first = eventsIn(next)[0];
          const together = [...eventsIn(entries[index] ?? {}), first];
          const bytes = Buffer.byteLength(JSON.stringify({ events: together }));
          expect(bytes).toBeGreaterThan(63 * 1024 - 100);
        }
        for (const request of requests()) {
          expect(request.length).toBeLessThanOrEqual(10);
          expect(request.reduce((sum, entry) => sum + bytesOf(entry), 0)).toBeLessThan(256 * 1024);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('waiting events', () => {
  it('are those of calls during a request', async () => {
    const open = holdAnswers();
    const { publisher } = setUp();
    const calls: Promise<void>[] = [];
    for (const name of names(7)) {
      calls.push(publisher.broadcastAgentStatus(name, 'online'));
      await nextTurn();
    }
    expect(requests().flat().map(agentsIn)).toEqual([['agent-0']]);
    open.shift()?.();
    await nextTurn();
    const others = names(7).slice(1);
    expect(requests().flat().map(agentsIn)).toEqual([['agent-0'], others]);
    open.shift()?.();
    await Promise.all(calls);
  });

  it('wait at most 100 ms for a request without an answer, and until there are eight such requests', async () => {
    holdAnswers();
    const rests: { milliseconds: number; end: () => void }[] = [];
    const sleep = (milliseconds: number) =>
      new Promise<void>((end) => rests.push({ milliseconds, end }));
    const { publisher } = setUp({ sleep });
    for (const name of names(20)) {
      void publisher.broadcastAgentStatus(name, 'online');
      await nextTurn();
      void publisher.broadcastAgentStatus(name, 'offline');
      await nextTurn();
      rests.at(-1)?.end();
      await nextTurn();
    }
    expect(rests.map(({ milliseconds }) => milliseconds)).toEqual(Array(8).fill(100));
    const sizes = requests().map((entries) => entries.map((entry) => eventsIn(entry).length));
    expect(sizes).toEqual([[1], [1], [2], [2], [2], [2], [2], [2]]);
  });

  it('do not wait if they fill more than one request', async () => {
    holdAnswers();
    const { publisher } = setUp();
    for (const name of names(1_500)) {
      void publisher.broadcastSessionActivity(name, 's', 'x'.repeat(500));
    }
    await nextTurn();
    void publisher.broadcastAgentStatus('late', 'online');
    await nextTurn();
    expect(requests().flat().flatMap(agentsIn)).toEqual(names(1_500));
    expect(requests().length).toBeGreaterThan(3);
  });
});

describe('failures', () => {
  /** Sends two packs, of three events and of one, because the texts do not fit into one pack. */
  const reportTwoPacks = ({ publisher }: ReturnType<typeof setUp>) =>
    Promise.allSettled([
      publisher.broadcastSessionActivity('a', 's', 'x'.repeat(31_000)),
      publisher.broadcastSessionActivity('b', 's', 'x'.repeat(31_000)),
      publisher.broadcastAgentStatus('c', 'online'),
      publisher.broadcastSessionActivity('d', 's', 'x'.repeat(31_000)),
    ]);

  it('cause a retry of the unchanged failed pack only', async () => {
    const codes = [['ThrottlingException', undefined]];
    eventBridge
      .on(PutEventsCommand)
      .callsFake((input: PutEventsCommandInput) => answerTo(input, codes.shift()));
    const harness = setUp();
    const ends = await reportTwoPacks(harness);
    expect(ends.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
    const [first, second] = requests();
    expect(first?.map(agentsIn)).toEqual([['a', 'b', 'c'], ['d']]);
    expect(second).toEqual([first?.[0]]);
    expect(harness.reported).toEqual([]);
  });

  it('reject the calls of a lost pack with an error that lists its events', async () => {
    eventBridge
      .on(PutEventsCommand)
      .callsFake((input: PutEventsCommandInput) => answerTo(input, ['InvalidArgument']));
    const harness = setUp();
    const ends = await reportTwoPacks(harness);
    expect(ends.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(harness.reported).toMatchObject([
      {
        code: 'not_sent',
        message:
          'Could not send to the event bus "mission-control" in 1 attempt(s): ' +
          'session:activity of a, s (InvalidArgument); session:activity of b, s (InvalidArgument); ' +
          'agent:status of c (InvalidArgument).',
        entries: [
          { type: 'session:activity', agentId: 'a', sessionId: 's', reason: 'InvalidArgument' },
          { type: 'session:activity', agentId: 'b', sessionId: 's', reason: 'InvalidArgument' },
          { type: 'agent:status', agentId: 'c', reason: 'InvalidArgument' },
        ],
      },
    ]);
    for (const end of ends.slice(0, 3)) {
      expect(end).toMatchObject({ reason: harness.reported[0] });
    }
  });

  it('have a short error message, also for a full pack', async () => {
    eventBridge.on(PutEventsCommand).rejects(new Error('down'));
    const { publisher, reported } = setUp({ maxAttempts: 2 });
    await Promise.allSettled(
      names(300).map((name) => publisher.broadcastAgentStatus(name, 'online')),
    );
    expect(requests()).toHaveLength(2);
    expect(reported).toHaveLength(1);
    expect(reported[0]?.entries.map(({ agentId }) => agentId)).toEqual(names(300));
    expect(reported[0]?.message).toMatch(/agent:status of agent-9 \(Error\); 290 more\.$/);
  });
});

it('sends waiting events on close', async () => {
  const open = holdAnswers();
  const { publisher } = setUp();
  const calls = names(3).map(async (name) => {
    await publisher.broadcastAgentStatus(name, 'offline');
    return name;
  });
  await nextTurn();
  const last = publisher.broadcastAgentStatus('last', 'offline');
  let closed = false;
  const closing = publisher.close().then(() => {
    closed = true;
  });
  await nextTurn();
  expect(closed).toBe(false);
  open.shift()?.();
  await Promise.all(calls);
  await nextTurn();
  open.shift()?.();
  await Promise.all([last, closing]);
  expect(requests().flat().flatMap(agentsIn)).toEqual([...names(3), 'last']);
});
