// The alarms, which are only about what users notice; each links to its entry in the runbook.
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { calculate, type ServiceMetrics } from './service-metrics';

/** The longest acceptable time from an event to its last post, at the 99th percentile of fan-outs. */
const slowDeliveryMilliseconds = 5_000;

const fiveMinutes = Duration.minutes(5);

/** The alarm needs three breaching minutes of the last five. */
const sustained = { bad: 3, of: 5 } as const;

/** Handshakes in five minutes: about as many as one client causes that retries with backoff. */
const fewHandshakes = 5;

export interface AlarmsProps {
  readonly configuration: Pick<Configuration, 'stage' | 'heartbeatSeconds' | 'runbookUrl'>;
  readonly metrics: ServiceMetrics;
  /** Whether there is POST /events. */
  readonly acceptsReports: boolean;
  /** The actions when an alarm begins and when it ends. */
  readonly actions: readonly IAlarmAction[];
}

interface AlarmRule {
  /** The end of the alarm's name, and the name of its entry in the runbook. */
  readonly entry: string;
  /** The description of the alarm. */
  readonly means: string;
  readonly metric: IMetric;
  readonly atLeast: number;
  /** How many of the last periods must breach the threshold. Default: the last one. */
  readonly periods?: { readonly bad: number; readonly of: number };
}

export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    this.all = [...this.rules().map((rule) => this.alarm(rule)), this.missingHeartbeats()];
  }

  private rules(): AlarmRule[] {
    const { metrics, acceptsReports } = this.props;
    return [
      ...eventRules(metrics),
      ...(acceptsReports ? [unsentEvents(metrics)] : []),
      ...handshakeRules(metrics),
      ...tableRules(metrics),
    ];
  }

  /** Creates an alarm for which missing data is not breaching, because it means that nothing happened. */
  private alarm({ entry, means, metric, atLeast, periods = { bad: 1, of: 1 } }: AlarmRule): Alarm {
    return this.create(entry, means, {
      metric,
      threshold: atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: periods.bad,
      evaluationPeriods: periods.of,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Creates the only alarm for which missing data is breaching. */
  private missingHeartbeats(): Alarm {
    const { metrics, configuration } = this.props;
    return this.create('missing-heartbeats', 'Clients receive no heartbeats, and will reconnect.', {
      metric: calculate({
        // A heartbeat that was lost for all connections does not count. All of these metrics are in the same log line.
        expression: 'IF(lost + lostShards > 0 AND delivered + skipped == 0, 0, beats)',
        metrics: {
          beats: metrics.fanOut('Delivered', 'heartbeats', 'SampleCount'),
          delivered: metrics.fanOut('Delivered', 'heartbeats'),
          skipped: metrics.fanOut('Skipped', 'heartbeats'),
          lost: metrics.fanOut('Lost', 'heartbeats'),
          lostShards: metrics.fanOut('LostShards', 'heartbeats'),
        },
        label: 'heartbeats that reached a connection, or had none to reach',
        period: Duration.seconds(Math.max(60, configuration.heartbeatSeconds)),
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      datapointsToAlarm: 3,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private create(
    entry: string,
    means: string,
    rule: Omit<ConstructorParameters<typeof Alarm>[2], 'alarmName' | 'alarmDescription'>,
  ): Alarm {
    const { configuration, actions } = this.props;
    const id = entry.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const alarm = new Alarm(this, id, {
      ...rule,
      alarmName: `${resourceName(configuration)}-${entry}`,
      alarmDescription: `${means} What to do: ${configuration.runbookUrl}#${entry}`,
    });
    alarm.addAlarmAction(...actions);
    alarm.addOkAction(...actions);
    return alarm;
  }
}

/** Events that do not reach every client, or reach them late. */
function eventRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'dead-letters',
      means:
        'The dead-letter queue has messages: an invalid event or order, or an event, an order or a retry job that failed too often.',
      metric: metrics.deadLetters(),
      atLeast: 1,
    },
    {
      entry: 'failed-deliveries',
      means: 'Connections did not receive an event, and it is not retried.',
      metric: calculate({
        // Each log line has both metrics, so neither is missing alone.
        expression: 'lost + lostShards',
        metrics: {
          lost: metrics.fanOut('Lost', 'events'),
          lostShards: metrics.fanOut('LostShards', 'events'),
        },
        label: 'connections and shards that were lost',
        period: fiveMinutes,
      }),
      atLeast: 1,
    },
    {
      entry: 'slow-delivery',
      means: `The 99th percentile of the time from an event to its last post is over ${slowDeliveryMilliseconds / 1000} s.`,
      metric: metrics.fanOut('EventToLastPost', 'events', 'p99'),
      atLeast: slowDeliveryMilliseconds,
      periods: sustained,
    },
    {
      entry: 'state-failures',
      means: 'Events were not stored: clients that request the state receive stale values.',
      metric: metrics.own('broadcast', 'StateFailures').with({ period: fiveMinutes }),
      atLeast: 1,
    },
  ];
}

/** Events that backends report over HTTPS, and that the event bus does not accept. */
function unsentEvents(metrics: ServiceMetrics): AlarmRule {
  return {
    entry: 'unsent-events',
    means: 'The event bus does not accept events of POST /events: backends have to repeat them.',
    metric: metrics.own('report', 'UnsentEvents').with({ period: fiveMinutes }),
    atLeast: 1,
  };
}

/** Handshakes that fail although the token may be valid. */
function handshakeRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'keys-unavailable',
      means: "The token issuer's keys cannot be fetched: new connections are refused.",
      metric: metrics.own('authorizer', 'KeysUnavailable').with({ period: fiveMinutes }),
      atLeast: fewHandshakes,
    },
    {
      entry: 'authorizer-errors',
      means: 'The authorizer fails before it has verified the token: new connections are refused.',
      metric: calculate({
        // Refused handshakes count as errors of the function, too, because a Lambda authorizer answers 401 by throwing. FILL is
        // necessary because there is no data about refusals if the function does not start.
        expression: 'errors - FILL(refused, 0) - FILL(unavailable, 0)',
        metrics: {
          errors: metrics.function('authorizer', 'Errors'),
          refused: metrics.own('authorizer', 'HandshakesRefused'),
          unavailable: metrics.own('authorizer', 'KeysUnavailable'),
        },
        label: 'handshakes at which the authorizer failed',
        period: fiveMinutes,
      }),
      atLeast: fewHandshakes,
    },
    {
      entry: 'connect-errors',
      means: 'Handshakes with a valid token fail: new connections are refused.',
      metric: metrics.function('connect', 'Errors').with({ period: fiveMinutes }),
      atLeast: fewHandshakes,
    },
  ];
}

/** A table that throttles requests. */
function tableRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'table-read-throttles',
      means: 'DynamoDB throttles reads: fan-outs take longer, and handshakes may fail.',
      metric: metrics.table('ReadThrottleEvents'),
      atLeast: 1,
      periods: sustained,
    },
    {
      entry: 'table-write-throttles',
      means: 'DynamoDB throttles writes: handshakes fail, and state may not be stored.',
      metric: metrics.table('WriteThrottleEvents'),
      atLeast: 1,
      periods: sustained,
    },
  ];
}
