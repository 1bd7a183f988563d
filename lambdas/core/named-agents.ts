// Names the agents of events that were not accepted, for the log: whoever reports them can be found by it.
import { maxIdBytes, utf8Length } from '#sdk/protocol';

/** Maximum number of different agents in a log line. */
const loggedAgents = 3;

/**
 * Returns the ids of the agents that payloads name, whether these are otherwise valid or not: up to three different ones, joined
 * by commas. Undefined if there are none. What cannot be an id is left out: it may be any text.
 */
export function namedAgents(payloads: readonly unknown[]): string | undefined {
  const ids = new Set(payloads.map(agentIdOf).filter((id) => id !== undefined));
  return ids.size === 0 ? undefined : [...ids].slice(0, loggedAgents).join(', ');
}

function agentIdOf(payload: unknown): string | undefined {
  const { agentId } = (payload ?? {}) as { readonly agentId?: unknown };
  const isId = typeof agentId === 'string' && agentId !== '' && utf8Length(agentId) <= maxIdBytes;
  return isId ? agentId : undefined;
}
