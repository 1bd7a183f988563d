// The publisher for backends: reports events of agents. It needs the permission `events:PutEvents` on the event bus.
import type { AgentStatus } from '../protocol';
import { createPublisher, type Publisher } from './publisher';

export type { KeepAliveOptions, KeptAlive } from './keep-alive';
export { PublishError, type PublishErrorCode, type UnsentEvent } from './publish-error';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher';

let publisher: Publisher | undefined;

/** Creates the publisher when it is first used. The AWS SDK finds region and credentials. */
function defaultPublisher(): Publisher {
  const eventBusName = process.env['MISSION_CONTROL_EVENT_BUS'];
  publisher ??= createPublisher(
    eventBusName === undefined || eventBusName === '' ? {} : { eventBusName },
  );
  return publisher;
}

/**
 * Reports the status of an agent, on the event bus that is named by the environment variable `MISSION_CONTROL_EVENT_BUS`.
 * Default: `mission-control`.
 * @param agentId at most 128 bytes of UTF-8
 * @returns a promise that resolves when the event bus has accepted the event, and rejects with a {@link PublishError}; await
 * it in Lambda, and before the process exits. A failure that nothing waits for is a process warning. Never throws.
 */
export function broadcastAgentStatus(
  agentId: string,
  status: AgentStatus['status'],
): Promise<void> {
  return defaultPublisher().broadcastAgentStatus(agentId, status);
}

/**
 * Reports the newest message of a session, in the same way as {@link broadcastAgentStatus}.
 * @param agentId at most 128 bytes of UTF-8
 * @param sessionId at most 128 bytes of UTF-8
 * @param lastMessage any text; the whole message may have at most 32 KB
 */
export function broadcastSessionActivity(
  agentId: string,
  sessionId: string,
  lastMessage: string,
): Promise<void> {
  return defaultPublisher().broadcastSessionActivity(agentId, sessionId, lastMessage);
}
