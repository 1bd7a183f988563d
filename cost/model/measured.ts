// The model's measured and assumed numbers, each with its source.
import { metrics as contractMetrics } from '#lambdas/contract/metrics';

const { 'fan-out': fanOutMetrics } = contractMetrics;

/**
 * Of one message, listing its connection included: twice the 37 to 39 that `npm run bench -- fan-out` measured on a
 * quiet machine (docs/scale-and-cost.md), as on a busy one. What Lambda's machines need is not known.
 */
export const cpuMicrosPerPost = 76;

/**
 * Bytes of a connection's record as DynamoDB counts them, names included, with a user id of 36 characters:
 * see lambdas/adapters/dynamodb/dynamo-connection-store.ts. Rounded up.
 */
export const recordBytes = 140;

/**
 * Of an event or a pack that waits for a flush: bytes of its item beside its messages, and the partitions over which
 * items are spread (lambdas/adapters/dynamodb/dynamo-pending-store.ts); how far before its cursor a holder reads again, for what clocks
 * that differ have put there; and for how long an environment remembers that the lease is held.
 */
export const pending = {
  itemBytes: 95,
  partitions: 4,
  overlapSeconds: 1,
  heldRememberedSeconds: 0.25,
} as const;

/**
 * Until TTL deletes a pending item: "within a few days" after its hour, assumed to be two. And what an item takes
 * beside its attributes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export const deletionSeconds = 2 * 24 * 3600;
export const storedOverheadBytes = 100;

/**
 * Bytes of a batch at the most, in units of which API Gateway bills messages, and beside its messages:
 * `{"type":"batch","payload":{"messages":[]}}`, and a comma after each.
 */
export const batchBytes = { most: 32 * 1024, envelope: 42, comma: 1 } as const;

/** Of one snapshot of 3,000 agents and 3,000 sessions: docs/protocol.md, measured on the local stack. */
export const snapshot = { items: 6_000, readUnits: 128, messages: 28 } as const;

/**
 * Bytes that a fan-out and any other call log: measured on the local stack (two lines of 690 on average, one of 280). Of what
 * succeeds Lambda itself logs nothing (infra/constructs/base/service-function.ts).
 */
const lineOverhead = 26;
export const logged = {
  fanOut: 2 * (690 + lineOverhead),
  call: 280 + lineOverhead,
  /** What CloudWatch adds to a line. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
  lineOverhead,
  /** A line of the access log: the fields of infra/constructs/api/access-log.ts, filled in as of a refused handshake. */
  accessLine: 300,
  /** With the fields of the first stage, and of the HTTP API: assumed. */
  accessBefore: 620,
  /** Assumed: Lambda's own two lines of a call in the first stage, and those of a call that has failed. */
  own: 650,
  ownOfFailure: 520,
} as const;

/** Bytes of WebSocket, TLS and TCP around each message. */
export const overheadBytes = 75;

/** And of each further segment of TCP, with its header and that of IP, of a long one. */
export const segment = { bytes: 1_448, overheadBytes: 52 } as const;

/** Bytes of a heartbeat's message. */
export const heartbeatBytes = 60;

/** Assumed: the round trip of a post to API Gateway, and one call of DynamoDB or SQS, in milliseconds. */
export const postMilliseconds = 12;
export const callMilliseconds = 5;

/** Assumed: the duration of a call without waiting, in milliseconds. */
export const invocationMilliseconds = 3;

/** CPU that the AWS SDK takes for one more request in a call: its posts in docs/scale-and-cost.md, where those of `npm run bench` are. */
export const sdkCallMilliseconds = 0.5;

/** The client replaces a connection after 90 to 110 minutes: sdk/client/connection/timing.ts. */
export const connectionMinutes = 100;

/** Of the contract: those of fan-outs for events and for heartbeats; and, assumed, three reasons of refused handshakes. */
export const metrics = Object.values(contractMetrics).flat().length + fanOutMetrics.length + 3;

/** The number of monitors that ask `/health`. */
export const healthChecksPerMinute = 2;

/** Long polls of 20 s by the five pollers that an event source mapping begins with, for two queues. */
export const pollsPerSecond = (2 * 5) / 20;

/** X-Ray's default: one trace a second, and of the others 5 %. */
export const sampled = { perSecond: 1, share: 0.05 } as const;

/** Shards and workers of a large fan-out: lambdas/core/shard.ts. */
export { shardCount } from '#core/shard';
