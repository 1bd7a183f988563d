// Determines from the settings where a token names the agents that its user may see.
import type { Parsed } from '../../sdk/protocol';

/** The claim that lists the agents of the user, and the pattern that each of its values makes. */
export interface ScopeRule {
  readonly claim: string;
  /** Contains `{value}`. Absent: each value is a pattern. */
  readonly template?: string;
}

interface ScopeSettings {
  readonly scopeClaim?: string | undefined;
  readonly scopePattern?: string | undefined;
}

/** The rule that the settings name; undefined if every user may see all agents. */
export function scopeRuleOf({
  scopeClaim,
  scopePattern,
}: ScopeSettings): Parsed<ScopeRule | undefined> {
  if (scopeClaim !== undefined) {
    const template = scopePattern === undefined ? {} : { template: scopePattern };
    return { ok: true, value: { claim: scopeClaim, ...template } };
  }
  if (scopePattern === undefined) return { ok: true, value: undefined };
  const problem = 'needs scopeClaim, too: it makes patterns of the values of that claim';
  return { ok: false, faults: [{ path: 'scopePattern', problem }] };
}
