// Determines which agents have begun to report an error, and names them.
import type { Change, MissionControl } from '#sdk/client';
import { plainText } from '../text/visible-text';

/** What failures need of a client. */
export type FailureSource = Pick<MissionControl, 'agents' | 'on'>;

/** The agents that have begun to report an error since they were last taken. */
export interface Failures {
  /** Returns their ids, without those that have recovered or are no longer visible, and forgets them. */
  readonly take: () => readonly string[];
  /** Stops listening to the client. */
  readonly stop: () => void;
}

/**
 * Collects the agents that begin to report an error, from live changes only: what a snapshot restores may be old, and is not
 * news.
 * @param failed called after each message with such a change
 */
export function collectFailures({ agents, on }: FailureSource, failed: () => void): Failures {
  const collected = new Set<string>();
  const stop = on('change', ({ changes }) => {
    const failures = changes.filter(isFailure);
    for (const { current } of failures) collected.add(current.agentId);
    if (failures.length > 0) failed();
  });
  return {
    stop,
    take() {
      const ids = [...collected].filter((agentId) => agents.get(agentId)?.status === 'error');
      collected.clear();
      return ids;
    },
  };
}

/** Whether an agent that was not in error before has just reported an error. */
function isFailure({ type, source, current, previous }: Change): boolean {
  return (
    type === 'agent:status' &&
    source === 'live' &&
    current.status === 'error' &&
    previous?.status !== 'error'
  );
}

/** The maximum number of agents that a report names. */
const mostNames = 3;

/** Lists agents by name, e.g. `a, b, c and 2 more`. The names are those of agents, so their invisible characters are shown. */
export function nameList(agentIds: readonly string[]): string {
  const named = agentIds.slice(0, mostNames).map((agentId) => plainText(agentId, true));
  const left = agentIds.length - mostNames;
  return named.join(', ') + (left > 0 ? ` and ${left.toLocaleString()} more` : '');
}
