// Subscribes to the agents of a property, or to those that the mounted components show.
import { useEffect } from 'react';
import { isPattern, patternOf, type MissionControl } from '../index';

/** Subscribes to these patterns whenever they change, compared by value; undefined: leaves the subscription as it is. */
export function useSubscription(
  client: MissionControl | undefined,
  agents: readonly string[] | undefined,
): void {
  const text = JSON.stringify(agents);
  useEffect(() => {
    if (text) client?.subscribe(JSON.parse(text) as string[]);
  }, [client, text]);
}

/** The agents that mounted components show. */
export interface MountedAgents {
  /**
   * Adds the agent of a component.
   * @param asked called whenever the client has asked for the agents; each component has a function of its own
   * @returns a function that removes the agent
   */
  readonly add: (agentId: string, asked: () => void) => () => void;
  /** Whether the client has asked for an agent. */
  readonly isAsked: (agentId: string) => boolean;
  /** Subscribes to the agents from now on. Returns a function that ends this: whatever is subscribed to next, stays. */
  readonly start: () => () => void;
}

/** Creates an empty set of agents for a client. */
export function createMountedAgents(client: MissionControl): MountedAgents {
  /** The agent of each component, by its listener. */
  const mounted = new Map<() => void, string>();
  /** The patterns that the client was asked for last. */
  let asked: readonly string[] = [];
  let isStarted = false;

  function subscribe(): void {
    if (!isStarted) return;
    asked = [...new Set(mounted.values())].map(patternOf).filter(isPattern);
    try {
      client.subscribe(asked);
    } catch {
      // They are more than a subscription may have.
      client.subscribe((asked = ['*']));
    }
    for (const listener of mounted.keys()) listener();
  }

  /** Subscribes at the end of this tick: components that are replaced make one request. */
  function update(): void {
    queueMicrotask(subscribe);
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
      return asked[0] === '*' || !isPattern(pattern) || asked.includes(pattern);
    },
    start() {
      isStarted = true;
      update();
      return () => {
        isStarted = false;
      };
    },
  };
}
