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
  /** Adds an agent. Returns a function that removes it. */
  readonly add: (agentId: string) => () => void;
  /** Subscribes to the agents from now on. Returns a function that ends this: whatever is subscribed to next, stays. */
  readonly start: () => () => void;
}

/** Creates an empty set of agents for a client. */
export function createMountedAgents(client: MissionControl): MountedAgents {
  /** The number of components by agent id. */
  const counts = new Map<string, number>();
  let isStarted = false;

  function subscribe(): void {
    if (!isStarted) return;
    const agents = [...counts.keys()].map(patternOf).filter(isPattern);
    try {
      client.subscribe(agents);
    } catch {
      // They are more than a subscription may have.
      client.subscribe(['*']);
    }
  }

  function count(agentId: string, by: number): void {
    const after = (counts.get(agentId) ?? 0) + by;
    if (after > 0) counts.set(agentId, after);
    else counts.delete(agentId);
    update();
  }

  /** Subscribes at the end of this tick: components that are replaced make one request. */
  function update(): void {
    queueMicrotask(subscribe);
  }

  return {
    add(agentId) {
      count(agentId, 1);
      return () => {
        count(agentId, -1);
      };
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
