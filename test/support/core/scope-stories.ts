// Generated stories of a service with scopes and subscriptions: whatever happens, in whatever order, no message goes to a
// connection that may not see it, and none is withheld from one that may and has asked for it.
import fc from 'fast-check';
import { bodiesOf, parseRetryJob } from '#adapters/sqs/retry-job-body';
import type { TokenVerdict } from '#core/auth/ports';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createDeliver } from '#core/broadcasting/deliver';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { createCloseConnection } from '#core/connections/close-connection';
import { createConnect } from '#core/connections/connect';
import { isExpired } from '#core/connections/connection';
import type { Connection, PostResult } from '#core/connections/ports';
import { createAnswer } from '#core/requests/answer';
import { createPostMessages } from '#core/requests/post-messages';
import { createRefreshToken } from '#core/requests/refresh-token';
import { createSubscribe } from '#core/requests/subscribe';
import { createSyncState } from '#core/requests/sync-state';
import { createTellTimeline } from '#core/timeline/tell-timeline';
import { createWriteTimeline } from '#core/timeline/write-timeline';
import {
  eventTypeDefinitions,
  isNewer,
  packDetail,
  packType,
  parseServerMessage,
  registerOf,
  serializeMessage,
  versionOfEvent,
  type EventMessage,
} from '#sdk/protocol';
import { agentEvent, sessionEvent, snapshotFacts } from '../data/events';
import { patternsMatch } from '../data/views';
import { MemoryTimelineStore } from './fakes';
import { createFanOutHarness } from './fan-out';

/** The agents that report: each is, by its id, an attack on patterns that are compared carelessly. */
const agentIds = ['a', 'ab', 'a*', 'A', 'b', '\\', '__proto__', 'ａ'];
const patterns = fc.uniqueArray(
  fc.constantFrom('a', 'a*', 'ab*', 'a\\*', 'A', 'b', '\\\\', '__proto__', '*', 'zz*'),
  { maxLength: 3 },
);
const scopes = patterns.filter((some) => some.length > 0);
const users = fc.constantFrom('alice', 'bob');
const places = fc.nat(9);

const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('report' as const),
      events: fc.array(
        fc.record({ agentId: fc.constantFrom(...agentIds), isSession: fc.boolean() }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    }),
  },
  fc.record({
    step: fc.constant('connect' as const),
    ...{ userId: users, scope: scopes, batches: fc.boolean(), subscribes: fc.boolean() },
    minutes: fc.integer({ min: 2, max: 50 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('subscribe' as const),
      ...{ place: places, agents: patterns, isSince: fc.boolean() },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('refresh' as const),
      ...{ place: places, userId: users, scope: scopes, minutes: fc.integer({ min: 2, max: 90 }) },
    }),
  },
  fc.record({ step: fc.constant('sync' as const), place: places, isSince: fc.boolean() }),
  fc.record({
    step: fc.constant('history' as const),
    ...{ place: places, agentId: fc.constantFrom(...agentIds) },
  }),
  fc.record({
    step: fc.constant('fail' as const),
    results: fc.array(fc.constantFrom<PostResult>('retryable', 'throttled', 'delivered'), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  fc.record({ step: fc.constant('end' as const), place: places }),
  fc.record({ step: fc.constant('deliver' as const), jobs: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ step: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ step: fc.constant('grow' as const), isLarge: fc.boolean() }),
);

type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;
type StepNamed<Name extends Step['step']> = Extract<Step, { readonly step: Name }>;

/** A story: whether the service has scopes, and what happens. */
export const stories = fc.record({
  isScoped: fc.boolean(),
  steps: fc.array(steps, { minLength: 4, maxLength: 12 }),
});

/**
 * Plays a story and checks every message.
 * @returns the number of its steps
 * @throws if a message goes to a connection that may not see it, or does not reach one that may and has asked for it
 */
export async function playStory({
  isScoped,
  steps: told,
}: typeof stories extends fc.Arbitrary<infer Value> ? Value : never): Promise<number> {
  const story = new Story(isScoped);
  await story.begin();
  for (const step of told) await story.play(step);
  await story.finish();
  return told.length;
}

/** One text that was posted to a connection, or that answered its message. */
interface Sent {
  readonly connectionId: string;
  readonly text: string;
  readonly isDelivered: boolean;
}

class Story {
  private readonly service: ReturnType<typeof createService>;
  private readonly ids: string[] = [];
  /** By connection, the newest event of each register that its client has, or must get. */
  private readonly received = new Map<string, Map<string, EventMessage>>();
  private readonly expected = new Map<string, Map<string, EventMessage>>();
  private checkedSent = 0;
  private reports = 0;

  constructor(private readonly isScoped: boolean) {
    this.service = createService();
  }

  /** Opens two connections, so that most steps have one. */
  async begin(): Promise<void> {
    const common = { step: 'connect' as const, subscribes: false, minutes: 50 };
    await this.connect({ ...common, userId: 'alice', scope: ['a*', 'b'], batches: true });
    await this.connect({ ...common, userId: 'bob', scope: ['*'], batches: false });
  }

  async play(step: Step): Promise<void> {
    const { service } = this;
    if (step.step === 'report') await this.report(step);
    else if (step.step === 'connect') await this.connect(step);
    else if (step.step === 'subscribe') await this.subscribe(step);
    else if (step.step === 'refresh') await this.refresh(step);
    else if (step.step === 'sync') await this.sync(step);
    else if (step.step === 'history') await this.history(step);
    else if (step.step === 'fail') service.failures.push(...step.results);
    else if (step.step === 'end') this.end(step.place);
    else if (step.step === 'deliver') await service.deliverJobs(step.jobs);
    else if (step.step === 'pass') service.clock.advance(step.minutes * 60_000);
    else service.setLarge(step.isLarge);
    this.checkSent();
    this.forget();
  }

  /** From here on every post succeeds: whatever is still missing must arrive. */
  async finish(): Promise<void> {
    const { service } = this;
    service.failures.length = 0;
    for (let round = 0; service.queue.jobs.length > 0; round += 1) {
      if (round === 50) throw new Error('The retry queue does not become empty.');
      await service.deliverJobs(service.queue.jobs.length);
      this.checkSent();
      this.forget();
    }
    for (const [connectionId, events] of this.expected) {
      for (const [register, event] of events) {
        const got = this.received.get(connectionId)?.get(register);
        if (got === undefined || isNewer(versionOfEvent(event), versionOfEvent(got))) {
          throw new Error(`${connectionId} did not get ${serializeMessage(event)}.`);
        }
      }
    }
  }

  private async connect(step: StepNamed<'connect'>): Promise<void> {
    const { service } = this;
    const connectionId = `connection-${this.ids.length}`;
    this.ids.push(connectionId);
    const expiresAt = service.clock.now() + step.minutes * 60_000 + 30_000;
    const token = { userId: step.userId, expiresAt, ...(this.isScoped && { scope: step.scope }) };
    const { batches, subscribes } = step;
    await service.connect(connectionId, token, { batches, subscribes });
  }

  private async report({ events }: StepNamed<'report'>): Promise<void> {
    const { service } = this;
    const reported = events.map(({ agentId, isSession }) => {
      this.reports += 1;
      const timestamp = service.clock.now() - 1_000_000 + this.reports;
      return isSession
        ? sessionEvent(agentId, 's', `message ${this.reports}`, timestamp)
        : agentEvent(agentId, 'online', timestamp);
    });
    const open = this.open();
    await service.report(reported, String(this.reports));
    for (const connection of open) {
      for (const event of reported) {
        if (this.matches(connection, event)) this.expect(connection, event);
      }
    }
  }

  private async subscribe({ place, agents, isSince }: StepNamed<'subscribe'>): Promise<void> {
    const before = this.at(place);
    if (before === undefined) return;
    const since = isSince ? this.service.clock.now() - 1_000 : 0;
    const payload = { agents, ...(isSince && { since }) };
    const answer = await this.ask(before, { type: 'subscribe', payload });
    if (answer !== 'state:snapshot') return;
    const after = this.record(before);
    if (after === undefined) return;
    for (const agentId of agentIds) {
      const may = patternsMatch(agents, agentId) && this.mayByScope(after, agentId);
      if (may !== this.matchesId(after, agentId)) throw new Error(`${agentId} is not stored.`);
    }
    this.expectStored(after, since, (event) => !this.matches(before, event));
  }

  private async refresh({ place, userId, scope, minutes }: StepNamed<'refresh'>): Promise<void> {
    const before = this.at(place);
    if (before === undefined) return;
    const expiresAt = this.service.clock.now() + minutes * 60_000 + 30_000;
    const claims = { userId, expiresAt, ...(this.isScoped && { scope }) };
    const answer = await this.ask(before, {
      type: 'token:refresh',
      payload: { token: JSON.stringify(claims) },
    });
    const after = this.record(before);
    if (userId !== before.userId) {
      if (answer === 'token:refreshed' || after?.view !== before.view) {
        throw new Error('A token of another user was accepted.');
      }
    } else if (answer === 'token:refreshed' && this.isScoped && after !== undefined) {
      const wrong = agentIds.find((id) => this.mayByScope(after, id) !== patternsMatch(scope, id));
      if (wrong !== undefined) throw new Error(`The scope of ${wrong} is not that of the token.`);
    }
  }

  private async sync({ place, isSince }: StepNamed<'sync'>): Promise<void> {
    const connection = this.at(place);
    if (connection === undefined) return;
    const since = isSince ? this.service.clock.now() - 1_000 : 0;
    const answer = await this.ask(connection, { type: 'state:sync', payload: { since } });
    if (answer === 'state:snapshot') this.expectStored(connection, since, () => true);
  }

  private async history({ place, agentId }: StepNamed<'history'>): Promise<void> {
    const connection = this.at(place);
    if (connection === undefined) return;
    const payload = { agentId, sessionId: 's' };
    const text = await this.service.ask(
      connection,
      JSON.stringify({ type: 'session:history', payload }),
    );
    const parsed = parseServerMessage(text ?? '');
    if (!parsed.ok) throw new Error('A session:history was not answered.');
    const isTold = parsed.value.type === 'session:timeline';
    if (isTold !== this.matchesId(connection, agentId))
      throw new Error(`${connection.connectionId} got ${String(text)}.`);
  }

  private end(place: number): void {
    const connection = this.at(place);
    if (connection !== undefined) this.service.ended.add(connection.connectionId);
  }

  /** Sends a message of a client. @returns the type of the answer */
  private async ask(connection: Connection, message: object): Promise<string | undefined> {
    const text = await this.service.ask(connection, JSON.stringify(message));
    if (text === undefined) return undefined;
    this.service.sent.push({ connectionId: connection.connectionId, text, isDelivered: true });
    return (JSON.parse(text) as { readonly type: string }).type;
  }

  /** Checks each message since the last check against the present view of its connection, and records what clients have. */
  private checkSent(): void {
    const { sent } = this.service;
    for (; this.checkedSent < sent.length; this.checkedSent += 1) {
      const one = sent[this.checkedSent];
      if (one === undefined) continue;
      const connection = this.service.records.get(one.connectionId);
      for (const event of eventsIn(one.text)) {
        // A connection that was closed meanwhile has no record: what it got before is checked by the other stories.
        if (connection !== undefined && !this.matches(connection, event)) {
          throw new Error(`${one.connectionId} was sent ${serializeMessage(event)}.`);
        }
        if (one.isDelivered) remember(this.received, one.connectionId, event);
      }
    }
  }

  /** Expects nothing more that a connection may no longer see, and nothing for a connection that has ended. */
  private forget(): void {
    const open = new Map(this.open().map((one) => [one.connectionId, one]));
    for (const [connectionId, events] of this.expected) {
      const connection = open.get(connectionId);
      if (connection === undefined) this.expected.delete(connectionId);
      for (const [register, event] of events) {
        if (connection === undefined || this.matches(connection, event)) continue;
        events.delete(register);
        // Its client forgets it as well.
        this.received.get(connectionId)?.delete(register);
      }
    }
  }

  private expectStored(
    connection: Connection,
    since: number,
    isExpected: (event: EventMessage) => boolean,
  ): void {
    for (const { event, updatedAt } of this.service.state.registers.values()) {
      if (updatedAt > since && this.matches(connection, event) && isExpected(event)) {
        this.expect(connection, event);
      }
    }
  }

  private expect({ connectionId }: Connection, event: EventMessage): void {
    remember(this.expected, connectionId, event);
  }

  private open(): readonly Connection[] {
    const { records, ended, clock } = this.service;
    return [...records.values()].filter(
      (one) => !ended.has(one.connectionId) && !isExpired(one, clock.now()),
    );
  }

  private at(place: number): Connection | undefined {
    const open = this.open();
    return open[place % Math.max(1, open.length)];
  }

  private record({ connectionId }: Connection): Connection | undefined {
    return this.service.records.get(connectionId);
  }

  private matches(connection: Connection, { payload }: EventMessage): boolean {
    return this.matchesId(connection, payload.agentId);
  }

  /** By the record and by the meaning of patterns, without the code under test. */
  private matchesId(connection: Connection, agentId: string): boolean {
    const { agents } = connection.view ?? {};
    return this.mayByScope(connection, agentId) && patternsMatch(listIn(agents), agentId);
  }

  private mayByScope({ view }: Connection, agentId: string): boolean {
    // With scopes, a connection without one may see nothing.
    return view?.scope === undefined ? !this.isScoped : patternsMatch(listIn(view.scope), agentId);
  }
}

function listIn(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as readonly string[]);
}

function remember(
  by: Map<string, Map<string, EventMessage>>,
  connectionId: string,
  event: EventMessage,
): void {
  const events = by.get(connectionId) ?? new Map<string, EventMessage>();
  const known = events.get(registerOf(event));
  if (known === undefined || isNewer(versionOfEvent(event), versionOfEvent(known))) {
    events.set(registerOf(event), event);
  }
  by.set(connectionId, events);
}

/** The events in a message of the server: itself, those of a batch, or those of a snapshot. */
function eventsIn(text: string): readonly EventMessage[] {
  const parsed = parseServerMessage(text);
  if (!parsed.ok) throw new Error(`Not a message of the server: ${text}`);
  const message = parsed.value;
  if (message.type === 'batch') {
    return message.payload.messages.flatMap((one) => (one.type === 'heartbeat' ? [] : [one]));
  }
  if (message.type === 'state:snapshot') {
    return eventTypeDefinitions.flatMap(({ type, list }) =>
      message.payload[list].map((payload) => ({ type, payload }) as EventMessage),
    );
  }
  return message.type === 'agent:status' || message.type === 'session:activity' ? [message] : [];
}

/** The service with fakes, in the state in which all its functions share table, queue and API Gateway. */
function createService() {
  const harness = createFanOutHarness();
  const { clock, connections, connectionCounts, gateway, queue, state, now, delivery } = harness;
  const timelines = new MemoryTimelineStore();
  const sent: Sent[] = [];
  const ended = new Set<string>();
  /** The results of the next posts; after them, posts succeed. */
  const failures: PostResult[] = [];
  gateway.post = async (connectionId, text) => {
    await Promise.resolve();
    const isGone = ended.has(connectionId) || gateway.closed.includes(connectionId);
    const result = isGone ? 'gone' : (failures.shift() ?? 'delivered');
    sent.push({ connectionId, text, isDelivered: result === 'delivered' });
    return result;
  };
  const keep = () => Promise.reject(new Error('Nothing is given up in these stories.'));
  const closeConnection = createCloseConnection({ ...harness, poster: gateway, closer: gateway });
  const sendHeartbeat = createSendHeartbeat({ ...harness, closeConnection, heartbeatSeconds: 30 });
  const broadcast = createBroadcast({
    ...{ ...harness, deadLetters: { keep } },
    writeTimeline: createWriteTimeline({ ...harness, timelines, timelineHours: 24 }),
    lifetimes: { agentDays: 7, sessionHours: 24 },
  });
  const deliver = createDeliver({
    ...{ ...harness, sendHeartbeat, deadLetters: { keep }, inspector: gateway, closeConnection },
  });
  const unlimited = { take: () => Promise.resolve(true), empty: () => Promise.resolve() };
  const connect = createConnect({
    ...{ ...harness, closeConnection, rateLimits: unlimited, maxConnectionsPerUser: 20 },
    handshakes: { perMinute: 1, burst: 1 },
  });
  const authenticate = (token: string): Promise<TokenVerdict> =>
    Promise.resolve({ ok: true, value: JSON.parse(token) as Connection });
  const admitSync = () => Promise.resolve(() => Promise.resolve());
  const postMessages = createPostMessages({ ...harness, ...delivery });
  const limits = { agents: 100, sessions: 100 };
  const syncState = createSyncState({ ...harness, postMessages, limits, facts: snapshotFacts });
  const answer = createAnswer({
    ...{ ...harness, closeConnection, admitSync, syncState },
    judgeMessage: () => Promise.resolve('allowed'),
    subscribe: createSubscribe({
      ...{ ...harness, admitSync, admitFewAgents: admitSync, postMessages, syncState },
    }),
    refreshToken: createRefreshToken({ ...harness, authenticate, postMessages }),
    tellTimeline: createTellTimeline({ ...harness, timelines, timelineEvents: 200 }),
  });
  const deadline = () => now() + 20_000;

  return {
    ...{ clock, queue, state, sent, ended, failures, records: connections.records },
    connect: (...args: Parameters<typeof connect>) => clock.run(connect(...args)),
    ask: (connection: Connection, text: string) => clock.run(answer(text, connection, deadline())),
    async report(events: readonly EventMessage[], id: string): Promise<void> {
      const [first, ...others] = events;
      if (first === undefined) return;
      const pack = JSON.parse(packDetail(events.map(serializeMessage))) as unknown;
      const reported =
        others.length === 0
          ? { id, type: first.type, payload: first.payload, whole: {} }
          : { id, type: packType, payload: pack, whole: {} };
      await clock.run(broadcast(reported, deadline()));
      if (harness.handedOver.splice(0).length > 0) {
        await clock.run(deliver({ drain: true }, deadline()));
      }
    },
    /** Processes the first jobs of the retry queue, in the form that they have in SQS. */
    async deliverJobs(count: number): Promise<void> {
      for (const job of queue.jobs.splice(0, count)) {
        for (const body of bodiesOf(job)) await clock.run(deliver(parseRetryJob(body), deadline()));
      }
    },
    /** Lets a fan-out have a job for each shard, or not. */
    setLarge(isLarge: boolean): void {
      const counts = { connections: 1_000, users: 1_000, takenAt: now() };
      if (isLarge) connectionCounts.shards.set(0, { shard: 0, ...counts });
      else connectionCounts.shards.clear();
    },
  };
}
