// The measured and assumed numbers of the cost model, each with its source.
import { metrics as contractMetrics } from '#lambdas/contract/metrics';

const { 'fan-out': fanOutMetrics } = contractMetrics;

/**
 * CPU time of one post in microseconds, including listing its connection. This is twice what `npm run bench -- fan-out` measured
 * on an idle machine (37 to 40, docs/scale-and-cost.md), and about what a busy machine needs. Lambda was not measured.
 */
export const cpuMicrosPerPost = 76;

/**
 * Size of a connection's record as DynamoDB counts it, with attribute names and a user id of 36 characters, rounded up:
 * lambdas/adapters/dynamodb/dynamo-connection-store.ts.
 */
export const recordBytes = 140;

/**
 * Size of the register of an agent with a time to live as DynamoDB counts it, with an id of 36 characters, rounded up:
 * lambdas/adapters/dynamodb/registers/dynamo-state-items.ts.
 */
export const agentBytes = 200;

/** Pending items. */
export const pending = {
  /** Size of an item without its messages: lambdas/adapters/dynamodb/dynamo-pending-store.ts. */
  itemBytes: 95,
  /** Partitions over which items are spread. */
  partitions: 4,
  /** A holder reads again what was recorded so long before its cursor, because clocks differ. */
  overlapSeconds: 1,
  /** How long an execution environment remembers that the lease is held. */
  heldRememberedSeconds: 0.25,
} as const;

/**
 * Timelines: by how many bytes an event in a timeline is smaller than its message. The message has 109 bytes besides its ids and
 * its text, the item 54: lambdas/adapters/dynamodb/dynamo-timeline-store.ts.
 */
export const timeline = { savedBytes: 109 - 54 } as const;

/**
 * Seconds until TTL deletes an item that has expired. DynamoDB deletes items "within a few days" of their expiration; two are assumed.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export const deletionSeconds = 2 * 24 * 3600;
/** Bytes that DynamoDB bills for the storage of an item in addition to its attributes. */
export const storedOverheadBytes = 100;

/**
 * Bytes of a batch: its maximum size, which API Gateway bills as one message, the envelope
 * `{"type":"batch","payload":{"messages":[]}}`, and the comma after each message.
 */
export const batchBytes = { most: 32 * 1024, envelope: 42, comma: 1 } as const;

/** A snapshot of 3,000 agents and 3,000 sessions, as measured on the local stack: docs/protocol.md. */
export const snapshot = { items: 6_000, readUnits: 128, messages: 28 } as const;

/** Bytes that CloudWatch adds to a line. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const lineOverhead = 26;

/** Logged bytes. Lambda itself logs nothing about successful calls: infra/constructs/base/service-function.ts. */
export const logged = {
  /** Two lines of a fan-out, 690 bytes each on average: measured on the local stack. */
  fanOut: 2 * (690 + lineOverhead),
  /** The line of any other call: measured on the local stack. */
  call: 280 + lineOverhead,
  lineOverhead,
  /** A line of the access log for a refused handshake, with the fields of infra/constructs/api/access-log.ts. */
  accessLine: 300,
  /** Assumed: a line with the fields of the first stage, or of the HTTP API. */
  accessBefore: 620,
  /** Assumed: the two lines that Lambda itself logged for each call in the first stage. */
  own: 650,
  /** Assumed: the lines that Lambda itself logs for a failed call. */
  ownOfFailure: 520,
} as const;

/** Bytes of WebSocket, TLS and TCP around each message. */
export const overheadBytes = 75;

/** Payload of a TCP segment, and the TCP and IP headers of each segment of a message after the first, in bytes. */
export const segment = { bytes: 1_448, overheadBytes: 52 } as const;

/** Bytes of a heartbeat's message. */
export const heartbeatBytes = 60;

/** Assumed: the round trip of a post to API Gateway. */
export const postMilliseconds = 12;
/** Assumed: one call of DynamoDB or SQS. */
export const callMilliseconds = 5;

/** Assumed: the duration of an invocation without waiting times. */
export const invocationMilliseconds = 3;

/** CPU time of one more request with the AWS SDK, from its posts in `npm run bench -- fan-out` (docs/scale-and-cost.md). */
export const sdkCallMilliseconds = 0.5;

/** Average age of a connection at its rotation, which is after 90 to 110 minutes: sdk/client/connection/timing.ts. */
export const connectionMinutes = 100;

/**
 * Number of custom metrics: those of the contract, of which fan-outs have one set for events and one for heartbeats. Three
 * reasons of refused handshakes are assumed.
 */
export const metrics = Object.values(contractMetrics).flat().length + fanOutMetrics.length + 3;

/** Assumed: requests of monitors to `/health`, a minute. */
export const healthChecksPerMinute = 2;

/** Polls of empty queues, a second: two event source mappings, each with five pollers and long polls of 20 s. */
export const pollsPerSecond = (2 * 5) / 20;

/** X-Ray's default sampling rule: one trace a second, and 5 % of the other requests. */
export const sampled = { perSecond: 1, share: 0.05 } as const;

/** The number of shards, and of workers of a large fan-out: lambdas/core/shard.ts. */
export { shardCount } from '#core/shard';
