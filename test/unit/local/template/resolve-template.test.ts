// A template is resolved to resources with plain properties, and whatever the local stack does not support is an error.
import { resolveTemplate } from '#local/template/resolve-template';
import type { Template } from '#local/template/template';

const urls = {
  endpointUrl: 'http://127.0.0.1:4566',
  webSocketUrl: 'ws://localhost:3000',
  httpUrl: 'http://localhost:3000',
};

function resolve(template: Template) {
  return resolveTemplate({ template, stackName: 'tiny', urls });
}

const queue = (Properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties });

it('resolves a reference to a resource that is declared later', () => {
  const { of } = resolve({
    Resources: {
      Jobs: queue({
        QueueName: 'jobs',
        RedrivePolicy: {
          deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] },
          maxReceiveCount: '3',
        },
      }),
      Dead: queue({ QueueName: 'dead' }),
    },
  });
  const [jobs] = of('AWS::SQS::Queue').filter(({ logicalId }) => logicalId === 'Jobs');
  expect(jobs).toMatchObject({
    ref: 'http://127.0.0.1:4566/000000000000/jobs',
    attributes: { Arn: 'arn:aws:sqs:us-east-1:000000000000:jobs' },
    properties: {
      VisibilityTimeout: 30,
      RedrivePolicy: {
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
        maxReceiveCount: 3,
      },
    },
  });
});

it('generates the same name for a resource without a name at every start', () => {
  const template = { Resources: { Jobs: queue() } };
  const [first] = resolve(template).of('AWS::SQS::Queue');
  const [second] = resolve(template).of('AWS::SQS::Queue');
  expect(first?.attributes['QueueName']).toMatch(/^tiny-Jobs-[0-9A-Z]{12}$/);
  expect(second?.ref).toBe(first?.ref);
});

it("replaces the addresses of the stack's own APIs by local addresses", () => {
  const Api = { Type: 'AWS::ApiGatewayV2::Api' };
  const { outputs, of } = resolve({
    Resources: {
      Sockets: { ...Api, Properties: { Name: 's', ProtocolType: 'WEBSOCKET' } },
      Http: { ...Api, Properties: { Name: 'h', ProtocolType: 'HTTP' } },
    },
    Outputs: {
      Callback: {
        Value: {
          'Fn::Sub':
            'https://${Sockets}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live/@connections',
        },
      },
      Socket: { Value: { 'Fn::Sub': '${Sockets.ApiEndpoint}/live' } },
      SocketWithQuery: { Value: { 'Fn::Sub': '${Sockets.ApiEndpoint}/live?a=/b' } },
      Health: { Value: { 'Fn::Sub': '${Http.ApiEndpoint}/health' } },
      Foreign: { Value: 'https://other.execute-api.us-east-1.amazonaws.com/live' },
      Inside: { Value: { 'Fn::Sub': 'see ${Http.ApiEndpoint}' } },
    },
  });
  const [, http] = of('AWS::ApiGatewayV2::Api');
  expect(outputs).toEqual({
    Callback: 'http://127.0.0.1:4566/live/@connections',
    Socket: 'ws://localhost:3000',
    SocketWithQuery: 'ws://localhost:3000?a=/b',
    Health: 'http://localhost:3000/health',
    Foreign: 'https://other.execute-api.us-east-1.amazonaws.com/live',
    Inside: `see ${http?.attributes['ApiEndpoint'] ?? ''}`,
  });
});

it('omits resources whose condition is false', () => {
  const { of } = resolve({
    Conditions: {
      East: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      West: { 'Fn::Not': [{ Condition: 'East' }] },
      Either: { 'Fn::Or': [{ Condition: 'East' }, { Condition: 'West' }] },
      Both: { 'Fn::And': [{ Condition: 'East' }, { Condition: 'West' }] },
    },
    Resources: {
      InEast: { ...queue(), Condition: 'East' },
      InWest: { ...queue(), Condition: 'West' },
      InEither: { ...queue(), Condition: 'Either' },
      InBoth: { ...queue(), Condition: 'Both' },
    },
  });
  expect(of('AWS::SQS::Queue').map(({ logicalId }) => logicalId)).toEqual(['InEast', 'InEither']);
});

it('ignores the parameter and the rule of the CDK bootstrap', () => {
  const { of } = resolve({
    Parameters: { BootstrapVersion: { Default: '/cdk-bootstrap/hnb659fds/version' } },
    Rules: { CheckBootstrapVersion: {} },
    Resources: { CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'x' } } },
  });
  expect(of('AWS::CDK::Metadata')).toHaveLength(1);
});

it.each<[string, Template, string]>([
  [
    'a type',
    { Resources: { Topic: { Type: 'AWS::Kinesis::Stream' } } },
    'Topic (AWS::Kinesis::Stream): this type of resource is not known to it.',
  ],
  [
    'a property',
    { Resources: { Jobs: queue({ FifoQueue: true }) } },
    'Jobs (AWS::SQS::Queue): FifoQueue is not known to it.',
  ],
  [
    'a nested property',
    { Resources: { Jobs: queue({ RedrivePolicy: { maxReceiveCount: 1, other: 1 } }) } },
    'Jobs (AWS::SQS::Queue): RedrivePolicy.deadLetterTargetArn is missing; RedrivePolicy.other is not known to it.',
  ],
  [
    'an attribute of a resource',
    { Resources: { Jobs: { ...queue(), CreationPolicy: {} } } },
    'Jobs (AWS::SQS::Queue): CreationPolicy is not known to it.',
  ],
  [
    'a return value',
    { Resources: { Jobs: queue() }, Outputs: { O: { Value: { 'Fn::GetAtt': ['Jobs', 'Age'] } } } },
    'O (output): it uses Jobs.Age; the local stack does not know the attribute Age of AWS::SQS::Queue.',
  ],
  [
    'a reference to a missing resource',
    { Resources: { Jobs: queue({ QueueName: { Ref: 'Nobody' } }) } },
    'Jobs (AWS::SQS::Queue): it refers to Nobody, which does not exist.',
  ],
  [
    'a dependency on a missing resource',
    { Resources: { Jobs: { ...queue(), DependsOn: ['Nobody'] } } },
    'Jobs (AWS::SQS::Queue): it depends on Nobody, which does not exist.',
  ],
  [
    'a circular reference',
    {
      Resources: {
        A: queue({ QueueName: { Ref: 'B' } }),
        B: queue({ QueueName: { Ref: 'A' } }),
      },
    },
    'B (AWS::SQS::Queue): it refers to A, which refers back to it.',
  ],
  ['a section', { Resources: {}, Mappings: {} }, 'Mappings: this section is not known to it.'],
  [
    'a parameter',
    { Resources: {}, Parameters: { Size: {} } },
    'Size (parameter): only the parameter BootstrapVersion is known to it.',
  ],
  [
    'a rule',
    { Resources: {}, Rules: { Mine: {} } },
    'Mine (rule): only the rule CheckBootstrapVersion is known to it.',
  ],
  [
    'a condition operator of a policy',
    {
      Resources: {
        P: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [],
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: '*',
                  Condition: { IpAddress: { 'aws:SourceIp': '::' } },
                },
              ],
            },
          },
        },
      },
    },
    'P (AWS::SQS::QueuePolicy): PolicyDocument.Statement.0.Condition.IpAddress must be ArnEquals or',
  ],
])(
  'refuses %s that is not supported or not valid, with an error that names it',
  (_, template, message) => {
    expect(() => resolve(template)).toThrow(message);
  },
);
