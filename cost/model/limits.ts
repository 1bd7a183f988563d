// The limits that stand between somebody who floods the service and its bill.
import { deploymentSettings as settings } from '#infra/config/deployment-settings';

/** The settings that bound abuse, as a deployment has them that sets none. */
export const defaultLimits = {
  handshakesPerSecond: settings.handshakesPerSecond.default,
  handshakesPerMinute: settings.handshakesPerMinute.default,
  maxConnectionsPerUser: settings.maxConnectionsPerUser.default,
  messagesPerMinute: settings.messagesPerMinute.default,
  messageBurst: settings.messageBurst.default,
  floodFactor: settings.floodFactor.default,
  syncsPerMinute: settings.syncsPerMinute.default,
  heartbeatSeconds: settings.heartbeatSeconds.default,
} as const;
