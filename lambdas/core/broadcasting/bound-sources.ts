// Decides which agents a backend may report: those that the `source` of its events is bound to.
import { everyAgent, filterOf, type AgentFilter } from '#sdk/protocol';

/**
 * Why an event is rejected because of its source; undefined if the source may report the agent. The reason contains the
 * patterns of the configuration, and nothing of the event.
 * @param source undefined counts as an unknown source
 */
export type SourceCheck = (source: string | undefined, agentId: string) => string | undefined;

/**
 * @param eventSource may report every agent, unless it is one of `sources`
 * @param sources the patterns of the agents that may be reported, by source. All other sources may report nothing
 */
export function createSourceCheck(
  eventSource: string,
  sources: Readonly<Record<string, readonly string[]>>,
): SourceCheck {
  const filters = new Map<string | undefined, AgentFilter>([
    [eventSource, filterOf([everyAgent])],
    ...Object.entries(sources).map(([name, patterns]) => [name, filterOf(patterns)] as const),
  ]);
  return (source, agentId) => {
    const filter = filters.get(source);
    // An event of a source that has just been removed: the function is updated before the rule of the event bus.
    if (filter === undefined) return 'source must be eventSource or one of sources';
    if (filter.matches(agentId)) return undefined;
    return `agentId must match ${filter.patterns.join(' or ')}, which the source ${source ?? ''} is bound to`;
  };
}
