// Reads the server's state of all agents and sessions with the test client instead of `sdk/client`.
import type { AgentStatus, SessionActivity } from '#sdk/protocol';
import { TestClient } from './test-client';

export interface ServerState {
  readonly agents: ReadonlyMap<string, AgentStatus>;
  /** By agent id and session id, as a JSON array. */
  readonly sessions: ReadonlyMap<string, SessionActivity>;
}

export async function stateOfServer(url: string, token: string): Promise<ServerState> {
  const client = await TestClient.open(url, { token });
  client.send({ type: 'state:sync' });
  const agents = new Map<string, AgentStatus>();
  const sessions = new Map<string, SessionActivity>();
  for (let isComplete = false, count = 1; !isComplete; count += 1) {
    await client.received('state:snapshot', count, 60_000);
    const payload = client.messagesOf('state:snapshot')[count - 1]?.payload as unknown as {
      agents: AgentStatus[];
      sessions: SessionActivity[];
      complete: boolean;
    };
    for (const agent of payload.agents) agents.set(agent.agentId, agent);
    for (const one of payload.sessions) {
      sessions.set(JSON.stringify([one.agentId, one.sessionId]), one);
    }
    isComplete = payload.complete;
  }
  await client.close();
  return { agents, sessions };
}
