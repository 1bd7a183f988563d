// Defines the metrics of AWS services that the local stack measures.
import type { RefusedRequest } from '../aws/endpoint/answer-request';
import type { ResolvedTemplate } from '../template/resolve-template';
import type { MetricId } from './metric-store';

const resources = {
  'AWS/Lambda': { dimension: 'FunctionName', metrics: ['Errors', 'Invocations'] },
  'AWS/SQS': { dimension: 'QueueName', metrics: ['ApproximateNumberOfMessagesVisible'] },
  'AWS/DynamoDB': {
    dimension: 'TableName',
    metrics: ['ReadThrottleEvents', 'WriteThrottleEvents'],
  },
} as const;

type Namespace = keyof typeof resources;
type NameOf<Of extends Namespace> = (typeof resources)[Of]['metrics'][number];

/** The id of a service's metric for one resource. */
export function serviceMetric<Of extends Namespace>(
  namespace: Of,
  name: NameOf<Of>,
  resource: string,
): MetricId {
  return { namespace, name, dimensions: { [resources[namespace].dimension]: resource } };
}

/** The reason why the local stack does not measure a metric; undefined for supported metrics and for custom metrics. */
export function problemOf(
  { namespace, name, dimensions }: MetricId,
  template: ResolvedTemplate,
): string | undefined {
  if (!namespace.startsWith('AWS/')) return undefined;
  const known = Object.hasOwn(resources, namespace) ? resources[namespace as Namespace] : undefined;
  if (known === undefined || !(known.metrics as readonly string[]).includes(name)) {
    return `the local stack does not measure ${name} of ${namespace}`;
  }
  const [entry, ...others] = Object.entries(dimensions);
  if (entry === undefined || others.length > 0 || entry[0] !== known.dimension) {
    return `${name} must have the one dimension ${known.dimension}`;
  }
  const [, resource] = entry;
  return namesOf(template)[namespace as Namespace].includes(resource)
    ? undefined
    : `the template has no ${resource} for ${name}`;
}

function namesOf(template: ResolvedTemplate): Readonly<Record<Namespace, readonly string[]>> {
  return {
    'AWS/Lambda': template.of('AWS::Lambda::Function').map(({ ref }) => ref),
    'AWS/SQS': template
      .of('AWS::SQS::Queue')
      .map(({ attributes }) => attributes['QueueName'] ?? ''),
    'AWS/DynamoDB': template.of('AWS::DynamoDB::Table').map(({ ref }) => ref),
  };
}

/** The error codes with which DynamoDB throttles requests. */
const throttled = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

const reads = new Set(['BatchGetItem', 'GetItem', 'Query', 'Scan']);

/** The metrics that count a refused request, one for each of its tables; none unless DynamoDB has throttled it. */
export function throttleMetrics({ service, operation, error, body }: RefusedRequest): MetricId[] {
  if (service !== 'dynamodb' || !throttled.has(error.code)) return [];
  const name = reads.has(operation) ? 'ReadThrottleEvents' : 'WriteThrottleEvents';
  return tablesOf(body).map((table) => serviceMetric('AWS/DynamoDB', name, table));
}

function tablesOf(body: Buffer): readonly string[] {
  const { TableName: name, RequestItems: items = {} } = JSON.parse(body.toString('utf8')) as {
    readonly TableName?: string;
    readonly RequestItems?: object;
  };
  return name === undefined ? Object.keys(items) : [name];
}
