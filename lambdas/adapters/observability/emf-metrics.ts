// Writes metrics as log lines in CloudWatch's embedded metric format.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
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

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

const { Count: CountUnit, Milliseconds, CountPerSecond } = MetricUnit;

/** The metrics of one service. `add` accepts only names of the contract, which infra uses as well. */
function metricsOf<Service extends MetricService>(serviceName: Service, stage: string) {
  const metrics = new Metrics({
    namespace: metricNamespace,
    serviceName,
    defaultDimensions: { [stageDimension]: stage },
  });
  const add = (name: MetricName<Service>, value: number, unit: Unit = CountUnit) => {
    metrics.addMetric(name, unit, value);
  };
  return { metrics, add };
}

export function createEmfMetrics(stage: string): FanOutMetrics {
  const { metrics, add } = metricsOf('fan-out', stage);
  return {
    record(type, numbers) {
      const messages: MessageKind = type === 'heartbeat' ? 'heartbeats' : 'events';
      metrics.addDimension('messages', messages);
      // Only a field of the line: as a dimension, each type would be a metric of its own.
      metrics.addMetadata('type', type);
      add('Delivered', numbers.delivered);
      add('Gone', numbers.gone);
      add('Lost', numbers.lost);
      add('Skipped', numbers.skipped);
      add('Retried', numbers.retried);
      add('Requeued', numbers.requeued);
      add('Closed', numbers.closed);
      add('RequeuedShards', numbers.requeuedShards);
      add('LostShards', numbers.lostShards);
      add('Superseded', numbers.superseded);
      add('FanOutTime', numbers.milliseconds, Milliseconds);
      add('PostsPerSecond', numbers.postsPerSecond, CountPerSecond);
      // For the time from an event to its last post, whose 99th percentile is of interest.
      if (numbers.ageMilliseconds !== undefined) {
        add('EventToLastPost', numbers.ageMilliseconds, Milliseconds);
      }
      metrics.publishStoredMetrics();
    },
  };
}

/** The connection counts as metrics. */
export function createEmfConnectionCount(stage: string): ConnectionCountMetrics {
  const { metrics, add } = metricsOf('connections', stage);
  return (connections, users) => {
    add('Connections', connections);
    add('Users', users);
    metrics.publishStoredMetrics();
  };
}

/** Counts single occurrences in one function. */
export function createEmfCount(functionName: string, stage: string): Count {
  const metrics = new Metrics({
    namespace: metricNamespace,
    serviceName: functionName,
    defaultDimensions: { [stageDimension]: stage },
  });
  return (what, about = {}, number = 1) => {
    const name: MetricName = what;
    metrics.addMetric(name, CountUnit, number);
    for (const [field, value] of Object.entries(about)) metrics.addMetadata(field, value);
    metrics.publishStoredMetrics();
  };
}
