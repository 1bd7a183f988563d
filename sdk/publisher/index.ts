// For backends: report what agents do, and every dashboard sees it. Needs `events:PutEvents` on the event bus.
import type { AgentStatus } from '../protocol';
import { createPublisher, type Publisher } from './publisher';

export { PublishError, type PublishErrorCode, type UnsentEvent } from './publish-error';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher';

let publisher: Publisher | undefined;

/** Made at first use: the environment names the bus, and the AWS SDK finds region and credentials. */
function defaultPublisher(): Publisher {
  const eventBusName = process.env['MISSION_CONTROL_EVENT_BUS'];
  publisher ??= createPublisher(
    eventBusName === undefined || eventBusName === '' ? {} : { eventBusName },
  );
  return publisher;
}

/**
 * Reports an agent's status to every dashboard, by way of the event bus that the environment variable
 * `MISSION_CONTROL_EVENT_BUS` names (`mission-control` unless set).
 * @param agentId at most 128 bytes of UTF-8
 * @returns resolves when the event bus has taken the event; await it in Lambda and before the process exits
 * @throws a {@link PublishError} by rejection only; a failure is a process warning too
 */
export function broadcastAgentStatus(
  agentId: string,
  status: AgentStatus['status'],
): Promise<void> {
  return defaultPublisher().broadcastAgentStatus(agentId, status);
}

/**
 * Reports the newest message of an agent's session to every dashboard, as {@link broadcastAgentStatus} does.
 * @param agentId at most 128 bytes of UTF-8
 * @param sessionId at most 128 bytes of UTF-8
 * @param lastMessage any text, as long as the whole message has at most 32 KB
 */
export function broadcastSessionActivity(
  agentId: string,
  sessionId: string,
  lastMessage: string,
): Promise<void> {
  return defaultPublisher().broadcastSessionActivity(agentId, sessionId, lastMessage);
}
