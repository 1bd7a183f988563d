// Checks and compares the patterns that an application subscribes to.
import {
  everyAgent,
  filterOf,
  isPattern,
  maxPatterns,
  maxPatternsBytes,
  type AgentFilter,
} from '../../protocol/agent-patterns';
import { isLonger } from '../../protocol/limits';

/**
 * Returns the filter of the agents that an application asks for. The limits are those of the server.
 * @throws {TypeError} if there are too many patterns, or if one is not valid
 */
export function subscriptionOf(agents: readonly string[] = [everyAgent]): AgentFilter {
  if (!Array.isArray(agents) || !agents.every(isPattern)) {
    throw new TypeError('agents must be a list of agent ids, and of prefixes that end in *.');
  }
  if (agents.length > maxPatterns || isLonger(JSON.stringify(agents), maxPatternsBytes)) {
    throw new TypeError(
      `agents must be at most ${maxPatterns} patterns, in at most ${maxPatternsBytes} bytes of JSON.`,
    );
  }
  return filterOf(agents);
}

/** Whether two filters match the same agents. */
export function isSame(one: AgentFilter, other: AgentFilter | undefined): boolean {
  return JSON.stringify(one.patterns) === JSON.stringify(other?.patterns);
}

/** Whether the second filter matches all agents that the first one matches. */
export function isWithin(one: AgentFilter, other: AgentFilter): boolean {
  return isSame(filterOf([...one.patterns, ...other.patterns]), other);
}
