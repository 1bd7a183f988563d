// Which agents a source may report: a bound one only those of its patterns, and an unknown one none.
import fc from 'fast-check';
import { createSourceCheck } from '#core/broadcasting/bound-sources';
import { eventsOf } from '#core/broadcasting/reported-events';
import { filterOf, patternOf } from '#sdk/protocol';

const unknown = 'source must be eventSource or one of sources';
const ofTeamA = 'agentId must match team-a/*, which the source team-a is bound to';
const sources = JSON.parse(
  '{"team-a": ["team-a/*"], "team-b": ["shared", "team-b/*"], "constructor": ["built/*"], "__proto__": ["proto/*"]}',
) as Record<string, string[]>;
const check = createSourceCheck('mission-control', sources);

it.each([
  ['mission-control', 'anything'],
  ['team-a', 'team-a/'],
  ['team-a', 'team-a/summarizer'],
  ['team-a', 'team-a/*'],
  ['team-b', 'shared'],
  ['team-b', 'team-b/x'],
  ['constructor', 'built/x'],
  ['__proto__', 'proto/x'],
])('lets %s report %s', (source, agentId) => {
  expect(check(source, agentId)).toBeUndefined();
});

it.each([
  ['an agent of another team', 'team-a', 'team-b/x', ofTeamA],
  ['a shared agent of another team', 'team-a', 'shared', ofTeamA],
  ['a team whose name begins alike', 'team-a', 'team-ab/x', ofTeamA],
  ['the name of the team', 'team-a', 'team-a', ofTeamA],
  ['the pattern of all agents', 'team-a', '*', ofTeamA],
  ['another case', 'team-a', 'Team-A/x', ofTeamA],
  ['a text before the prefix', 'team-a', ' team-a/x', ofTeamA],
  ['a letter that looks the same', 'team-a', 'te\u0430m-a/x', ofTeamA],
  ['a fullwidth slash', 'team-a', 'team-a\uff0fx', ofTeamA],
  ['a line before the prefix', 'team-a', 'x\nteam-a/x', ofTeamA],
  ['a lone surrogate', 'team-a', '\ud800team-a/x', ofTeamA],
  ['an empty id', 'team-a', '', ofTeamA],
  [
    'a longer id than that of a pattern without *',
    'team-b',
    'shared2',
    'agentId must match shared or team-b/*, which the source team-b is bound to',
  ],
  ['another case of the source', 'Team-A', 'team-a/x', unknown],
  ['a source that begins alike', 'team-ab', 'team-a/x', unknown],
  ['a source with a space', 'team-a ', 'team-a/x', unknown],
  ['a source that is a property of every object', 'toString', 'team-a/x', unknown],
  ['a source that is a lone surrogate', '\ud800', 'team-a/x', unknown],
  ['no source', undefined, 'team-a/x', unknown],
])('refuses %s, with a reason', (_what, source, agentId, reason) => {
  expect(check(source, agentId)).toBe(reason);
});

it('refuses every agent to all sources but eventSource if there are no others', () => {
  const none = createSourceCheck('mission-control', {});
  expect(none('mission-control', 'team-a/x')).toBeUndefined();
  expect(none('team-a', 'team-a/x')).toBe(unknown);
});

it('binds eventSource as well if it is one of the sources', () => {
  const bound = createSourceCheck('mission-control', { 'mission-control': ['agent-*'] });
  expect(bound('mission-control', 'agent-atlas')).toBeUndefined();
  expect(bound('mission-control', 'team-a/x')).toBe(
    'agentId must match agent-*, which the source mission-control is bound to',
  );
});

it('lets a source report exactly the agents that its patterns match', () => {
  const id = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '\\'), maxLength: 4 });
  const pattern = fc
    .tuple(id, fc.boolean())
    .filter(([text, isPrefix]) => isPrefix || text !== '')
    .map(([text, isPrefix]) => `${patternOf(text)}${isPrefix ? '*' : ''}`);
  const bound = fc.dictionary(
    fc.constantFrom('a', 'b', 'mission-control', '__proto__'),
    fc.array(pattern, { minLength: 1, maxLength: 3 }),
  );
  const source = fc.constantFrom('a', 'b', 'mission-control', '__proto__', 'other');
  fc.assert(
    fc.property(bound, source, id, (patterns, name, agentId) => {
      const own = Object.hasOwn(patterns, name) ? patterns[name] : undefined;
      const expected =
        own?.some((each) => filterOf([each]).matches(agentId)) ?? name === 'mission-control';
      expect(createSourceCheck('mission-control', patterns)(name, agentId) === undefined).toBe(
        expected,
      );
    }),
  );
});

describe('an entry of the event bus', () => {
  const now = 1_707_163_200_000;
  const status = (agentId: string) => ({
    type: 'agent:status',
    payload: { agentId, status: 'online', timestamp: now },
  });
  const reportAs = (source: string, type: string, payload: unknown) => {
    const whole = { id: 'event-1', source, 'detail-type': type, detail: payload };
    const reported = { id: 'event-1', type, payload, source, whole };
    const { accepted, rejected } = eventsOf(reported, now, check);
    return { whole, accepted: accepted.map(({ event }) => event), rejected };
  };

  it('is rejected as a whole if it is one event that its source may not report', () => {
    const { type, payload } = status('team-b/x');
    const { whole, accepted, rejected } = reportAs('team-a', type, payload);
    expect(accepted).toEqual([]);
    expect(rejected).toEqual([{ id: 'event-1', whole, payload, reason: ofTeamA }]);
  });

  it('that is a pack loses only the events that its source may not report, and they keep the source', () => {
    const pack = ['team-a/x', 'team-b/x', 'team-a/y', 'team-ab/x'].map(status);
    const { accepted, rejected } = reportAs('team-a', 'events:batch', { events: pack });
    expect(accepted).toEqual([pack[0], pack[2]]);
    expect(rejected.map(({ id, reason }) => ({ id, reason }))).toEqual([
      { id: 'event-1#1', reason: ofTeamA },
      { id: 'event-1#3', reason: ofTeamA },
    ]);
    const [first] = rejected.map(({ whole }) => whole as Record<string, unknown>);
    expect(first).toMatchObject({ source: 'team-a', detail: pack[1]?.payload });
    // Put on the bus again unchanged, it is rejected again.
    const again = reportAs(String(first?.['source']), 'agent:status', first?.['detail']);
    expect(again).toMatchObject({ accepted: [], rejected: [{ reason: ofTeamA }] });
  });

  it('is checked by the source of the bus, whatever its content says', () => {
    const payload = { ...status('team-b/x').payload, source: 'team-b' };
    expect(reportAs('team-a', 'agent:status', payload).rejected).toHaveLength(1);
    const events = [{ ...status('team-b/x'), source: 'team-b' }];
    expect(reportAs('team-a', 'events:batch', { events, source: 'team-b' }).rejected).toHaveLength(
      1,
    );
  });

  it('of a bound source cannot disconnect a user', () => {
    const order = { userId: 'alice', reason: 'none' };
    expect(reportAs('team-a', 'user:disconnect', order)).toMatchObject({
      accepted: [],
      rejected: [{ reason: expect.stringMatching(/^type must be one of/) as unknown }],
    });
  });
});
