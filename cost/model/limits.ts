// The default values of the settings that limit abuse.
import { deploymentSettings as settings } from '#infra/config/deployment-settings';

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
