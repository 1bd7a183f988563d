// Defines the resource types of CloudWatch: alarms, which the local stack evaluates, and dashboards, which have no effect.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { flag, only, resourceType, strict, text, wholeNumber, withoutEffect } from '../properties';

const dimensions = v.optional(v.array(strict({ Name: text, Value: text })), []);

/** In seconds. CloudWatch allows shorter periods for high-resolution metrics only, which the service does not use. */
const period = v.pipe(
  wholeNumber,
  v.check((seconds) => seconds > 0 && seconds % 60 === 0, 'must be a multiple of 60'),
);

const metricStat = strict({
  Metric: strict({ Namespace: text, MetricName: text, Dimensions: dimensions }),
  Period: period,
  Stat: text,
});

const dataQuery = strict({
  Id: text,
  Expression: v.optional(text),
  MetricStat: v.optional(metricStat),
  Period: v.optional(period),
  ReturnData: v.optional(flag, true),
  ...withoutEffect('Label'),
});

export const alarm = resourceType({
  properties: strict({
    AlarmName: text,
    AlarmDescription: v.optional(text, ''),
    ComparisonOperator: only(
      'GreaterThanOrEqualToThreshold',
      'GreaterThanThreshold',
      'LessThanOrEqualToThreshold',
      'LessThanThreshold',
    ),
    Threshold: v.number('must be a number'),
    EvaluationPeriods: wholeNumber,
    DatapointsToAlarm: v.optional(wholeNumber),
    TreatMissingData: only('breaching', 'notBreaching'),
    Namespace: v.optional(text),
    MetricName: v.optional(text),
    Dimensions: dimensions,
    Period: v.optional(period),
    Statistic: v.optional(text),
    ExtendedStatistic: v.optional(text),
    Metrics: v.optional(v.array(dataQuery)),
    ...withoutEffect('ActionsEnabled', 'AlarmActions', 'OKActions', 'InsufficientDataActions'),
    ...withoutEffect('Tags'),
  }),
  identify: ({ AlarmName }) => ({
    ref: AlarmName,
    attributes: { Arn: arnOf('cloudwatch', `alarm:${AlarmName}`) },
  }),
});

export const dashboard = resourceType({
  properties: strict({ DashboardName: text, DashboardBody: text }),
  identify: ({ DashboardName }) => ({ ref: DashboardName, attributes: {} }),
});
