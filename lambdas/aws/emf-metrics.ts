// Metrics as log lines in the embedded metric format, from which CloudWatch makes metrics.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricNamespace } from '../contract';
import type { Count } from '../core/ports';
import type { FanOutMetrics } from '../core/report';

export function createEmfMetrics(): FanOutMetrics {
  // One service for all functions that fan out, so that broadcast and those that go on with it add up.
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: 'fan-out' });
  return {
    record(type, numbers) {
      const { Count, Milliseconds, CountPerSecond } = MetricUnit;
      metrics.addDimension('type', type);
      metrics.addMetric('Delivered', Count, numbers.delivered);
      metrics.addMetric('Gone', Count, numbers.gone);
      metrics.addMetric('Failed', Count, numbers.failed);
      metrics.addMetric('Spared', Count, numbers.spared);
      metrics.addMetric('Retried', Count, numbers.retried);
      metrics.addMetric('Requeued', Count, numbers.requeued);
      metrics.addMetric('RequeuedShards', Count, numbers.requeuedShards);
      metrics.addMetric('LostShards', Count, numbers.lostShards);
      metrics.addMetric('FanOutTime', Milliseconds, numbers.milliseconds);
      metrics.addMetric('PostsPerSecond', CountPerSecond, numbers.postsPerSecond);
      // Its 99th percentile is the time from event to last delivery.
      metrics.addMetric('EventToLastDelivery', Milliseconds, numbers.ageMilliseconds);
      metrics.publishStoredMetrics();
    },
  };
}

/** Counts for one function. */
export function createEmfCount(functionName: string): Count {
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: functionName });
  return (what) => {
    metrics.addMetric(what, MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
  };
}
