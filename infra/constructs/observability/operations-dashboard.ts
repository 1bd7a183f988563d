// The CloudWatch dashboard: alarms, connections, latency, losses, limits and cost.
import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  MathExpression,
  Row,
  type Alarm,
  type GraphWidgetProps,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  metricNamespace,
  stageDimension,
  type MetricName,
} from '../../../lambdas/contract/metrics';
import type { Configuration } from '../../config/configuration';
import { costEstimate } from './cost-estimate';
import { globalName } from '../base/global-name';
import type { ServiceFunction } from '../base/service-function';
import type { ServiceMetrics } from './service-metrics';

export interface OperationsDashboardProps {
  readonly configuration: Pick<Configuration, 'stage'>;
  readonly metrics: ServiceMetrics;
  readonly alarms: readonly Alarm[];
  readonly functions: readonly ServiceFunction[];
}

export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, props: OperationsDashboardProps) {
    super(scope, id);
    const { configuration, metrics, functions } = props;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: globalName(this, configuration),
      defaultInterval: Duration.hours(3),
    });
    const { alarms } = props;
    dashboard.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 }),
    );
    for (const graphs of [
      connectionsAndEvents(metrics, functions),
      fanOuts(metrics),
      handshakes(metrics, configuration.stage),
      limits(metrics, functions),
    ]) {
      dashboard.addWidgets(new Row(...graphs.map((each) => graph(each, 24 / graphs.length))));
    }
    dashboard.addWidgets(
      graph(
        {
          title: 'Cost per day in USD (estimate at us-east-1 list prices, without logs and traces)',
          left: costEstimate(metrics, functions),
          stacked: true,
        },
        24,
      ),
    );
  }
}

type Graph = Pick<GraphWidgetProps, 'title' | 'stacked'> & { readonly left: IMetric[] };

function graph(properties: Graph, width: number): GraphWidget {
  return new GraphWidget({ ...properties, width, height: 6, leftYAxis: { min: 0 } });
}

function connectionsAndEvents(
  metrics: ServiceMetrics,
  functions: readonly ServiceFunction[],
): Graph[] {
  const acceptsReports = functions.some(({ folder }) => folder === 'report');
  return [
    {
      title: 'Connections and users',
      left: (['Connections', 'Users'] as const).map((name) =>
        metrics.own('connections', name, 'Average'),
      ),
    },
    {
      title: 'Events',
      left: [
        metrics.function('broadcast', 'Invocations').with({ label: 'reported' }),
        metrics.own('broadcast', 'StaleEvents'),
        metrics.own('broadcast', 'RejectedEvents'),
        metrics.own('broadcast', 'StateFailures'),
        metrics.own('broadcast', 'TimelineFailures'),
        ...(acceptsReports
          ? [
              metrics.own('report', 'RejectedEvents').with({ label: 'rejected by POST /events' }),
              metrics.own('report', 'UnsentEvents'),
            ]
          : []),
      ],
    },
    {
      title: 'Messages',
      left: [
        metrics.fanOut('Delivered', 'events').with({ label: 'events' }),
        metrics.fanOut('Delivered', 'heartbeats').with({ label: 'heartbeats' }),
        metrics.webSocketApi('MessageCount').with({ label: 'billed, in both directions' }),
      ],
    },
  ];
}

function fanOuts(metrics: ServiceMetrics): Graph[] {
  const outcomes: MetricName<'fan-out'>[] = [
    ...(['Gone', 'Retried', 'Requeued', 'Closed', 'Lost', 'LostShards'] as const),
  ];
  return [
    {
      title: 'Time from event to last post (ms)',
      left: (['p50', 'p99'] as const).map((statistic) =>
        metrics.fanOut('EventToLastPost', 'events', statistic).with({ label: statistic }),
      ),
    },
    {
      title: 'Events: posts that were not delivered at the first attempt, and superseded values',
      left: [...outcomes, 'Superseded' as const].map((name) => metrics.fanOut(name, 'events')),
    },
    {
      title: 'Heartbeats: posts that were not delivered at the first attempt',
      left: outcomes.map((name) => metrics.fanOut(name, 'heartbeats')),
    },
    {
      title: 'Dead letters, and age of the oldest retry job (s)',
      left: [metrics.deadLetters(), metrics.oldestRetryJob()],
    },
  ];
}

function handshakes(metrics: ServiceMetrics, stage: string): Graph[] {
  const dimensions = `{${metricNamespace},service,${stageDimension},reason}`;
  const chosen = `service="authorizer" ${stageDimension}="${stage}" MetricName="HandshakesRefused"`;
  return [
    {
      title: 'Handshakes refused (401), by reason',
      stacked: true,
      left: [
        // A search, to get one line for each reason.
        new MathExpression({
          expression: `SEARCH('${dimensions} ${chosen}', 'Sum', 60)`,
          label: '',
          period: Duration.minutes(1),
        }),
      ],
    },
    {
      title: 'Handshakes',
      left: [
        metrics.webSocketApi('ConnectCount').with({ label: 'accepted' }),
        metrics.own('authorizer', 'HandshakesRefused').with({ label: 'refused (401)' }),
        metrics
          .own('authorizer', 'KeysUnavailable')
          .with({ label: "without the issuer's keys (500)" }),
        metrics.own('connect', 'HandshakesLimited').with({ label: 'rate limited (429)' }),
      ],
    },
    {
      title: 'Clients',
      left: [
        metrics.own('default', 'MessagesLimited'),
        metrics.own('default', 'SnapshotsFailed'),
        metrics.webSocketApi('ClientError'),
        metrics.webSocketApi('ExecutionError'),
      ],
    },
  ];
}

function limits(metrics: ServiceMetrics, functions: readonly ServiceFunction[]): Graph[] {
  return [
    {
      title: 'Function errors (a refused handshake counts as an error of the authorizer)',
      left: functions.map(({ folder }) => metrics.function(folder, 'Errors')),
    },
    {
      title: 'Function throttles',
      left: functions.map(({ folder }) => metrics.function(folder, 'Throttles')),
    },
    {
      title: 'Table throttles',
      left: [metrics.table('ReadThrottleEvents'), metrics.table('WriteThrottleEvents')],
    },
  ];
}
