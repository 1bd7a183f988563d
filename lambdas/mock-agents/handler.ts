// The schedule calls it once a minute if invented agents are deployed.
import type { MockAgents } from '#core/mock-agents';

export function createHandler({ mockAgents }: { readonly mockAgents: MockAgents }) {
  return async (): Promise<void> => {
    await mockAgents();
  };
}
