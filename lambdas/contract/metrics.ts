// The names of the functions' own metrics: the functions count them; alarms and the operations dashboard read them.
/** The namespace of all metrics of the functions. */
export const metricNamespace = 'MissionControl';

/** The dimension that distinguishes stages in one account; the dimension `service` names what counts the metric. */
export const stageDimension = 'stage';

/**
 * The functions' metrics by `service`. Those of `fan-out` have the dimension `messages` as well, which keeps events and
 * heartbeats apart, while `broadcast` and the retry jobs of its fan-outs add up.
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
  broadcast: ['StaleEvents', 'RejectedEvents', 'StateFailures'],
  connect: ['HandshakesLimited'],
  default: ['MessagesLimited', 'SnapshotsFailed'],
  'disconnect-user': ['RejectedEvents'],
} as const;

/** The value of `message.service` of the log lines that CloudWatch counts. */
export const metricSource = { refusedHandshakes: 'authorizer' } as const satisfies Readonly<
  Record<string, keyof typeof metrics>
>;

export type MetricService = keyof typeof metrics;
export type MetricName<Service extends MetricService = MetricService> =
  (typeof metrics)[Service][number];

/** Posts of events and of heartbeats are counted apart. */
export type MessageKind = 'events' | 'heartbeats';
