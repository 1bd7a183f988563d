// Declares every log line of the functions, by its message; docs/logs.md explains them.

/** The level of each message, and the fields that its line can have. No field ever holds a token or the text of a message. */
export const logLines = {
  connected: { level: 'info', fields: ['connectionId', 'userId'] },
  disconnected: { level: 'info', fields: ['connectionId', 'userId', 'closeCode'] },
  'connection closed': { level: 'info', fields: ['connectionId', 'userId', 'reason'] },
  'connection not closed': {
    level: 'error',
    fields: ['connectionId', 'userId', 'reason', 'error'],
  },
  'user disconnected': {
    level: 'info',
    fields: ['eventId', 'userId', 'reason', 'connections', 'open'],
  },

  'handshake refused': { level: 'warn', fields: ['code', 'connectionId', 'userId'] },
  'handshake without authorizer context': { level: 'error', fields: ['connectionId'] },
  'whoami refused': { level: 'info', fields: ['code', 'requestId'] },
  'report refused': { level: 'info', fields: ['code', 'requestId'] },
  'report without authorizer context': { level: 'error', fields: ['requestId'] },
  'events not accepted': {
    level: 'warn',
    fields: ['requestId', 'userId', 'invalid', 'outOfScope', 'unsent', 'agentIds'],
  },
  'events not put on the bus': { level: 'error', fields: ['events', 'reason'] },
  'no verdict on a token': { level: 'error', fields: ['code', 'requestId', 'error'] },
  'keys not fetched at cold start': { level: 'warn', fields: ['code', 'error'] },

  'message refused': { level: 'info', fields: ['connectionId', 'code'] },
  'message without authorizer context': { level: 'error', fields: ['connectionId'] },
  'message not counted': { level: 'warn', fields: ['connectionId', 'error'] },
  'sync marker not withdrawn': { level: 'warn', fields: ['connectionId', 'error'] },
  'expiry not known': { level: 'error', fields: ['connectionId', 'error'] },
  'token refreshed': { level: 'info', fields: ['connectionId', 'userId'] },
  'token refused': { level: 'warn', fields: ['connectionId', 'code'] },
  'token not refreshed': { level: 'error', fields: ['connectionId', 'code', 'error'] },
  'scope changed': { level: 'info', fields: ['connectionId', 'userId', 'patterns', 'ended'] },
  subscribed: { level: 'info', fields: ['connectionId', 'patterns', 'ended'] },
  'subscription not stored': { level: 'error', fields: ['connectionId', 'error'] },
  'state synced': {
    level: 'info',
    fields: ['connectionId', 'registers', 'messages', 'ended', 'milliseconds'],
  },
  'state not read': { level: 'error', fields: ['connectionId', 'error'] },
  'timeline not read': { level: 'error', fields: ['connectionId', 'error'] },

  'fan-out': {
    level: 'info',
    fields: [
      ...([
        'type',
        'eventId',
        'events',
        'superseded',
        'delivered',
        'gone',
        'lost',
        'retried',
        'expired',
        'skipped',
        'filtered',
      ] as const),
      ...([
        'requeued',
        'closed',
        'requeuedShards',
        'lostShards',
        'posts',
        'milliseconds',
        'postsPerSecond',
      ] as const),
      ...(['ageMilliseconds', 'connections', 'users'] as const),
    ],
  },
  'large fan-out': {
    level: 'info',
    fields: ['type', 'eventId', 'events', 'superseded', 'connections', 'jobs'],
  },
  'fan-out lease lost': { level: 'warn', fields: [] },
  'fan-out lease not written': { level: 'warn', fields: ['error'] },
  'pending events not read': { level: 'warn', fields: ['error'] },
  'sent events not read': { level: 'warn', fields: ['error'] },
  'sent events not noted': { level: 'warn', fields: ['error'] },
  'events not coalesced': { level: 'error', fields: ['error'] },
  'pending events not handed over': { level: 'error', fields: ['error'] },
  'heartbeat not coalesced': { level: 'warn', fields: ['error'] },
  'pending events not drained': { level: 'warn', fields: ['error'] },
  'event rejected': { level: 'warn', fields: ['eventId', 'events', 'reason', 'agentIds'] },
  'state not stored': { level: 'error', fields: ['eventId', 'type', 'error'] },
  'timeline not written': { level: 'error', fields: ['eventId', 'events', 'error'] },
  'pending event not read': { level: 'error', fields: ['eventId'] },
  'next report not requested': { level: 'error', fields: ['eventId', 'type', 'error'] },
  'completion not noted': { level: 'warn', fields: ['eventId', 'type', 'error'] },
  'post failed': { level: 'warn', fields: ['connectionId', 'statusCode', 'name', 'cause'] },
  'connection not inspected': { level: 'warn', fields: ['connectionId', 'statusCode', 'name'] },
  'no credentials to post with': { level: 'error', fields: ['error'] },
  'shard not read to its end': { level: 'error', fields: ['shard', 'error'] },
  'expired connection not looked up': { level: 'warn', fields: ['error'] },
  'gone connections not removed': { level: 'warn', fields: ['connections', 'error'] },
  'retry jobs not queued': {
    level: 'error',
    fields: ['messages', 'connections', 'shards', 'error'],
  },
  'shards not queued': { level: 'error', fields: ['error'] },
  'flush failed': { level: 'error', fields: ['error'] },
  'superseded messages not known': { level: 'warn', fields: ['error'] },
  'retry job failed': { level: 'error', fields: ['messageId', 'error'] },
  'job given up': { level: 'error', fields: ['type', 'round'] },

  'late heartbeat dropped': { level: 'warn', fields: ['lateMilliseconds'] },
  'needless heartbeat dropped': { level: 'info', fields: ['lateMilliseconds'] },
  'silent agents reported': { level: 'info', fields: ['agents'] },
  'silent agents not reported': { level: 'error', fields: ['error'] },
  'heartbeat not noted': { level: 'warn', fields: ['error'] },
  'connection counts not read': { level: 'warn', fields: ['error'] },
  'connections not counted': { level: 'error', fields: ['error'] },
  'recent fan-outs not read': { level: 'warn', fields: ['error'] },
  'recent fan-out not noted': { level: 'warn', fields: ['error'] },
  'mock agents reported': { level: 'info', fields: ['rounds'] },
} as const satisfies Readonly<Record<string, LogLineShape>>;

interface LogLineShape {
  readonly level: LogLevel;
  readonly fields: readonly string[];
}

type LogLevel = 'info' | 'warn' | 'error';

/** The messages of one level. */
export type LogMessage<Level extends LogLevel> = {
  [Message in keyof typeof logLines]: (typeof logLines)[Message]['level'] extends Level
    ? Message
    : never;
}[keyof typeof logLines];

/** Numbers, and texts that are ids or codes. An error is written with its message and stack. */
export type LogFields<Message extends keyof typeof logLines> = {
  readonly [Field in (typeof logLines)[Message]['fields'][number]]?: Field extends 'error'
    ? unknown
    : string | number | undefined;
};
