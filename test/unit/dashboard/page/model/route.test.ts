// What an address shows: every route has an address, and every address has a route.
import fc from 'fast-check';
import { noFilter, statuses } from '#dashboard/page/model/agents/filter';
import {
  formatRoute,
  longestText,
  mostSessions,
  parseRoute,
  sorts,
  startRoute,
  withSession,
  type Route,
} from '#dashboard/page/model/route';
import { anyCharacter } from '#test/support/data/any-text';

const anyText = (minLength: number) => fc.string({ unit: anyCharacter, minLength, maxLength: 99 });
const anyRoute: fc.Arbitrary<Route> = fc.record({
  page: fc.oneof(
    fc.record({ name: fc.constantFrom('agents' as const, 'events' as const) }),
    fc.record(
      {
        ...{ name: fc.constant('agent' as const), agentId: anyText(1) },
        sessions: fc.uniqueArray(anyText(0), { minLength: 1, maxLength: mostSessions }),
      },
      { requiredKeys: ['name', 'agentId'] },
    ),
  ),
  filter: fc.record({
    text: anyText(0),
    status: fc.constantFrom(undefined, ...statuses),
    group: fc.option(anyText(0), { nil: undefined }),
  }),
  sort: fc.constantFrom(...sorts),
  isGrouped: fc.boolean(),
});

it('reads the same route from the address of any route, also after the browser has parsed the address', () => {
  fc.assert(
    fc.property(anyRoute, (route) => {
      const fragment = formatRoute(route);
      expect(parseRoute(fragment)).toEqual(route);
      expect(parseRoute(new URL(fragment, 'https://example.com/').hash)).toEqual(route);
    }),
  );
});

it('reads a route from any text, which has an address of its own', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '#/',
      'agents/',
      'events',
      '?',
      '&',
      'q=',
      'status=',
      'group=',
      '%',
      '%ff',
      '/',
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
      const route = parseRoute(parts.join(''));
      expect(parseRoute(formatRoute(route))).toEqual(route);
    }),
  );
});

it.each<[string, Partial<Route>]>([
  ['#/', {}],
  ['#/events', { page: { name: 'events' } }],
  ['#/agents/team-a%2F1', { page: { name: 'agent', agentId: 'team-a/1' } }],
  ['#/?q=build+tests&sort=name', { filter: { ...noFilter, text: 'build tests' }, sort: 'name' }],
  ['#/?status=error&by=group', { filter: { ...noFilter, status: 'error' }, isGrouped: true }],
  ['#/?group=', { filter: { ...noFilter, group: '' } }],
])('%s is the address of a route', (fragment, changed) => {
  const route = { ...startRoute, ...changed };
  expect(formatRoute(route)).toBe(fragment);
  expect(parseRoute(fragment)).toEqual(route);
});

it.each([
  ['nothing', ''],
  ['the fragment of another page', '#agents-title'],
  ['an unknown path', '#/settings'],
  ['an agent without a name', '#/agents/'],
  ['an agent whose name is no UTF-8', '#/agents/%ff'],
  ['unknown values', '#/?status=constructor&sort=__proto__&by=1'],
])('%s shows the start of the page', (_name, fragment) => {
  expect(parseRoute(fragment)).toEqual(startRoute);
});

it('shortens a text that is too long', () => {
  const { filter } = parseRoute(`#/?q=${'a'.repeat(10 * longestText)}`);
  expect(filter.text).toBe('a'.repeat(longestText));
});

it('opens and closes sessions of an agent, at most ten, of which the first one is closed', () => {
  let route = parseRoute('#/agents/a?sort=name');
  for (let index = 0; index <= mostSessions; index += 1)
    route = withSession(route, `s${index}`, true);
  route = withSession(withSession(route, 's9', true), 's2', false);
  const sessions = ['s1', 's3', 's4', 's5', 's6', 's7', 's8', 's10', 's9'];
  expect(route).toEqual({
    ...parseRoute('#/?sort=name'),
    page: { name: 'agent', agentId: 'a', sessions },
  });
  for (const session of sessions) route = withSession(route, session, false);
  expect(formatRoute(route)).toBe('#/agents/a?sort=name');
  expect(withSession(startRoute, 's', true)).toBe(startRoute);
});
