// The metrics that alarms and the operations dashboard look at: the functions' own, and those of AWS about our resources.
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
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
  /** By their names in the expression. */
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly label: string;
  readonly period: Duration;
}

/** What is calculated of metrics, each of them over the same period. */
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
  /** Of the queue of rejected events, which is that of dead letters too. */
  readonly deadLettersName: string;
}

/** Makes metrics of one deployment, each over a minute unless something else is said. */
export class ServiceMetrics {
  constructor(private readonly props: ServiceMetricsProps) {}

  /** One of the functions' own. */
  own<Service extends Exclude<MetricService, 'fan-out'>>(
    service: Service,
    name: MetricName<Service>,
    statistic: Statistic = 'Sum',
  ): Metric {
    return this.metric(metricNamespace, name, statistic, this.dimensionsOf(service));
  }

  /** What became of the messages of fan-outs. */
  fanOut(name: MetricName<'fan-out'>, messages: MessageKind, statistic: Statistic = 'Sum'): Metric {
    const dimensions = { ...this.dimensionsOf('fan-out'), messages };
    return this.metric(metricNamespace, name, statistic, dimensions);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  function(
    name: FunctionName,
    metric: 'Invocations' | 'Errors' | 'Throttles' | 'Duration',
    statistic: Statistic = 'Sum',
  ): Metric {
    const dimensions = { FunctionName: `${resourceName(this.props.configuration)}-${name}` };
    return this.metric('AWS/Lambda', metric, statistic, dimensions, name);
  }

  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
  table(
    metric:
      | 'ReadThrottleEvents'
      | 'WriteThrottleEvents'
      | 'ConsumedReadCapacityUnits'
      | 'ConsumedWriteCapacityUnits',
  ): Metric {
    return this.metric('AWS/DynamoDB', metric, 'Sum', { TableName: this.props.tableName });
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
  webSocketApi(metric: 'ConnectCount' | 'MessageCount' | 'ClientError' | 'ExecutionError'): Metric {
    const { apiId, configuration } = this.props;
    const dimensions = { ApiId: apiId, Stage: configuration.stage };
    return this.metric('AWS/ApiGateway', metric, 'Sum', dimensions);
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  deadLetters(): Metric {
    return this.queue(this.props.deadLettersName, 'ApproximateNumberOfMessagesVisible', 'Maximum');
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  queueRequests(queue: 'deliveries' | 'heartbeats'): Metric[] {
    const name = `${resourceName(this.props.configuration)}-${queue}`;
    return ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfEmptyReceives'].map(
      (metric) => this.queue(name, metric, 'Sum'),
    );
  }

  /** How long the oldest job of a fan-out has been waiting. */
  oldestDelivery(): Metric {
    const name = `${resourceName(this.props.configuration)}-deliveries`;
    return this.queue(name, 'ApproximateAgeOfOldestMessage', 'Maximum');
  }

  private queue(name: string, metric: string, statistic: Statistic): Metric {
    return this.metric('AWS/SQS', metric, statistic, { QueueName: name });
  }

  private dimensionsOf(service: MetricService) {
    return { service, [stageDimension]: this.props.configuration.stage };
  }

  private metric(
    namespace: string,
    metricName: string,
    statistic: Statistic,
    dimensionsMap: Record<string, string>,
    label = metricName,
  ): Metric {
    const period = Duration.minutes(1);
    return new Metric({ namespace, metricName, statistic, dimensionsMap, period, label });
  }
}
