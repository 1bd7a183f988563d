// The port through which the service itself reports events of agents.

/** Reports events on the event bus, as backends do. */
export interface Reporter {
  broadcastAgentStatus(agentId: string, status: 'online' | 'offline' | 'error'): Promise<void>;
  broadcastSessionActivity(agentId: string, sessionId: string, lastMessage: string): Promise<void>;
}
