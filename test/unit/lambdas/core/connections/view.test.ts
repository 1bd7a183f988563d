// Views of connections: which texts of a record limit them, and that they are compiled once.
import { maySee, viewOf, withParts } from '#core/connections/view';

it.each(['oops secret', '{}', 'null', '1', '["team-*-x"]', '[1, null]', '[]'])(
  'matches nothing with the scope %s, which this version has not written, and throws nothing',
  (scope) => {
    for (const view of [viewOf(scope, undefined), viewOf('["*"]', scope)]) {
      expect(view?.inForce.patterns).toEqual([]);
      expect(maySee(view, 'team-a/1')).toBe(false);
    }
  },
);

it('keeps a view that is used again compiled, however many others there are', () => {
  const mine = viewOf('["mine"]', undefined);
  for (let index = 0; index < 50_000; index += 1) {
    viewOf(undefined, `["agent-${index}"]`);
    if (index % 5_000 === 0) expect(viewOf('["mine"]', undefined)).toBe(mine);
  }
  expect(viewOf('["mine"]', undefined)).toBe(mine);
});

it('returns no view for a record without parts, and changes only the given parts', () => {
  expect(viewOf(undefined, undefined)).toBeUndefined();
  const scoped = withParts(undefined, { scope: ['a*'] });
  expect(withParts(scoped, { agents: ['ab', 'b'] })?.inForce.patterns).toEqual(['ab']);
  expect(withParts(scoped, {})).toBe(scoped);
});
