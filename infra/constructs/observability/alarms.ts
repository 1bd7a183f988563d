// What wakes an operator: only what users notice, and each alarm with a link to what is to be done.
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

/** How long any client waits for an event at the most, in all but one of a hundred fan-outs. */
const slowDeliveryMilliseconds = 5_000;

const fiveMinutes = Duration.minutes(5);

/** Most of the last minutes, not one alone. */
const sustained = { bad: 3, of: 5 } as const;

/** One handshake that is repeated with growing pauses comes as often; fewer are a hiccup. */
const fewHandshakes = 5;

export interface AlarmsProps {
  readonly configuration: Pick<Configuration, 'stage' | 'heartbeatSeconds' | 'runbookUrl'>;
  readonly metrics: ServiceMetrics;
  /** What is done when an alarm begins and when it ends. */
  readonly actions: readonly IAlarmAction[];
}

interface AlarmRule {
  /** Names the alarm, and its entry in the runbook. */
  readonly entry: string;
  readonly means: string;
  readonly metric: IMetric;
  readonly atLeast: number;
  /** Of how many periods in a row so many must be bad. */
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
    const { metrics } = this.props;
    return [...eventRules(metrics), ...handshakeRules(metrics), ...tableRules(metrics)];
  }

  /** Nothing to measure means that nothing happened: that is well. */
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

  /** The one alarm about what does not happen: here, nothing to measure is what is wrong. */
  private missingHeartbeats(): Alarm {
    const { metrics, configuration } = this.props;
    return this.create('missing-heartbeats', 'Clients hear no heartbeat, and will reconnect.', {
      metric: calculate({
        // One that reached nobody although somebody was there, or nobody could tell, is none. All of these are in the same line.
        expression: 'IF(lost + lostShards > 0 AND delivered + skipped == 0, 0, beats)',
        metrics: {
          beats: metrics.fanOut('Delivered', 'heartbeats', 'SampleCount'),
          delivered: metrics.fanOut('Delivered', 'heartbeats'),
          skipped: metrics.fanOut('Skipped', 'heartbeats'),
          lost: metrics.fanOut('Lost', 'heartbeats'),
          lostShards: metrics.fanOut('LostShards', 'heartbeats'),
        },
        label: 'heartbeats that reached somebody, or had nobody to reach',
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

/** Events that do not reach everybody, or not in time. */
function eventRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'dead-letters',
      means: 'An event was rejected, or a job or an order was given up: it is kept, and waits.',
      metric: metrics.deadLetters(),
      atLeast: 1,
    },
    {
      entry: 'failed-deliveries',
      means: 'Connections did not get an event and will not: nobody tries again.',
      metric: calculate({
        // Both are in every line that has either, so neither is ever missing alone.
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
      means: `Of a hundred fan-outs, one or more took over ${slowDeliveryMilliseconds / 1000} s from the event to the last client.`,
      metric: metrics.fanOut('EventToLastPost', 'events', 'p99'),
      atLeast: slowDeliveryMilliseconds,
      periods: sustained,
    },
    {
      entry: 'state-failures',
      means: 'Events were not stored: who asks for the state is told something old.',
      metric: metrics.own('broadcast', 'StateFailures').with({ period: fiveMinutes }),
      atLeast: 1,
    },
  ];
}

/** Clients that cannot connect although they may. */
function handshakeRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'keys-unavailable',
      means: "The token issuer's keys cannot be had: nobody new gets in.",
      metric: metrics.own('authorizer', 'KeysUnavailable').with({ period: fiveMinutes }),
      atLeast: fewHandshakes,
    },
    {
      entry: 'authorizer-errors',
      means:
        'Handshakes end without a verdict on their token, by a fault of ours: nobody new gets in.',
      metric: calculate({
        // A refusal is an error of the function, too: it is how a Lambda authorizer says 401. FILL is for a
        // function that does not even start, and so counts nothing.
        expression: 'errors - FILL(refused, 0) - FILL(unavailable, 0)',
        metrics: {
          errors: metrics.function('authorizer', 'Errors'),
          refused: metrics.own('authorizer', 'HandshakesRefused'),
          unavailable: metrics.own('authorizer', 'KeysUnavailable'),
        },
        label: 'handshakes without a verdict, by a fault of ours',
        period: fiveMinutes,
      }),
      atLeast: fewHandshakes,
    },
    {
      entry: 'connect-errors',
      means: 'Handshakes with a good token fail: nobody new gets in.',
      metric: metrics.function('connect', 'Errors').with({ period: fiveMinutes }),
      atLeast: fewHandshakes,
    },
  ];
}

/** A table that refuses requests. */
function tableRules(metrics: ServiceMetrics): AlarmRule[] {
  return [
    {
      entry: 'table-read-throttles',
      means: 'DynamoDB refuses reads: fan-outs take longer, and handshakes may fail.',
      metric: metrics.table('ReadThrottleEvents'),
      atLeast: 1,
      periods: sustained,
    },
    {
      entry: 'table-write-throttles',
      means: 'DynamoDB refuses writes: handshakes fail, and state may not be kept.',
      metric: metrics.table('WriteThrottleEvents'),
      atLeast: 1,
      periods: sustained,
    },
  ];
}
