// Reads from a claim of a token which agents its user may see.
import { filterOf, isPattern, patternOf, utf8Length } from '#sdk/protocol';
import type { ScopeRefusal, TokenClaims } from './ports';

/** Where a token names the agents of its user, and how. */
export interface ScopeRule {
  /** The name of the claim, taken literally: `cognito:groups`, `https://example.com/agents`. */
  readonly claim: string;
  /** The pattern that a value of the claim makes: a text with {@link placeholder}. Default: the value is a pattern itself. */
  readonly template?: string | undefined;
}

type ScopeVerdict =
  | { readonly ok: true; readonly scope: readonly string[] }
  | { readonly ok: false; readonly code: ScopeRefusal };

/** Stands in a template for a value of the claim. */
const placeholder = '{value}';

/**
 * The maximum size of a scope, in bytes of UTF-8 of its patterns' JSON text. It is stored with each connection, and read by
 * every fan-out.
 */
const maxScopeBytes = 1024;

/**
 * Reads the scope of a token. The claim is a list of texts, or one text with spaces between the values, like `scope` of
 * OAuth 2.0. Anything else is refused, and so is a token without a single value: it must not be a way to see everything.
 * `null` counts as an absent claim.
 *
 * Without a template, the values are patterns. With a template, they are names, e.g. of groups, and a `*` in them is an
 * ordinary character: otherwise, a user who can choose the name of a group could see the agents of all others.
 * @returns the patterns as a filter has them: sorted, and without those that another one covers
 * @see https://datatracker.ietf.org/doc/html/rfc6749#section-3.3
 */
export function readScope(claims: TokenClaims, rule: ScopeRule): ScopeVerdict {
  // A claim must not be found on the prototype: every object has a `constructor` there.
  const claim = Object.hasOwn(claims, rule.claim) ? claims[rule.claim] : undefined;
  if (claim === undefined || claim === null) return { ok: false, code: 'scope_missing' };
  const values = valuesIn(claim);
  if (values === undefined) return { ok: false, code: 'scope_invalid' };
  if (values.length === 0) return { ok: false, code: 'scope_missing' };
  const patterns = values.map((value) => patternFor(value, rule.template));
  // Before patterns are compared with each other, which takes quadratic time for prefixes.
  if (utf8Length(JSON.stringify(patterns)) > maxScopeBytes) {
    return { ok: false, code: 'scope_too_large' };
  }
  // In a template, an empty name would leave only the text around it: `{value}*` would match every agent.
  return values.includes('') || !patterns.every(isPattern)
    ? { ok: false, code: 'scope_invalid' }
    : { ok: true, scope: filterOf(patterns).patterns };
}

function patternFor(value: string, template = placeholder): string {
  if (template === placeholder) return value;
  // Not by replace(), in which `$&` has a meaning.
  return template.split(placeholder).join(patternOf(value));
}

/** Undefined if the claim is neither a text nor a list of texts. */
function valuesIn(claim: unknown): readonly string[] | undefined {
  // Only the separators of JSON. Other invisible characters belong to a value: they must not make two of one.
  if (typeof claim === 'string') return claim.split(/[ \t\r\n]+/).filter((value) => value !== '');
  return Array.isArray(claim) && claim.every((value) => typeof value === 'string')
    ? claim
    : undefined;
}
