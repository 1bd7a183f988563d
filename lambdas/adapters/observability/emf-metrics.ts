// Writes metrics as log lines in CloudWatch's embedded metric format.
import {
  metricNamespace,
  stageDimension,
  type MessageKind,
  type MetricName,
  type MetricService,
} from '#lambdas/contract/metrics';
import type { ConnectionCountMetrics } from '#core/connections/ports';
import type { Count } from '#core/count';
import type { FanOutMetrics } from '#core/fan-out/report-fan-out';

type Texts = Readonly<Record<string, string>>;

/** Values of metrics of the contract, which infra uses as well. */
type Values<Service extends MetricService> = Readonly<Partial<Record<MetricName<Service>, number>>>;

/** The units of the metrics that do not count. */
const units: Readonly<Partial<Record<MetricName, 'Milliseconds' | 'Count/Second'>>> = {
  FanOutTime: 'Milliseconds',
  PostsPerSecond: 'Count/Second',
  EventToLastPost: 'Milliseconds',
};

/**
 * Writes one line with metrics. The fields of `about` are only in the line, and none replaces a dimension or a metric.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function write(dimensions: Texts, values: Values<MetricService>, about: Texts = {}): void {
  const line = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: (Object.keys(values) as MetricName[]).map((name) => ({
            Name: name,
            Unit: units[name] ?? 'Count',
          })),
        },
      ],
    },
    ...about,
    ...dimensions,
    ...values,
  };
  // Not with `console`: in Lambda, its lines have what is written as the text of a message.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The numbers of fan-outs as metrics. */
export function createEmfMetrics(stage: string): FanOutMetrics {
  const service = 'fan-out' satisfies MetricService;
  return {
    record(type, numbers) {
      const messages: MessageKind = type === 'heartbeat' ? 'heartbeats' : 'events';
      const { ageMilliseconds: age } = numbers;
      const values: Values<typeof service> = {
        Delivered: numbers.delivered,
        Gone: numbers.gone,
        Lost: numbers.lost,
        Skipped: numbers.skipped,
        Retried: numbers.retried,
        Requeued: numbers.requeued,
        Closed: numbers.closed,
        RequeuedShards: numbers.requeuedShards,
        LostShards: numbers.lostShards,
        Superseded: numbers.superseded,
        FanOutTime: numbers.milliseconds,
        PostsPerSecond: numbers.postsPerSecond,
        // For the time from an event to its last post, whose 99th percentile is of interest.
        ...(age === undefined ? {} : { EventToLastPost: age }),
      };
      // The type is only a field of the line: as a dimension, each type would be a metric of its own.
      write({ service, [stageDimension]: stage, messages }, values, { type });
    },
  };
}

/** The connection counts as metrics. */
export function createEmfConnectionCount(stage: string): ConnectionCountMetrics {
  const service = 'connections' satisfies MetricService;
  return (connections, users) => {
    const values: Values<typeof service> = { Connections: connections, Users: users };
    write({ service, [stageDimension]: stage }, values);
  };
}

/** Counts single occurrences in one function. */
export function createEmfCount(functionName: string, stage: string): Count {
  return (what, about = {}, number = 1) => {
    const name: MetricName = what;
    write({ service: functionName, [stageDimension]: stage }, { [name]: number }, about);
  };
}
