// The limits that stand between somebody who floods the service and its bill.

/** The settings that bound abuse, with the defaults of infra/config/configuration.ts: a test compares them. */
export const defaultLimits = {
  handshakesPerSecond: 400,
  handshakesPerMinute: 30,
  maxConnectionsPerUser: 20,
  messagesPerMinute: 60,
  messageBurst: 20,
  floodFactor: 5,
  syncsPerMinute: 6,
  heartbeatSeconds: 30,
} as const;
