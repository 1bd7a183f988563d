// Generated scopes, subscriptions, refreshes and events in any order: each snapshot has exactly what it must have.
import fc from 'fast-check';
import { filterOf, registerOf, type EventMessage } from '#sdk/protocol';
import { createAnswerFakes, scopedTokenOf, tokenOf } from '#test/support/core/answer';
import { agentEvent, sessionEvent } from '#test/support/data/events';
import { patternsMatch, viewOf } from '#test/support/data/views';

const agentIds = ['a', 'A', 'ab', 'ab*', 'a\\', 'b', '__proto__', 'ä', 'toString'];
const patterns = fc.array(
  fc.constantFrom(
    ...[
      '*',
      'a*',
      'ab*',
      'ab\\*',
      'ab\\**',
      'a\\\\',
      'A',
      'a',
      'b',
      '__proto__',
      '__*',
      'ä*',
      'zz',
    ],
  ),
  { maxLength: 4 },
);
const since = fc.option(fc.nat(30), { nil: undefined });
const steps = fc.oneof(
  fc.record({ type: fc.constant('report' as const), agentId: fc.constantFrom(...agentIds) }),
  fc.record({ type: fc.constant('subscribe' as const), agents: patterns, age: since }),
  fc.record({ type: fc.constant('sync' as const), age: since }),
  fc.record({ type: fc.constant('refresh' as const), scope: patterns }),
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

/** What a connection is limited to, by its patterns as they were sent. */
interface Limits {
  readonly scope: readonly string[] | undefined;
  readonly agents: readonly string[] | undefined;
}

const sees = ({ scope, agents }: Limits, agentId: string) =>
  patternsMatch(scope, agentId) && patternsMatch(agents, agentId);

/** Plays the client of one connection, with a model of what it is limited to and of what was stored when. */
function createPlay(first: Limits) {
  const fakes = createAnswerFakes();
  const { ask, clock, connection, connections, gateway, state } = fakes;
  const isScoped = first.scope !== undefined;
  const isLimited = isScoped || first.agents !== undefined;
  const normal = (some: readonly string[] | undefined) => some && filterOf(some).patterns;
  const view = isLimited
    ? viewOf({ scope: normal(first.scope), agents: normal(first.agents) })
    : undefined;
  connections.records.set(connection.connectionId, { ...connection, ...(view && { view }) });
  // The limits of messages are another test.
  fakes.rateLimits.take = () => Promise.resolve(true);
  let limits = first;
  let expiresAt = connection.expiresAt;
  const stored = new Map<string, { readonly event: EventMessage; readonly at: number }>();

  async function report(agentId: string): Promise<void> {
    const at = clock.now();
    for (const event of [agentEvent(agentId, 'online', at), sessionEvent(agentId, '#', 'm', at)]) {
      await state.put(event, { updatedAt: at, expiresAt: at + 1e10 });
      stored.set(registerOf(event), { event, at });
    }
  }

  /** The registers in the answer of a message; all messages before the last must be of the given types. */
  async function registersIn(message: object, typesBefore: readonly string[]): Promise<string[]> {
    const posts = gateway.posts.length;
    const answered = await ask(message);
    const before = gateway.posts.slice(posts).map((post) => post.message as { type: string });
    expect(before.map(({ type }) => type)).toEqual(typesBefore);
    expect(answered).toMatchObject({ type: 'state:snapshot', payload: { complete: true } });
    const { agents, sessions } = answered?.payload as Record<'agents' | 'sessions', object[]>;
    return [
      ...agents.map((payload) => ({ type: 'agent:status', payload })),
      ...sessions.map((payload) => ({ type: 'session:activity', payload })),
    ]
      .map((event) => registerOf(event as EventMessage))
      .sort();
  }

  function expectedRegisters(after: number, isExpected: (agentId: string) => boolean): string[] {
    return [...stored.values()]
      .filter(({ event, at }) => at > after && isExpected(event.payload.agentId))
      .map(({ event }) => registerOf(event))
      .sort();
  }

  async function subscribe({ agents, age }: Extract<Step, { type: 'subscribe' }>): Promise<void> {
    const before = limits;
    limits = { ...limits, agents };
    const after = age === undefined ? 0 : clock.now() - age;
    const payload = { agents, ...(age !== undefined && { since: after }) };
    const found = await registersIn({ type: 'subscribe', payload }, ['subscribed']);
    const isRepeated =
      before.agents !== undefined && String(normal(before.agents)) === String(normal(agents));
    expect(found).toEqual(
      expectedRegisters(after, (id) => sees(limits, id) && (isRepeated || !sees(before, id))),
    );
  }

  async function refresh(scope: readonly string[]): Promise<void> {
    expiresAt += 1_000;
    const token = isScoped
      ? scopedTokenOf('alice', expiresAt, normal(scope) ?? [])
      : tokenOf('alice', expiresAt);
    await expect(ask({ type: 'token:refresh', payload: { token } })).resolves.toMatchObject({
      type: 'token:refreshed',
    });
    if (isScoped) limits = { ...limits, scope };
  }

  return async (step: Step): Promise<void> => {
    clock.advance(1);
    if (step.type === 'report') await report(step.agentId);
    else if (step.type === 'subscribe') await subscribe(step);
    else if (step.type === 'refresh') await refresh(step.scope);
    else {
      const after = step.age === undefined ? 0 : clock.now() - step.age;
      const payload = step.age === undefined ? {} : { since: after };
      const found = await registersIn({ type: 'state:sync', payload }, []);
      expect(found).toEqual(expectedRegisters(after, (id) => sees(limits, id)));
    }
  };
}

it('each snapshot has exactly the events that the connection may see, and that have come into view', async () => {
  const first = fc.record({
    scope: fc.option(patterns, { nil: undefined }),
    agents: fc.option(patterns, { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(first, fc.array(steps, { maxLength: 30 }), async (limits, all) => {
      const play = createPlay(limits);
      for (const agentId of agentIds) await play({ type: 'report', agentId });
      for (const step of all) await play(step);
    }),
    { numRuns: 300 },
  );
});
