// The schedule's call, once a minute while invented agents are wanted.
import type { MockAgents } from '#core/mock-agents';

export function createHandler({ mockAgents }: { readonly mockAgents: MockAgents }) {
  return async (): Promise<void> => {
    await mockAgents();
  };
}
