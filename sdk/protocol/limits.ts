// Defines the limits of the protocol, for clients and server.

/**
 * The maximum size of a message, in bytes of UTF-8. API Gateway closes a connection with 1009 after a larger message, and
 * bills messages in units of this size.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const maxMessageBytes = 32 * 1024;

/** The maximum size of the message of an event, in bytes of UTF-8. It is smaller, because the event must also fit into the message of a snapshot. */
export const maxEventMessageBytes = maxMessageBytes - 128;

/**
 * The maximum size of the id of an agent or a session, in bytes of UTF-8. Two encoded ids must fit into one sort key of
 * DynamoDB, which may have 1,024 bytes.
 */
export const maxIdBytes = 128;

/**
 * The maximum time by which the timestamp of an event may be ahead of the service's clock. An event further ahead is rejected,
 * because it would block its register until that time.
 */
export const maxClockSkewMilliseconds = 5 * 60 * 1000;

/**
 * The maximum interval of heartbeats, in seconds. API Gateway closes a connection with 1001 after 10 minutes without a
 * message; this leaves a minute for late heartbeats.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const maxHeartbeatSeconds = 540;

/** The maximum number of events in a page of a timeline, and the default. */
export const maxTimelinePage = 100;

let encoder: InstanceType<typeof TextEncoder> | undefined;

/** Returns the length of `text` in bytes of UTF-8. */
export function utf8Length(text: string): number {
  encoder ??= new TextEncoder();
  return encoder.encode(text).length;
}

/** Whether `text` has more bytes of UTF-8. Short texts need no encoder, which some environments of clients do not have. */
export function isLonger(text: string, bytes: number): boolean {
  // A code unit has one to three bytes.
  return text.length > bytes || (text.length * 3 > bytes && utf8Length(text) > bytes);
}
