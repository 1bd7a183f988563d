// Subscribes to the agents of a provider: those of a list, or those that the mounted components show.
import { isPattern, patternOf, type MissionControl } from '../index';

/** The agents for which the client of a provider asks. */
export interface ProvidedAgents {
  /**
   * Adds the agent of a mounted component.
   * @param asked called whenever the client has asked for the agents; each component has a function of its own
   * @returns a function that removes the agent
   */
  readonly add: (agentId: string, asked: () => void) => () => void;
  /** Whether what the client says of an agent is up to date: it has asked for the list, or for this agent. */
  readonly isAsked: (agentId: string) => boolean;
  /** Subscribes to the agents from now on. Returns a function that ends this: whatever is subscribed to next, stays. */
  readonly start: () => () => void;
}

/**
 * Creates the agents of a provider, for which the client has not asked yet.
 * @param agents patterns, or `mounted` for the agents of the components
 */
export function createProvidedAgents(
  client: MissionControl,
  agents: readonly string[] | 'mounted',
): ProvidedAgents {
  /** The agent of each component, by its listener. */
  const mounted = new Map<() => void, string>();
  /** The patterns that the client was asked for last. */
  let asked: readonly string[] | undefined;
  let isStarted = false;

  function subscribe(patterns: readonly string[]): void {
    client.subscribe((asked = patterns));
    for (const listener of mounted.keys()) listener();
  }

  function subscribeToMounted(): void {
    if (!isStarted) return;
    try {
      subscribe([...new Set(mounted.values())].map(patternOf).filter(isPattern));
    } catch {
      // They are more than a subscription may have.
      subscribe(['*']);
    }
  }

  /** Subscribes at the end of this tick: components that are replaced make one request. */
  function update(): void {
    if (agents === 'mounted') queueMicrotask(subscribeToMounted);
  }

  return {
    add(agentId, listener) {
      mounted.set(listener, agentId);
      update();
      return () => {
        mounted.delete(listener);
        update();
      };
    },
    isAsked(agentId) {
      const pattern = patternOf(agentId);
      // No agent has an id that is no pattern, so nothing is still to come.
      if (!isPattern(pattern)) return true;
      return asked === agents || asked?.[0] === '*' || asked?.includes(pattern) === true;
    },
    start() {
      isStarted = true;
      if (agents === 'mounted') update();
      else subscribe(agents);
      return () => {
        isStarted = false;
      };
    },
  };
}
