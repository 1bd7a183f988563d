// Applies the template's metric filters to the lines that functions print.
import type { ResolvedTemplate } from '../template/resolve-template';
import type { Measurement } from './metric-store';

/**
 * The measurements for a line that a function has printed; none if no filter matches the line.
 * `at` is in milliseconds since the Unix epoch.
 */
export type FilterLine = (functionName: string, line: string, at: number) => Measurement[];

/**
 * Creates the function that applies all metric filters. Supported patterns: see local/template/resources/logs.ts.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function createMetricFilters(template: ResolvedTemplate): FilterLine {
  const groups = new Map(
    template
      .of('AWS::Lambda::Function')
      .map(({ ref, properties }) => [
        ref,
        properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${ref}`,
      ]),
  );
  const filters = template.of('AWS::Logs::MetricFilter').map(({ properties }) => {
    const { FilterPattern, LogGroupName, MetricTransformations } = properties;
    const [, selector = '', text = ''] = /^\{ (\S+) = "(.*)" \}$/.exec(FilterPattern) ?? [];
    return { group: LogGroupName, selector, text, transformations: MetricTransformations };
  });

  return (functionName, line, at) => {
    const asked = filters.filter(({ group }) => group === groups.get(functionName));
    const document = asked.length === 0 ? undefined : parse(line);
    return asked
      .filter(({ selector, text }) => select(document, selector) === text)
      .flatMap(({ transformations }) =>
        transformations.map(({ MetricNamespace, MetricName, Dimensions }) => {
          const dimensions = Object.fromEntries(
            Dimensions.map(({ Key, Value }) => [Key, String(select(document, Value))]),
          );
          return {
            metric: { namespace: MetricNamespace, name: MetricName, dimensions },
            ...{ value: 1, at },
          };
        }),
      );
  };
}

function parse(line: string): unknown {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a selector such as `$.a.b` in a document; undefined if there is none. */
function select(document: unknown, selector: string): unknown {
  const [, ...names] = selector.split('.');
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined,
    document,
  );
}
