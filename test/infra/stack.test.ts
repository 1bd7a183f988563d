// What must be true of the stack, by name; the snapshot at the end shows everything else that changes.
import type { Template } from 'aws-cdk-lib/assertions';
import { environmentOf, functionOf, resourceOf, resourcesOf, synthesize } from './synthesized';

const { template } = synthesize();
const withMockData = synthesize({
  useMockData: true,
  gatewayUrl: 'http://localhost:8888',
}).template;

const all = (type: string, from: Template = template) => resourcesOf(from, type);
const one = (type: string, properties?: unknown) => resourceOf(template, type, properties);

describe('table', () => {
  const table = one('AWS::DynamoDB::Table');

  test('has the keys of the data model, and neither index nor stream', () => {
    expect(table.properties['KeySchema']).toEqual([
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ]);
    expect(table.properties).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(table.properties).not.toHaveProperty('LocalSecondaryIndexes');
    expect(table.properties).not.toHaveProperty('StreamSpecification');
  });

  test('is paid on demand, expires items, can be restored, is encrypted and outlives the stack', () => {
    expect(table.properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
    expect(table.deletionPolicy).toBe('Retain');
    expect(table.properties).not.toHaveProperty('TableName');
  });
});

describe('identity provider', () => {
  test('can be a Cognito user pool', () => {
    const cognito = synthesize({
      issuer: '',
      audience: '',
      userPoolId: 'eu-central-1_AbCdEf123',
      userPoolClientId: '7example',
    }).template;
    expect(environmentOf(functionOf(cognito, 'authorizer'))).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      STAGE: 'live',
      USER_POOL_ID: 'eu-central-1_AbCdEf123',
      USER_POOL_CLIENT_ID: '7example',
    });
  });

  test('can name where its keys are', () => {
    const jwksUri = 'https://issuer.example.com/keys';
    expect(environmentOf(functionOf(synthesize({ jwksUri }).template, 'authorizer'))).toMatchObject(
      { ISSUER: 'https://issuer.example.com', JWKS_URI: jwksUri },
    );
  });
});

describe('stages', () => {
  /** Physical names are unique in an account and region: no two stages may share one. */
  const namesIn = (from: Template) =>
    Object.values(from.toJSON()['Resources'] as Record<string, { Properties: object }>)
      .flatMap(({ Properties }) => Object.entries(Properties))
      .filter(([key]) => /^((Function|LogGroup|Queue)?Name)$/.test(key))
      .map(([, name]) => name as unknown)
      .filter((name): name is string => typeof name === 'string')
      // An authorizer is named within its API.
      .filter((name) => name !== 'TokenAuthorizer');

  test('live side by side: no resource has the same name in two of them', () => {
    const test = synthesize({ stage: 'test' });
    const live = namesIn(template);
    expect(live).toContain('mission-control');
    expect(live.length).toBeGreaterThan(15);
    expect(namesIn(test.template).filter((name) => live.includes(name))).toEqual([]);
    expect(test.stackName).toBe('MissionControl-test');
    expect(synthesize().stackName).toBe('MissionControl');
  });

  test('name the stage of the WebSocket API, and outputs say where everything is', () => {
    const outputs = (from: Template) => Object.keys(from.findOutputs('*')).sort();
    expect(outputs(template)).toEqual([
      'EventBusName',
      'HealthUrl',
      'RejectedEventsQueueUrl',
      'WebSocketUrl',
      'WhoamiUrl',
    ]);
    const test = synthesize({ stage: 'test' }).template;
    expect(JSON.stringify(test.findOutputs('WebSocketUrl'))).toContain('/test"');
  });
});

test('the template has resources and outputs, and nothing that a deployment would have to fill in', () => {
  expect(Object.keys(template.toJSON())).toEqual(['Description', 'Resources', 'Outputs']);
  expect(all('AWS::CDK::Metadata')).toEqual([]);
});

test('the template is as it was when somebody last looked at it', () => {
  expect(withMockData.toJSON()).toMatchSnapshot();
});
