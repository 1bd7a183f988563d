// The alarms, their entries in the runbook, their notifications, and the operations dashboard.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resourceOf, resourcesOf, synthesize } from './synthesized';

interface MetricOf {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface AlarmProperties extends Partial<MetricOf> {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly TreatMissingData: string;
  readonly ComparisonOperator: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly Threshold: number;
  readonly DatapointsToAlarm: number;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: MetricOf;
      readonly Period: number;
      readonly Stat: string;
    };
    readonly ReturnData: boolean;
  }[];
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
}

const alarmsOf = ({ template }: ReturnType<typeof synthesize>) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(
    ({ properties }) => properties as unknown as AlarmProperties,
  );

const stack = synthesize({ useMockData: true, reportScope: 'mission-control/report' });
const alarms = alarmsOf(stack);
/** Another stage, with every setting that affects alarms. */
const other = synthesize({
  stage: 'test',
  heartbeatSeconds: 540,
  runbookUrl: 'https://wiki.example.com/mission-control',
  alarmEmail: 'on-call@example.com',
});
const runbook = readFileSync(path.join(__dirname, '../../docs/runbook.md'), 'utf8');

/** Headings of the runbook's entries. An alarm links to its entry, so each heading is also its anchor. */
const entries = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);

it('every alarm links to its entry in the runbook, and every entry has an alarm', () => {
  const linked = alarms.map(({ AlarmName, AlarmDescription }) => {
    const [, entry = ''] = /docs\/runbook\.md#([a-z-]+)$/.exec(AlarmDescription) ?? [];
    expect(AlarmName).toBe(`mission-control-${entry}`);
    return entry;
  });
  expect(linked.sort()).toEqual([...entries].sort());
  expect(linked).toHaveLength(11);
});

it('every entry of the runbook has the parts "Means", "Look at" with a query or a command, and "Do"', () => {
  const bodies = runbook.split(/^### .+$/m).slice(1);
  for (const body of bodies) {
    expect(body).toMatch(/\*\*Means:\*\* [^]*\*\*Look at:\*\* [^]*```[^]*```[^]*\*\*Do:\*\* ?/);
  }
});

it('every link within the runbook leads to one of its headings', () => {
  const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  for (const [, anchor = ''] of runbook.matchAll(/\]\(#([^)]+)\)/g)) {
    expect(headings).toContain(anchor);
  }
});

it('alarms link to runbookUrl if it is set', () => {
  const [alarm] = alarmsOf(other);
  expect(alarm?.AlarmDescription).toMatch(
    / https:\/\/wiki\.example\.com\/mission-control#[a-z-]+$/,
  );
});

it('missing data is breaching only for the alarm about missing heartbeats', () => {
  const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
  expect(breaching).toMatchObject([
    { AlarmName: 'mission-control-missing-heartbeats', TreatMissingData: 'breaching' },
  ]);
});

it.each([
  ['authorizer-errors', 'errors - FILL(refused, 0) - FILL(unavailable, 0) >= 5 in 1 of 1 × 300 s'],
  ['connect-errors', 'Sum of Errors >= 5 in 1 of 1 × 300 s'],
  ['dead-letters', 'Maximum of ApproximateNumberOfMessagesVisible >= 1 in 1 of 1 × 60 s'],
  ['failed-deliveries', 'lost + lostShards >= 1 in 1 of 1 × 300 s'],
  ['keys-unavailable', 'Sum of KeysUnavailable >= 5 in 1 of 1 × 300 s'],
  [
    'missing-heartbeats',
    'IF(lost + lostShards > 0 AND delivered + skipped == 0, 0, beats) < 1 in 3 of 3 × 60 s',
  ],
  ['slow-delivery', 'p99 of EventToLastPost >= 5000 in 3 of 5 × 60 s'],
  ['state-failures', 'Sum of StateFailures >= 1 in 1 of 1 × 300 s'],
  ['table-read-throttles', 'Sum of ReadThrottleEvents >= 1 in 3 of 5 × 60 s'],
  ['unsent-events', 'Sum of UnsentEvents >= 1 in 1 of 1 × 300 s'],
  ['table-write-throttles', 'Sum of WriteThrottleEvents >= 1 in 3 of 5 × 60 s'],
])('%s: the condition is %s', (name, condition) => {
  const alarm = alarms.find(({ AlarmName }) => AlarmName === `mission-control-${name}`);
  expect(alarm && conditionOf(alarm)).toBe(condition);
});

/** The condition of an alarm, e.g. `Sum of Failed >= 1 in 3 of 5 × 60 s`. */
function conditionOf(alarm: AlarmProperties): string {
  const {
    Metrics = [],
    ComparisonOperator,
    Threshold,
    DatapointsToAlarm,
    EvaluationPeriods,
  } = alarm;
  const data = Metrics.find(({ ReturnData }) => ReturnData);
  const { Metric, Stat = '' } = data?.MetricStat ?? {};
  const value = data?.Expression ?? `${Stat} of ${Metric?.MetricName ?? ''}`;
  const period = Metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? [])[0] ?? 0;
  const operator = { GreaterThanOrEqualToThreshold: '>=', LessThanThreshold: '<' }[
    ComparisonOperator
  ];
  return `${value} ${operator} ${Threshold} in ${DatapointsToAlarm} of ${EvaluationPeriods} × ${period} s`;
}

it('the period of missing-heartbeats is one minute, or the heartbeat interval if that is longer', () => {
  for (const [deployed, period] of [[stack, 60] as const, [other, 540] as const]) {
    const found = alarmsOf(deployed).find(({ AlarmName }) => AlarmName.endsWith('heartbeats'));
    const periods = (found?.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
    expect(new Set(periods)).toEqual(new Set([period]));
  }
});

it('alarms of two stages use different metrics', () => {
  const metricsOf = (each: AlarmProperties): MetricOf[] =>
    each.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [each as MetricOf];
  const named = (deployed: typeof stack) => alarmsOf(deployed).flatMap(metricsOf).map(identityOf);
  const identityOf = ({ Namespace, MetricName, Dimensions = [] }: MetricOf) =>
    JSON.stringify([Namespace, MetricName, ...Dimensions.map(({ Value }) => Value)]);
  // A metric of a resource of the stack has a reference in its dimensions, so it differs in each stack.
  const fixed = (metric: string) => !metric.includes('${');
  const [live, test] = [named(stack).filter(fixed), named(other).filter(fixed)];
  expect(live.length).toBeGreaterThan(5);
  expect(live.filter((metric) => test.includes(metric))).toEqual([]);
});

describe('the operations dashboard', () => {
  const { properties } = resourceOf(stack.template, 'AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(String(properties['DashboardBody'])) as {
    widgets: { properties: { title: string; alarms?: string[]; metrics?: unknown[][] } }[];
  };
  const titled = (title: string) =>
    JSON.stringify(
      widgets.find((widget) => widget.properties.title.startsWith(title))?.properties.metrics ?? [],
    );

  it('has the name of the service and the region, and begins with all alarms', () => {
    expect(properties['DashboardName']).toBe('mission-control-${AWS::Region}');
    expect(widgets[0]?.properties.alarms).toHaveLength(alarms.length);
  });

  it.each([
    ['Connections and users', ['Connections', 'Users']],
    [
      'Events',
      [
        'StaleEvents',
        'RejectedEvents',
        'StateFailures',
        'TimelineFailures',
        '"broadcast"',
        'UnsentEvents',
      ],
    ],
    ['Messages', ['"Delivered"', '"MessageCount"']],
    ['Time from event to last post', ['"p50"', '"p99"', 'EventToLastPost']],
    ['Events: posts', ['Gone', 'Retried', 'Requeued', 'Lost', 'LostShards']],
    ['Dead letters', ['ApproximateNumberOfMessagesVisible', 'RejectedEvents.QueueName']],
    ['Handshakes refused (401)', ['SEARCH(', 'HandshakesRefused', 'reason']],
    ['Function throttles', ['Throttles', 'mission-control-deliver']],
    ['Table throttles', ['ReadThrottleEvents', 'WriteThrottleEvents']],
  ])('shows %s', (title, metrics) => {
    for (const metric of metrics) expect(titled(title)).toContain(metric);
  });

  it('estimates the cost per day from list prices', () => {
    const day = '"period":86400';
    const estimate = titled('Cost per day');
    for (const [item, formula] of [
      ['messages', '(FILL(messages0, 0)) * 0.000001'],
      ['connection time', '(FILL(connected0, 0)) * 0.00036'],
      ['table', '(FILL(reads0, 0)) * 0.000000125 + (FILL(writes0, 0)) * 0.000000625'],
    ]) {
      expect(estimate).toContain(`{"label":"${item}","expression":"${formula}",${day}}`);
    }
    // 1769 MB at $0.0000133334 per gigabyte-second, for a duration in milliseconds.
    expect(estimate).toContain('* 0.000000023033969');
  });
});

describe('the alarm topic', () => {
  it('with alarmEmail, gets the ALARM and OK notifications of every alarm and sends them to the address', () => {
    const topic = `\${${resourceOf(other.template, 'AWS::SNS::Topic').id}}`;
    for (const { AlarmActions, OKActions } of alarmsOf(other)) {
      expect({ AlarmActions, OKActions }).toEqual({ AlarmActions: [topic], OKActions: [topic] });
    }
    expect(resourceOf(other.template, 'AWS::SNS::Subscription').properties).toEqual({
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
      TopicArn: topic,
    });
  });

  it('accepts messages from alarms of this account only, over TLS, encrypted with a key that alarms may use', () => {
    const { Statement: statements } = resourceOf(other.template, 'AWS::SNS::TopicPolicy')
      .properties['PolicyDocument'] as { Statement: object[] };
    const account = { StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' } };
    const alarms = { Service: 'cloudwatch.amazonaws.com' };
    expect(statements).toHaveLength(2);
    expect(statements).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Effect: 'Allow', Action: 'sns:Publish', Principal: alarms, Condition: account },
    ]);
    const { properties } = resourceOf(other.template, 'AWS::KMS::Key');
    expect(properties).toMatchObject({ EnableKeyRotation: true });
    expect(properties['KeyPolicy']).toMatchObject({
      Statement: [
        { Principal: { AWS: expect.stringContaining('${AWS::AccountId}:root') as string } },
        { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Principal: alarms, Condition: account },
      ],
    });
    expect(JSON.stringify(properties['KeyPolicy'])).not.toContain('kms:*');
  });

  it('without alarmEmail, does not exist, nor does its key, and alarms have no actions', () => {
    expect(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions)).toEqual([]);
    expect(resourcesOf(stack.template, 'AWS::KMS::Key')).toEqual([]);
    expect(resourcesOf(stack.template, 'AWS::SNS::Topic')).toEqual([]);
  });
});
