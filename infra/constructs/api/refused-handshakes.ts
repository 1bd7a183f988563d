// Metric filters that count refused handshakes by reason, from the authorizer's log lines.
import { FilterPattern, MetricFilter, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import {
  metricNamespace,
  metricSource,
  stageDimension,
  type MetricName,
} from '../../../lambdas/contract/metrics';

const { refusedHandshakes: service } = metricSource;
const metricName: MetricName<'authorizer'> = 'HandshakesRefused';

/**
 * Each refused handshake is one line, whose `message` is the error that the authorizer threw
 * (lambdas/authorizer/handshake-refused.ts). Each line counts for two metrics: all refusals, and those for its reason.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export class RefusedHandshakes extends Construct {
  constructor(scope: Construct, id: string, { log }: { readonly log: ILogGroup }) {
    super(scope, id);
    const all = { service: '$.message.service', [stageDimension]: '$.message.stage' };
    const byReason = { ...all, reason: '$.message.code' };
    for (const [name, dimensions] of Object.entries({ All: all, ByReason: byReason })) {
      new MetricFilter(this, name, {
        logGroup: log,
        filterPattern: FilterPattern.stringValue('$.message.service', '=', service),
        metricNamespace,
        metricName,
        metricValue: '1',
        dimensions,
      });
    }
  }
}
