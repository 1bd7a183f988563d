// Declares the names of the functions' metrics, which alarms and the operations dashboard use as well.
/** The namespace of all metrics of the functions. */
export const metricNamespace = 'MissionControl';

/** The dimension that distinguishes stages in one account; the dimension `service` names what counts the metric. */
export const stageDimension = 'stage';

/**
 * The functions' metrics by `service`. Those of `fan-out` also have the dimension `messages`, which separates events from
 * heartbeats, but not `broadcast` from the retry jobs of its fan-outs.
 */
export const metrics = {
  'fan-out': [
    'Delivered',
    'Gone',
    'Lost',
    'Skipped',
    'Retried',
    'Requeued',
    'Closed',
    'RequeuedShards',
    'LostShards',
    'Superseded',
    'FanOutTime',
    'PostsPerSecond',
    'EventToLastPost',
  ],
  connections: ['Connections', 'Users'],
  // They have the dimension `reason`, too.
  authorizer: ['HandshakesRefused', 'KeysUnavailable'],
  broadcast: ['StaleEvents', 'RejectedEvents', 'StateFailures', 'TimelineFailures'],
  connect: ['HandshakesLimited'],
  default: ['MessagesLimited', 'SnapshotsFailed'],
  'disconnect-user': ['RejectedEvents'],
  report: ['RejectedEvents', 'UnsentEvents'],
} as const;

/** The value of `message.service` of the log lines that CloudWatch counts. */
export const metricSource = { refusedHandshakes: 'authorizer' } as const satisfies Readonly<
  Record<string, keyof typeof metrics>
>;

export type MetricService = keyof typeof metrics;
export type MetricName<Service extends MetricService = MetricService> =
  (typeof metrics)[Service][number];

/** The values of the dimension `messages`: posts of events and of heartbeats are counted separately. */
export type MessageKind = 'events' | 'heartbeats';
