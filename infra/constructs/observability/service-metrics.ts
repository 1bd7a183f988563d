// The metrics for alarms and the operations dashboard: those of the functions, and AWS's metrics of the resources.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import {
  metricNamespace,
  stageDimension,
  type MessageKind,
  type MetricName,
  type MetricService,
} from '../../../lambdas/contract/metrics';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import type { FunctionName } from '../../../lambdas/contract/setting';

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'SampleCount' | 'p50' | 'p99';

export interface Calculation {
  readonly expression: string;
  /** Metrics by their names in the expression. */
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly label: string;
  readonly period: Duration;
}

/** Creates a metric math expression whose metrics all have the same period. */
export function calculate({ expression, metrics, label, period }: Calculation): MathExpression {
  const usingMetrics = Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [name, metric.with({ period })]),
  );
  return new MathExpression({ expression, usingMetrics, label, period });
}

export interface ServiceMetricsProps {
  readonly configuration: Pick<Configuration, 'stage'>;
  readonly tableName: string;
  readonly apiId: string;
  readonly deadLetterQueueName: string;
}

/** The metrics of one deployment, with a period of one minute unless stated otherwise. */
export class ServiceMetrics {
  constructor(private readonly props: ServiceMetricsProps) {}

  /** A custom metric, except those of fan-outs. */
  own<Service extends Exclude<MetricService, 'fan-out'>>(
    service: Service,
    name: MetricName<Service>,
    statistic: Statistic = 'Sum',
  ): Metric {
    const dimensionsMap = this.dimensionsOf(service);
    return minutely({ namespace: metricNamespace, metricName: name, statistic, dimensionsMap });
  }

  /** A metric of fan-outs. */
  fanOut(name: MetricName<'fan-out'>, messages: MessageKind, statistic: Statistic = 'Sum'): Metric {
    const dimensionsMap = { ...this.dimensionsOf('fan-out'), messages };
    return minutely({ namespace: metricNamespace, metricName: name, statistic, dimensionsMap });
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  function(
    name: FunctionName,
    metricName: 'Invocations' | 'Errors' | 'Throttles' | 'Duration',
    statistic: Statistic = 'Sum',
  ): Metric {
    const dimensionsMap = { FunctionName: `${resourceName(this.props.configuration)}-${name}` };
    return minutely({
      namespace: 'AWS/Lambda',
      metricName,
      statistic,
      dimensionsMap,
      label: name,
    });
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
  table(
    metricName:
      | 'ReadThrottleEvents'
      | 'WriteThrottleEvents'
      | 'ConsumedReadCapacityUnits'
      | 'ConsumedWriteCapacityUnits',
  ): Metric {
    const dimensionsMap = { TableName: this.props.tableName };
    return minutely({ namespace: 'AWS/DynamoDB', metricName, statistic: 'Sum', dimensionsMap });
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
  webSocketApi(
    metricName: 'ConnectCount' | 'MessageCount' | 'ClientError' | 'ExecutionError',
  ): Metric {
    const { apiId, configuration } = this.props;
    const dimensionsMap = { ApiId: apiId, Stage: configuration.stage };
    return minutely({ namespace: 'AWS/ApiGateway', metricName, statistic: 'Sum', dimensionsMap });
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  deadLetters(): Metric {
    return this.queue(
      this.props.deadLetterQueueName,
      'ApproximateNumberOfMessagesVisible',
      'Maximum',
    );
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  queueRequests(queue: 'deliveries' | 'heartbeats'): Metric[] {
    const name = `${resourceName(this.props.configuration)}-${queue}`;
    return ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfEmptyReceives'].map(
      (metric) => this.queue(name, metric, 'Sum'),
    );
  }

  /** Age of the oldest job in the retry queue, in seconds. */
  oldestRetryJob(): Metric {
    const name = `${resourceName(this.props.configuration)}-deliveries`;
    return this.queue(name, 'ApproximateAgeOfOldestMessage', 'Maximum');
  }

  private queue(name: string, metricName: string, statistic: Statistic): Metric {
    return minutely({
      namespace: 'AWS/SQS',
      metricName,
      statistic,
      dimensionsMap: { QueueName: name },
    });
  }

  private dimensionsOf(service: MetricService) {
    return { service, [stageDimension]: this.props.configuration.stage };
  }
}

function minutely(props: Omit<MetricProps, 'period'>): Metric {
  return new Metric({ label: props.metricName, ...props, period: Duration.minutes(1) });
}
