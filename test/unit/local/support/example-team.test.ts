// The team of the examples: its users see its agents by the rules of the service.
import { readScope } from '#core/auth/read-scope';
import { exampleTeam } from '#local/support/example-team';
import { filterOf } from '#sdk/protocol';

it('has no team for a stack without scopes', () => {
  expect(exampleTeam({})).toBeUndefined();
});

it.each([undefined, '{value}', '{value}/*', 'org-1/{value}*', 'agents-of-{value}'])(
  'names with the pattern %s an agent that its users see, and others do not',
  (scopePattern) => {
    const team = exampleTeam({ scopeClaim: 'groups', scopePattern });
    const read = readScope(
      { [team?.claim ?? '']: team?.value },
      { claim: 'groups', template: scopePattern },
    );
    const filter = filterOf(read.ok ? read.scope : []);
    expect(filter.matches(team?.agentId('agent-123') ?? '')).toBe(true);
    expect(filter.matches('team-b/agent-123')).toBe(false);
  },
);
