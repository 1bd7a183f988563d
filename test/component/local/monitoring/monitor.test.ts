// The alarms of the template: the metrics that the local stack measures, and the states of alarms.
import { systemTimers } from '#local/support/timers';
import type { LocalAlarm } from '#local/monitoring/monitor';
import { fakeTimers, type FakeTimers } from '#test/support/local/fake-timers';
import {
  closeTiny,
  deployTiny,
  ref,
  type Resources,
  type TinyStack,
} from '#test/support/local/tiny-stack';

afterEach(closeTiny);

const minute = 60_000;

const alarm = (properties: object): Resources => ({
  Bell: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'bell',
      AlarmDescription: 'It rings.',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: ref('echo') }],
      Period: 60,
      Statistic: 'Sum',
      ...properties,
    },
  },
});

const failing = 'export const handler = async () => { throw new Error("no"); };';
const stateOf = (stack: TinyStack) => stack.alarms()[0]?.state;
const call = (stack: TinyStack) => stack.functions.get('echo')?.invoke({});
/** Advances one minute, so that the period with the last measurement is over. */
const afterwards = (timers: FakeTimers) => timers.advance(minute);

it('raises the alarm once after the minute in which a function failed', async () => {
  const timers = fakeTimers();
  const stack = await deployTiny(alarm({}), { echo: failing }, { testing: { timers } });
  stack.start();
  await call(stack);
  expect(stateOf(stack)).toBe('INSUFFICIENT_DATA');
  await afterwards(timers);
  expect(stack.alarms()).toEqual<LocalAlarm[]>([
    { name: 'bell', description: 'It rings.', state: 'ALARM' },
  ]);
  await timers.advance(2 * minute);
  expect(stateOf(stack)).toBe('OK');
  expect(stack.lines.filter(({ source }) => source === 'stack').map(({ text }) => text)).toEqual([
    'ALARM bell: It rings.',
    'The alarm bell is over.',
  ]);
});

it('raises no alarm if the function succeeds', async () => {
  const timers = fakeTimers();
  const stack = await deployTiny(alarm({}), {}, { testing: { timers } });
  await call(stack);
  await afterwards(timers);
  expect(stateOf(stack)).toBe('OK');
});

it('raises the alarm if enough of its periods are breaching', async () => {
  const timers = fakeTimers();
  const rule = alarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
  const stack = await deployTiny(rule, { echo: failing }, { testing: { timers } });
  await call(stack);
  await afterwards(timers);
  expect(stateOf(stack)).toBe('INSUFFICIENT_DATA');
  await timers.advance(minute);
  await call(stack);
  await afterwards(timers);
  expect(stateOf(stack)).toBe('ALARM');
  await timers.advance(minute);
  expect(stateOf(stack)).toBe('OK');
});

it('treats missing data as breaching if configured, after the stack has run for all periods', async () => {
  const timers = fakeTimers();
  const rule = alarm({ EvaluationPeriods: 3, TreatMissingData: 'breaching' });
  const stack = await deployTiny(rule, {}, { testing: { timers } });
  await timers.advance(2 * minute);
  expect(stateOf(stack)).toBe('INSUFFICIENT_DATA');
  await timers.advance(minute);
  expect(stateOf(stack)).toBe('ALARM');
  await call(stack);
  await afterwards(timers);
  expect(stateOf(stack)).toBe('OK');
});

it('reads metrics from the output of a function, and evaluates expressions with them', async () => {
  const timers = fakeTimers();
  const metric = (Id: string) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: 'Test', MetricName: Id, Dimensions: [] },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  const rule = alarm({
    ...{ Namespace: undefined, MetricName: undefined, Dimensions: undefined },
    ...{ Period: undefined, Statistic: undefined },
    Metrics: [{ Id: 'e1', Expression: 'failed + lost' }, metric('failed'), metric('lost')],
  });
  const document = {
    _aws: {
      Timestamp: timers.now(),
      CloudWatchMetrics: [
        { Namespace: 'Test', Dimensions: [[]], Metrics: [{ Name: 'failed' }, { Name: 'lost' }] },
      ],
    },
    failed: 0,
    lost: 1,
  };
  const echo = `export const handler = async () => { console.log(${JSON.stringify(JSON.stringify(document))}); };`;
  const stack = await deployTiny(without(rule), { echo }, { testing: { timers } });
  await call(stack);
  await afterwards(timers);
  expect(stateOf(stack)).toBe('ALARM');
});

it('measures a queue that is not used', async () => {
  const timers = fakeTimers();
  const rule = alarm({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'letters' }],
    Statistic: 'Maximum',
  });
  const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'letters' } };
  const stack = await deployTiny({ ...rule, Letters: queue }, {}, { testing: { timers } });
  stack.start();
  await timers.advance(2 * minute);
  expect(stateOf(stack)).toBe('OK');
});

it('uses shorter minutes for alarms with alarmMinuteSeconds', async () => {
  const timers = fakeTimers();
  const options = { testing: { timers, alarmMinuteSeconds: 1 } };
  const stack = await deployTiny(alarm({}), { echo: failing }, options);
  await call(stack);
  await timers.advance(1_000);
  expect(stateOf(stack)).toBe('ALARM');
});

it.each<[string, object, string]>([
  ['a metric that is not measured here', { MetricName: 'Throttles' }, 'does not measure Throttles'],
  ['an unknown service', { Namespace: 'AWS/X' }, 'does not measure Errors of AWS/X'],
  [
    'a function that does not exist',
    { Dimensions: [{ Name: 'FunctionName', Value: 'ecko' }] },
    'the template has no ecko for Errors',
  ],
  ['no dimension', { Dimensions: [] }, 'must have the one dimension FunctionName'],
  ['an unknown statistic', { Statistic: 'TM99' }, 'the statistic TM99 is not known to it'],
  ['no period', { Period: undefined }, 'must have Metrics, or one metric'],
  [
    'another treatment of missing data',
    { TreatMissingData: 'ignore' },
    'must be breaching or notBreaching',
  ],
  [
    'an invalid expression',
    { Metrics: [{ Id: 'e1', Expression: 'RATE(m1)' }] },
    'the function RATE is not known to it',
  ],
])('refuses an alarm on %s at start', async (_, properties, problem) => {
  const rule = without(alarm(properties));
  await expect(deployTiny(rule, {}, { testing: { timers: systemTimers() } })).rejects.toThrow(
    problem,
  );
});

/** Removes properties that are undefined: a template contains none. */
function without(resources: Resources): Resources {
  return JSON.parse(JSON.stringify(resources)) as Resources;
}
