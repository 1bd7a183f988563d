import { embeddedMetrics } from '#local/monitoring/embedded-metrics';

const line = (document: object) => JSON.stringify(document);

it('reads one measurement for each metric and each set of dimensions', () => {
  const text = line({
    _aws: {
      Timestamp: 1_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Test',
          Dimensions: [['service'], ['service', 'reason']],
          Metrics: [{ Name: 'Refused', Unit: 'Count' }],
        },
      ],
    },
    service: 'authorizer',
    reason: 'token_expired',
    Refused: [1, 2],
  });
  const measured = (dimensions: object, value: number) => ({
    metric: { namespace: 'Test', name: 'Refused', dimensions },
    value,
    at: 1_000,
  });
  const [all, one] = [
    { service: 'authorizer' },
    { service: 'authorizer', reason: 'token_expired' },
  ];
  expect(embeddedMetrics(text)).toEqual([
    measured(all, 1),
    measured(all, 2),
    measured(one, 1),
    measured(one, 2),
  ]);
});

it.each([
  'connected',
  '{"message":"connected"}',
  '{"_aws":',
  '{"_aws":{}}',
  '{"text":"\\"_aws\\""}',
])('reads no measurement from %s', (text) => {
  expect(embeddedMetrics(text)).toEqual([]);
});
