// Invents a team for the examples of a stack with scopes: the claim of its users' tokens, and the ids of its agents.

export interface ExampleTeam {
  /** The claim that lists the agents of a user. */
  readonly claim: string;
  /** The value of the claim that lists the agents of the team. */
  readonly value: string;
  /** The option of `npm run token` that adds the claim, for a shell. */
  readonly tokenOption: string;
  /** Returns the id of an agent of the team. */
  readonly agentId: (name: string) => string;
}

/** Returns undefined for the settings of a stack without scopes. */
export function exampleTeam({
  scopeClaim: claim,
  scopePattern = '{value}',
}: {
  readonly scopeClaim?: string | undefined;
  readonly scopePattern?: string | undefined;
}): ExampleTeam | undefined {
  if (claim === undefined) return undefined;
  // With `{value}`, the value of the claim is the pattern itself.
  const value = scopePattern === '{value}' ? 'team-a/*' : 'team-a';
  const pattern = scopePattern.replace('{value}', value);
  return {
    ...{ claim, value },
    tokenOption: `--claim ${claim}='${value}'`,
    agentId: (name) => (pattern.endsWith('*') ? `${pattern.slice(0, -1)}${name}` : pattern),
  };
}
