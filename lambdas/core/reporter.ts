// How agents are reported from within the service.

/** Reports agent events on the event bus, as backends do. */
export interface Reporter {
  broadcastAgentStatus(agentId: string, status: 'online' | 'offline' | 'error'): Promise<void>;
  broadcastSessionActivity(agentId: string, sessionId: string, lastMessage: string): Promise<void>;
}
