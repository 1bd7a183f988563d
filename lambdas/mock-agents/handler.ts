// Invoked once a minute by a schedule, if mock agents are deployed.
import type { MockAgents } from '#core/mock-agents';

export function createHandler({ mockAgents }: { readonly mockAgents: MockAgents }) {
  return async (): Promise<void> => {
    await mockAgents();
  };
}
