// Evaluates the state of one alarm of the template.
import type { PropertiesOf } from '../template/resource-types';
import { TemplateError, type Place } from '../template/template';
import { parseExpression, type Datapoint, type Expression } from './expression';
import { statisticOf, type MetricId, type MetricStore } from './metric-store';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

type Properties = PropertiesOf<'AWS::CloudWatch::Alarm'>;

/** A metric of an alarm with its statistic and period. */
interface Source {
  readonly metric: MetricId;
  readonly statistic: string;
  readonly periodSeconds: number;
}

export interface AlarmTimes {
  /** When measuring began, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The duration of one minute of the alarm. */
  readonly minuteMilliseconds: number;
}

export class Alarm {
  readonly name: string;
  readonly description: string;
  readonly periodSeconds: number;
  readonly #properties: Properties;
  readonly #expression: Expression;
  readonly #sources: ReadonlyMap<string, Source>;

  /** @throws {TemplateError} if a statistic or the expression is not supported, or if periods differ */
  constructor(properties: Properties, place: Place) {
    this.name = properties.AlarmName;
    this.description = properties.AlarmDescription;
    this.#properties = properties;
    const { expression, sources } = readMetrics(properties, place);
    this.#expression = expression;
    this.#sources = sources;
    const periods = new Set([...sources.values()].map(({ periodSeconds }) => periodSeconds));
    const [period, ...others] = periods;
    if (period === undefined || others.length > 0) {
      throw new TemplateError(place, 'its metrics must have one Period');
    }
    this.periodSeconds = period;
    for (const id of expression.ids) {
      if (!sources.has(id)) throw new TemplateError(place, `it has no metric with the Id ${id}`);
    }
    for (const { statistic } of sources.values()) {
      if (statisticOf(statistic) === undefined) {
        throw new TemplateError(place, `the statistic ${statistic} is not known to it`);
      }
    }
  }

  get metrics(): readonly MetricId[] {
    return [...this.#sources.values()].map(({ metric }) => metric);
  }

  /** How far back the alarm looks, including the current period, in seconds by the template's periods. */
  get rangeSeconds(): number {
    return (this.#properties.EvaluationPeriods + 1) * this.periodSeconds;
  }

  /**
   * The state by the last EvaluationPeriods periods that have ended. CloudWatch looks at more periods in case data arrives
   * late, which never happens here. Until EvaluationPeriods periods have passed since the start, the state is
   * INSUFFICIENT_DATA, unless enough of them are breaching for ALARM.
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
   */
  evaluate(store: MetricStore, { startedAt, now, minuteMilliseconds }: AlarmTimes): AlarmState {
    const { EvaluationPeriods: count, DatapointsToAlarm: enough = count } = this.#properties;
    const length = (this.periodSeconds / 60) * minuteMilliseconds;
    const current = Math.floor(now / length);
    const first = Math.max(current - count, Math.ceil(startedAt / length));
    let bad = 0;
    for (let period = first; period < current; period += 1) {
      if (this.#isBad(this.#value(store, period * length, (period + 1) * length))) bad += 1;
    }
    if (bad >= enough) return 'ALARM';
    return current - first < count ? 'INSUFFICIENT_DATA' : 'OK';
  }

  #value(store: MetricStore, from: number, to: number): Datapoint {
    return this.#expression.evaluate((id) => {
      const source = this.#sources.get(id);
      return source && store.statistic(source.metric, source.statistic, from, to);
    });
  }

  #isBad(value: Datapoint): boolean {
    const { ComparisonOperator, Threshold, TreatMissingData } = this.#properties;
    if (value === undefined) return TreatMissingData === 'breaching';
    switch (ComparisonOperator) {
      case 'GreaterThanOrEqualToThreshold':
        return value >= Threshold;
      case 'GreaterThanThreshold':
        return value > Threshold;
      case 'LessThanOrEqualToThreshold':
        return value <= Threshold;
      case 'LessThanThreshold':
        return value < Threshold;
    }
  }
}

function readMetrics(properties: Properties, place: Place) {
  const { Metrics: queries } = properties;
  if (queries === undefined) return oneMetric(properties, place);
  const sources = new Map<string, Source>();
  for (const { Id, MetricStat: stat } of queries) {
    if (stat === undefined) continue;
    const { Metric: metric, Stat: statistic, Period: periodSeconds } = stat;
    sources.set(Id, { metric: idOf(metric), statistic, periodSeconds });
  }
  const [returned, ...others] = queries.filter(({ ReturnData }) => ReturnData);
  if (returned === undefined || others.length > 0) {
    throw new TemplateError(place, 'one of its Metrics must have ReturnData');
  }
  try {
    return { expression: parseExpression(returned.Expression ?? returned.Id), sources };
  } catch (error) {
    throw new TemplateError(place, `its Expression: ${(error as Error).message}`);
  }
}

function oneMetric(properties: Properties, place: Place) {
  const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic } = properties;
  const statistic = Statistic ?? ExtendedStatistic;
  if (
    Namespace === undefined ||
    MetricName === undefined ||
    Period === undefined ||
    statistic === undefined
  ) {
    throw new TemplateError(place, 'it must have Metrics, or one metric with Period and statistic');
  }
  const metric = idOf({ Namespace, MetricName, Dimensions });
  const sources = new Map([['metric', { metric, statistic, periodSeconds: Period }]]);
  return { expression: parseExpression('metric'), sources };
}

function idOf({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensions,
}: {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}): MetricId {
  const named = Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
  return { namespace, name, dimensions: named };
}
