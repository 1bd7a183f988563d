// Estimates the daily cost by item from metrics. It shows changes, and differs from the bill.
import { Duration } from 'aws-cdk-lib';
import type { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { prices } from './prices';
import type { ServiceFunction } from '../base/service-function';
import { calculate, type ServiceMetrics } from './service-metrics';

const minutesOfDay = 24 * 60;
const day = Duration.days(1);
const secondsOfDay = minutesOfDay * 60;

/** Metric math expressions for US dollars a day by item. Logs, traces, metrics, alarms and data transfer are not included. */
export function costEstimate(
  metrics: ServiceMetrics,
  functions: readonly ServiceFunction[],
): MathExpression[] {
  const events = [
    metrics.function('broadcast', 'Invocations'),
    metrics.function('disconnect-user', 'Invocations'),
  ];
  const queues = [
    ...metrics.queueRequests('deliveries'),
    // A request to an empty queue costs as much as one that receives messages.
    ...metrics.queueRequests('heartbeats'),
  ];
  return [
    dollars('messages', weigh('messages', [metrics.webSocketApi('MessageCount')], prices.message)),
    dollars(
      'connection time',
      weigh(
        'connected',
        [metrics.own('connections', 'Connections', 'Average')],
        minutesOfDay * prices.connectionMinute,
      ),
    ),
    dollars(
      'functions',
      weigh(
        'calls',
        functions.map(({ folder }) => metrics.function(folder, 'Invocations')),
        prices.invocation,
      ),
      ...functions.map(({ folder, memoryMegabytes }, index) =>
        weigh(
          `duration${index}of`,
          [metrics.function(folder, 'Duration')],
          (memoryMegabytes / 1024 / 1000) * prices.gigabyteSecond,
        ),
      ),
      ...functions
        .filter(({ provisionedConcurrency }) => provisionedConcurrency > 0)
        .map(({ provisionedConcurrency, memoryMegabytes }) =>
          constant(
            provisionedConcurrency *
              (memoryMegabytes / 1024) *
              secondsOfDay *
              prices.provisionedGigabyteSecond,
          ),
        ),
    ),
    dollars(
      'table',
      weigh('reads', [metrics.table('ConsumedReadCapacityUnits')], prices.readUnit),
      weigh('writes', [metrics.table('ConsumedWriteCapacityUnits')], prices.writeUnit),
    ),
    dollars('events', weigh('events', events, prices.event)),
    dollars('queues', weigh('requests', queues, prices.queueRequest)),
  ];
}

interface Weighed {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** The sum of metrics times a price. Missing data counts as 0. */
function weigh(prefix: string, metrics: readonly Metric[], price: number): Weighed {
  const named = metrics.map((metric, index) => [`${prefix}${index}`, metric] as const);
  const sum = named.map(([id]) => `FILL(${id}, 0)`).join(' + ');
  // Metric math expressions do not support exponents.
  const factor = price.toFixed(15).replace(/0+$/, '');
  return { expression: `(${sum}) * ${factor}`, metrics: Object.fromEntries(named) };
}

/** An amount that no metric changes. */
function constant(amount: number): Weighed {
  return { expression: amount.toFixed(6), metrics: {} };
}

function dollars(label: string, ...parts: readonly Weighed[]): MathExpression {
  return calculate({
    label,
    expression: parts.map(({ expression }) => expression).join(' + '),
    metrics: Object.fromEntries(parts.flatMap(({ metrics }) => Object.entries(metrics))),
    period: day,
  });
}
