// Reads metrics in CloudWatch's embedded metric format from the lines that functions print.
import type { Measurement } from './metric-store';

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/**
 * The measurements in a line, one for each value and dimension set; none if the line is not in the format.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: string): Measurement[] {
  if (!line.includes('"_aws"')) return [];
  let document: Readonly<Record<string, unknown>>;
  try {
    document = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return [];
  }
  const { Timestamp: at = 0, CloudWatchMetrics: directives = [] } = (document['_aws'] ?? {}) as {
    readonly Timestamp?: number;
    readonly CloudWatchMetrics?: readonly Directive[];
  };
  return directives.flatMap(({ Namespace: namespace, Dimensions: sets, Metrics: metrics }) =>
    sets.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
      return metrics.flatMap(({ Name: name }) => {
        const values = [document[name]].flat().filter((value) => typeof value === 'number');
        return values.map((value) => ({ metric: { namespace, name, dimensions }, value, at }));
      });
    }),
  );
}
