// Events that are reported over HTTPS: which reach the bus, and what the reporter is told of the others.
import { createSourceCheck } from '#core/broadcasting/bound-sources';
import { eventsOf } from '#core/broadcasting/reported-events';
import { createReportEvents } from '#core/reporting/report-events';
import { describeFaults, eventTypes, type Report } from '#sdk/protocol';
import { invalidEvents } from '#test/support/data/invalid-events';

const now = 1_707_163_200_000;
const status = (agentId: string, timestamp = now) => ({
  type: 'agent:status',
  payload: { agentId, status: 'online', timestamp },
});

function setUp({
  refuses = () => false,
  sources,
}: {
  readonly refuses?: (report: Report) => boolean;
  readonly sources?: Record<string, string[]>;
} = {}) {
  const put = jest.fn((reports: readonly Report[]) =>
    Promise.resolve(reports.map((report) => !refuses(report))),
  );
  const count = jest.fn();
  const reportEvents = createReportEvents({
    ...{ bus: { put }, source: 'mission-control', count, now: () => now },
    checkSource: sources && createSourceCheck('mission-control', sources),
  });
  return { put, count, reportEvents };
}

it('puts all valid events on the bus together, in their order, and counts nothing', async () => {
  const { put, count, reportEvents } = setUp();
  const events = [status('a'), { ...status('b'), extra: 1 }, status('a', now + 300_000)];
  const outcomes = await reportEvents(events, undefined);
  expect(outcomes).toEqual([
    { outcome: 'accepted' },
    { outcome: 'accepted' },
    { outcome: 'accepted' },
  ]);
  expect(put.mock.calls).toEqual([
    [
      ['a', 'b', 'a'].map((id, index) => ({
        event: status(id, now + (index === 2 ? 300_000 : 0)),
      })),
    ],
  ]);
  expect(count).not.toHaveBeenCalled();
});

// On the event bus, the fault of an unknown type is in another place, and the type of a pack is valid.
const refused = invalidEvents.filter(([type]) => eventTypes.some((known) => known === type));

it.each([...refused, ['agent:status', status('a', now + 300_001).payload, 'timestamp']])(
  'refuses %s %j with the faults that the dead-letter queue gets',
  async (type, payload) => {
    const { put, count, reportEvents } = setUp();
    const [outcome] = await reportEvents([{ type, payload }], undefined);
    const whole = { id: 'event-1', type, payload };
    const [rejected] = eventsOf({ ...whole, whole }, now).rejected;
    if (outcome?.outcome !== 'invalid') throw new Error('The event was not refused.');
    expect(describeFaults(outcome.faults)).toBe(rejected?.reason);
    expect(put).not.toHaveBeenCalled();
    expect(count.mock.calls).toEqual([['RejectedEvents', {}, 1]]);
  },
);

it.each<[unknown, object[]]>([
  [null, [{ path: '', problem: 'must be an object' }]],
  ['text', [{ path: '', problem: 'must be an object' }]],
  [[status('a')], [{ path: '', problem: 'must be an object' }]],
  [
    {},
    [
      { path: 'type', problem: 'is missing' },
      { path: 'payload', problem: 'is missing' },
    ],
  ],
  [{ ...status('a'), type: 1 }, [{ path: 'type', problem: 'must be a string' }]],
  [{ type: 'agent:status' }, [{ path: 'payload', problem: 'is missing' }]],
  // A pack is not an event, and is not offered as one.
  ...['events:batch', 'heartbeat', 'toString', 'user:disconnect'].map(
    (type): [unknown, object[]] => [
      { type, payload: { events: [status('a')] } },
      [{ path: 'type', problem: 'must be one of agent:status, session:activity' }],
    ],
  ),
])('refuses %j, which has not the form of an event', async (element, faults) => {
  const { reportEvents } = setUp();
  expect(await reportEvents([element], undefined)).toEqual([{ outcome: 'invalid', faults }]);
});

it('refuses an agent that the source of its events is not bound to, as the function broadcast does', async () => {
  const { put, reportEvents } = setUp({ sources: { 'mission-control': ['team-a/*'] } });
  const outcomes = await reportEvents([status('team-b/x'), status('team-a/x')], undefined);
  const problem = 'agentId must match team-a/*, which the source mission-control is bound to';
  expect(outcomes).toEqual([
    { outcome: 'invalid', faults: [{ path: '', problem }] },
    { outcome: 'accepted' },
  ]);
  expect(put.mock.calls).toEqual([[[{ event: status('team-a/x') }]]]);
});

it.each([
  ['an agent of another team', ['team-a/*'], 'team-b/x'],
  ['a team whose name begins alike', ['team-a/*'], 'team-ab/x'],
  ['the name of the team', ['team-a/*'], 'team-a'],
  ['the pattern of all agents as an id', ['team-a/*'], '*'],
  ['another case', ['team-a/*'], 'Team-A/x'],
  ['a text before the prefix', ['team-a/*'], ' team-a/x'],
  ['a letter that looks the same', ['team-a/*'], 'te\u0430m-a/x'],
  ['a longer id than that of a pattern without *', ['shared'], 'shared2'],
  ['an escaped *', ['a\\*'], 'ab'],
  ['a property of every object', ['team-a/*'], '__proto__'],
  ['any agent with an empty scope', [], 'team-a/x'],
  ['any agent with a scope that is no pattern', ['team-*-a'], 'team-x-a'],
])('does not put %s on the bus, which is outside the scope', async (_what, scope, agentId) => {
  const { put, count, reportEvents } = setUp();
  expect(await reportEvents([status(agentId)], scope)).toEqual([{ outcome: 'out_of_scope' }]);
  expect(put).not.toHaveBeenCalled();
  expect(count.mock.calls).toEqual([['RejectedEvents', {}, 1]]);
});

it('gives each event of a mixed list its own outcome, in the order of the list', async () => {
  const { put, count, reportEvents } = setUp({
    refuses: ({ event: { payload } }) => payload.agentId === 'team-a/2',
  });
  const list = ['team-a/1', 'team-b/1', 'team-a/2', '', 'team-a/3'].map((id) => status(id));
  const outcomes = await reportEvents(list, ['team-a/*']);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual([
    ...['accepted', 'out_of_scope', 'unsent', 'invalid', 'accepted'],
  ]);
  const reached = put.mock.calls.flat(2).map(({ event }) => event.payload.agentId);
  expect(reached).toEqual(['team-a/1', 'team-a/2', 'team-a/3']);
  expect(count.mock.calls).toEqual([
    ['RejectedEvents', {}, 2],
    ['UnsentEvents', {}, 1],
  ]);
});
