// The functions' own metrics by name: the functions count them, and alarms and the operations dashboard look at them.
/** The namespace of all metrics of the functions. */
export const metricNamespace = 'MissionControl';

/** The dimension by which stages in one account are told apart; `service` says whose metric it is. */
export const stageDimension = 'stage';

/**
 * The functions' metrics by `service`. Those of `fan-out` have the dimension `messages` as well, so that broadcast and
 * those that go on with it add up, and heartbeats do not.
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
  // With the dimension `reason`, too.
  authorizer: ['HandshakesRefused', 'KeysUnavailable'],
  broadcast: ['StaleEvents', 'RejectedEvents', 'StateFailures'],
  connect: ['HandshakesLimited'],
  default: ['MessagesLimited', 'SnapshotsFailed'],
  'disconnect-user': ['RejectedEvents'],
} as const;

/** What tells the lines that CloudWatch counts from all others: the value of `message.service`. */
export const metricSource = { refusedHandshakes: 'authorizer' } as const satisfies Readonly<
  Record<string, keyof typeof metrics>
>;

export type MetricService = keyof typeof metrics;
export type MetricName<Service extends MetricService = MetricService> =
  (typeof metrics)[Service][number];

/** Posts of events and of heartbeats are counted apart. */
export type MessageKind = 'events' | 'heartbeats';
