// The limits of the wire, in one place for both ends.

/**
 * Bytes of UTF-8 that one message may have. API Gateway closes a connection with 1009 for a larger message, and
 * bills messages in units of this size.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const maxMessageBytes = 32 * 1024;

/** Bytes of UTF-8 that the message of an event may have: it must fit into a snapshot too, whose message is longer. */
export const maxEventMessageBytes = maxMessageBytes - 128;

/**
 * Bytes of UTF-8 that an agent's or a session's id may have. Two of them, encoded, share one DynamoDB
 * sort key, which holds 1,024 bytes.
 */
export const maxIdBytes = 128;

/**
 * How far a backend's clock may be ahead of the service's: an event from later is rejected, as it would block its
 * register until then.
 */
export const maxClockSkewMilliseconds = 5 * 60 * 1000;

/**
 * The longest time between two heartbeats that a deployment may choose, in seconds. API Gateway closes a connection
 * with 1001 after 10 minutes without a message: a minute is left for what is late.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const maxHeartbeatSeconds = 540;

const encoder = new TextEncoder();

/** Length of `text` in bytes of UTF-8, on every platform. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
