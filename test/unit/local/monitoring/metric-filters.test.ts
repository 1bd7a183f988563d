// The metric filters of the template count lines of the functions' logs.
import { createMetricFilters } from '#local/monitoring/metric-filters';
import { resolveTemplate } from '#local/template/resolve-template';
import { TemplateError } from '#local/template/template';

const urls = { endpointUrl: '', webSocketUrl: '', httpUrl: '' };

function templateWith(pattern: string) {
  return resolveTemplate({
    template: {
      Resources: {
        Filter: {
          Type: 'AWS::Logs::MetricFilter',
          Properties: {
            FilterPattern: pattern,
            LogGroupName: '/aws/lambda/one',
            MetricTransformations: [
              {
                ...{ MetricNamespace: 'Test', MetricName: 'Refused', MetricValue: '1' },
                Dimensions: [{ Key: 'reason', Value: '$.message.code' }],
              },
            ],
          },
        },
        ...Object.fromEntries(
          ['one', 'other'].map((FunctionName) => [
            FunctionName,
            {
              Type: 'AWS::Lambda::Function',
              Properties: {
                FunctionName,
                Code: { S3Bucket: 'bucket', S3Key: 'key.zip' },
                ...{ Handler: 'index.handler', Runtime: 'nodejs24.x', Role: 'role' },
              },
            },
          ]),
        ),
      },
    },
    stackName: 'test',
    urls,
  });
}

const filterLine = () => createMetricFilters(templateWith('{ $.message.service = "one" }'));
const line = (message: unknown) => JSON.stringify({ level: 'ERROR', message });

it('counts a line that matches, with the dimensions that it has', () => {
  expect(filterLine()('one', line({ service: 'one', code: 'expired' }), 7)).toEqual([
    {
      metric: { namespace: 'Test', name: 'Refused', dimensions: { reason: 'expired' } },
      ...{ value: 1, at: 7 },
    },
  ]);
});

it.each([
  ['one', line({ service: 'two', code: 'expired' })],
  ['one', line('one')],
  ['one', line(null)],
  ['one', '{"message":'],
  ['one', 'plain text'],
  ['other', line({ service: 'one', code: 'expired' })],
  ['stack', line({ service: 'one', code: 'expired' })],
])('counts nothing if %s prints %s', (name, text) => {
  expect(filterLine()(name, text, 7)).toEqual([]);
});

it.each(['', 'ERROR', '{ $.level = * }', '{ $.a = "x" && $.b = "y" }'])(
  'refuses a pattern that the local stack does not support: %j',
  (pattern) => {
    expect(() => templateWith(pattern)).toThrow(TemplateError);
  },
);
