// Defines patterns, by which scopes and subscriptions name agents, for clients and server.
import { isLonger, maxIdBytes } from './limits';
import { compareText } from './registers';

/** The maximum number of patterns in a subscription. */
export const maxPatterns = 100;

/** The maximum size of the patterns of a subscription, in bytes of UTF-8 of their JSON text. */
export const maxPatternsBytes = 4 * 1024;

/** The pattern that matches every agent. */
export const everyAgent = '*';

/** Matches the agents that a list of patterns names. */
export interface AgentFilter {
  /** The patterns: sorted, and without those that another one covers. Filters that match the same agents have the same. */
  readonly patterns: readonly string[];
  /** Whether an agent is one of them. Compares code units: case matters, and nothing is normalized. */
  matches(agentId: string): boolean;
}

/** What one pattern matches: the agent with this id, or all agents whose ids begin with this text. */
interface Pattern {
  readonly pattern: string;
  readonly text: string;
  readonly isPrefix: boolean;
}

/**
 * Whether a value is a pattern. A pattern is the id of an agent, or a prefix that ends in `*`. A backslash before `*` or
 * before another backslash makes it an ordinary character. Anything else is no pattern: an empty text, a `*` that is not
 * the last character, any other backslash, a text whose id or prefix is longer than an id may be, a lone surrogate.
 * @example
 * isPattern('team-a/summarizer') // one agent
 * isPattern('team-a/*')          // all agents whose ids begin with `team-a/`
 * isPattern('*')                 // all agents
 * isPattern('50\\*')             // the agent `50*`
 * isPattern('C:\\\\agents\\\\*') // all agents whose ids begin with `C:\agents\`
 * isPattern('team-*-nightly')    // false: `*` can only be the last character
 */
export function isPattern(value: unknown): value is string {
  return typeof value === 'string' && parsePattern(value) !== undefined;
}

/** Returns the pattern that matches exactly the agent with this id, whatever characters the id has. */
export function patternOf(agentId: string): string {
  return escape(agentId);
}

/**
 * Compiles patterns, so that each agent is matched in the same time and memory, whatever its id.
 * @throws TypeError if a text is no pattern
 */
export function filterOf(patterns: readonly string[]): AgentFilter {
  const all = [...new Set(patterns)].sort(compareText).map(compile);
  const kept = all.filter((one) => !all.some((other) => other !== one && covers(other, one)));
  const ids = new Set(kept.flatMap(({ text, isPrefix }) => (isPrefix ? [] : text)));
  const prefixes = kept.flatMap(({ text, isPrefix }) => (isPrefix ? text : []));
  return {
    patterns: kept.map(({ pattern }) => pattern),
    matches: (agentId) => ids.has(agentId) || prefixes.some((prefix) => agentId.startsWith(prefix)),
  };
}

/** Returns the filter of the agents that both match: the intersection of two lists of patterns is a list of patterns. */
export function narrow(one: AgentFilter, other: AgentFilter): AgentFilter {
  const others = other.patterns.map(compile);
  const common = one.patterns
    .map(compile)
    .flatMap((pattern) => [
      ...(others.some((wider) => covers(wider, pattern)) ? [pattern] : []),
      ...others.filter((narrower) => covers(pattern, narrower)),
    ]);
  return filterOf(common.map(({ pattern }) => pattern));
}

/** Whether every agent that `one` matches is matched by `other` as well. */
export function isWithin(one: AgentFilter, other: AgentFilter): boolean {
  const wider = other.patterns.map(compile);
  return one.patterns
    .map(compile)
    .every((pattern) => wider.some((candidate) => covers(candidate, pattern)));
}

/** Returns the id of the only agent that a pattern matches; undefined if the pattern is a prefix. */
export function agentIdIn(pattern: string): string | undefined {
  const { text, isPrefix } = compile(pattern);
  return isPrefix ? undefined : text;
}

/** Whether the first pattern matches every agent that the second one matches. */
function covers(wider: Pattern, narrower: Pattern): boolean {
  return wider.isPrefix
    ? narrower.text.startsWith(wider.text)
    : !narrower.isPrefix && wider.text === narrower.text;
}

function compile(pattern: string): Pattern {
  const parsed = parsePattern(pattern);
  if (parsed === undefined) throw new TypeError('Expected an agent id, or a prefix that ends in *');
  return parsed;
}

function parsePattern(pattern: string): Pattern | undefined {
  const [, literal, star] = /^((?:[^*\\]|\\[*\\])*)(\*?)$/s.exec(pattern) ?? [];
  if (literal === undefined || pattern === '' || /\p{Surrogate}/u.test(pattern)) return undefined;
  const text = literal.replace(/\\([*\\])/g, '$1');
  return isLonger(text, maxIdBytes) ? undefined : { pattern, text, isPrefix: star === '*' };
}

function escape(text: string): string {
  return text.replace(/[*\\]/g, '\\$&');
}
