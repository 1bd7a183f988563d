// The names of a deployment's resources, and the resources that an update must never replace.
//
// There is no snapshot of the template: every change would change it, and in a diff of thousands of lines a reviewer would not
// notice one logical id whose change makes CloudFormation replace a table. The tests of this folder assert by name what
// users and operators depend on; descriptions, the order of resources and the like may change.
// test/deploy/retention.test.ts updates a stack of an earlier version to this one.
import type { Template } from 'aws-cdk-lib/assertions';
import {
  environmentOf,
  functionOf,
  readable,
  resourceOf,
  resourcesOf,
  synthesize,
} from './synthesized';

const { template } = synthesize();
/** The options that create every resource that one stack can have. */
const everything = {
  ...{ issuer: '', audience: '', auth: 'cognito-new' },
  ...{ useMockData: true, frontDoor: true, alarmEmail: 'on-call@example.com' },
};
const whole = synthesize(everything).template;

interface RawResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
const rawResources = (from: Template) =>
  Object.entries(from.toJSON()['Resources'] as Record<string, RawResource>);

/** The logical ids of resources with explicit names, by type and name. */
function namedResources(from: Template): Record<string, string> {
  const named = rawResources(from).flatMap(([id, { Type, Properties }]) =>
    // Some names are in a nested property.
    [Properties, ...Object.values(Properties)]
      .flatMap((each) => Object.entries(each ?? {}))
      .filter(([key]) =>
        /^((Function|LogGroup|Queue|Topic|Alarm|Dashboard|Policy)?Name)$/.test(key),
      )
      // A reference is the name of another resource, and CDK names the policies of roles.
      .filter(([, name]) => typeof name === 'string' && name !== id)
      .map(([, name]) => [`${Type} ${String(name)}`, id]),
  );
  return Object.fromEntries(named) as Record<string, string>;
}

const all = (type: string, from: Template = template) => resourcesOf(from, type);

describe('an existing deployment', () => {
  // CloudFormation generates the table's name, so that a new stack does not conflict with a retained table of another one.
  it('keeps its table, which has on-demand billing, TTL, point-in-time recovery, encryption, no index and no stream', () => {
    expect(whole.findResources('AWS::DynamoDB::Table')).toEqual({
      RealtimeStoreTable507A1C40: {
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'sk', AttributeType: 'S' },
          ],
          // CloudFormation cannot rename the TTL attribute in one update.
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
        },
      },
    });
  });

  it('keeps its user pool and the client that dashboards sign in with', () => {
    expect(whole.findResources('AWS::Cognito::UserPool')).toEqual({
      RealtimeUsersUserPool24EAFEAA: {
        Type: 'AWS::Cognito::UserPool',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: expect.objectContaining({
          UserPoolName: 'mission-control',
          UsernameAttributes: ['email'],
          UsernameConfiguration: { CaseSensitive: false },
          DeletionProtection: 'ACTIVE',
        }) as unknown,
      },
    });
    const { properties } = resourceOf(whole, 'AWS::Cognito::UserPool');
    // Neither property can be changed later.
    expect(properties).not.toHaveProperty('AliasAttributes');
    expect(properties).not.toHaveProperty('Schema');
    expect(Object.keys(whole.findResources('AWS::Cognito::UserPoolClient'))).toEqual([
      'RealtimeUsersUserPoolDashboard7CEF211D',
    ]);
  });

  it('keeps its resources with public addresses, the bucket, the key and the confirmed subscription', () => {
    const addressed = [
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudFront::Distribution',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::SNS::Subscription',
    ];
    const found = rawResources(whole).filter(([, { Type }]) => addressed.includes(Type));
    const identities = found.map(([id, { Type, Properties }]) => {
      const { ProtocolType, StageName, BucketName } = Properties as Record<string, string>;
      return [id, Type, ProtocolType, StageName, BucketName].filter(Boolean).join(' ');
    });
    expect(identities.sort()).toEqual([
      'RealtimeFrontDoorDashboardBucket305957D5 AWS::S3::Bucket',
      'RealtimeFrontDoorDistribution44948F11 AWS::CloudFront::Distribution',
      'RealtimeHealthApiC176CAEB AWS::ApiGatewayV2::Api HTTP',
      'RealtimeHealthStage9903D15A AWS::ApiGatewayV2::Stage $default',
      'RealtimeObservabilityTopicEmailD9EBABC8 AWS::SNS::Subscription',
      'RealtimeObservabilityTopicKeyD6D39F6A AWS::KMS::Key',
      'RealtimeWebSocketApiCF8708A5 AWS::ApiGatewayV2::Api WEBSOCKET',
      'RealtimeWebSocketStage7475F1DF AWS::ApiGatewayV2::Stage live',
    ]);
  });

  it('keeps the logical ids of resources with explicit names: CloudFormation cannot create a second resource with the same name', () => {
    expect(namedResources(whole)).toEqual({
      'AWS::ApiGatewayV2::Api mission-control': 'RealtimeWebSocketApiCF8708A5',
      'AWS::ApiGatewayV2::Api mission-control-health': 'RealtimeHealthApiC176CAEB',
      'AWS::ApiGatewayV2::Authorizer TokenAuthorizer':
        'RealtimeWebSocketApiTokenAuthorizer9A915176',
      'AWS::CloudFront::Function us-east-1MissionControlRerontDoorFunctionDCFAA307':
        'RealtimeFrontDoorFunctionFD903129',
      'AWS::CloudFront::OriginAccessControl mission-control-us-east-1':
        'RealtimeFrontDoorDashboardAccessAA4B923A',
      'AWS::CloudFront::ResponseHeadersPolicy mission-control-us-east-1':
        'RealtimeFrontDoorHeaders16FA5DA6',
      'AWS::CloudWatch::Alarm mission-control-authorizer-errors':
        'RealtimeObservabilityAlarmsAuthorizerErrors21C0FEBD',
      'AWS::CloudWatch::Alarm mission-control-connect-errors':
        'RealtimeObservabilityAlarmsConnectErrors406789C2',
      'AWS::CloudWatch::Alarm mission-control-dead-letters':
        'RealtimeObservabilityAlarmsDeadLettersE7F1A9D1',
      'AWS::CloudWatch::Alarm mission-control-failed-deliveries':
        'RealtimeObservabilityAlarmsFailedDeliveries0A0F0893',
      'AWS::CloudWatch::Alarm mission-control-keys-unavailable':
        'RealtimeObservabilityAlarmsKeysUnavailableD1CAEBE9',
      'AWS::CloudWatch::Alarm mission-control-missing-heartbeats':
        'RealtimeObservabilityAlarmsMissingHeartbeats1E81C9CE',
      'AWS::CloudWatch::Alarm mission-control-slow-delivery':
        'RealtimeObservabilityAlarmsSlowDeliveryA7571E0A',
      'AWS::CloudWatch::Alarm mission-control-state-failures':
        'RealtimeObservabilityAlarmsStateFailures7BEF704C',
      'AWS::CloudWatch::Alarm mission-control-table-read-throttles':
        'RealtimeObservabilityAlarmsTableReadThrottles2FCDB288',
      'AWS::CloudWatch::Alarm mission-control-table-write-throttles':
        'RealtimeObservabilityAlarmsTableWriteThrottles25F1418F',
      'AWS::CloudWatch::Dashboard mission-control-us-east-1':
        'RealtimeObservabilityOperationsDashboardE1C0361A',
      'AWS::Events::EventBus mission-control': 'RealtimeBroadcastEventBus68217480',
      'AWS::Events::Rule mission-control-broadcast': 'RealtimeBroadcastSubscriptionRuleA1285995',
      'AWS::Events::Rule mission-control-disconnect-user':
        'RealtimeUserDisconnectionSubscriptionRule56C8FA16',
      'AWS::Lambda::Function mission-control-authorizer':
        'RealtimeWebSocketAuthorizerFunction4229929B',
      'AWS::Lambda::Function mission-control-broadcast': 'RealtimeBroadcastFunction10A80102',
      'AWS::Lambda::Function mission-control-connect': 'RealtimeWebSocketConnectFunction21A24445',
      'AWS::Lambda::Function mission-control-default': 'RealtimeWebSocketDefaultFunction5BF4C39B',
      'AWS::Lambda::Function mission-control-deliver': 'RealtimeDeliveriesFunctionFBF8D037',
      'AWS::Lambda::Function mission-control-disconnect':
        'RealtimeWebSocketDisconnectFunctionCB03FC43',
      'AWS::Lambda::Function mission-control-disconnect-user':
        'RealtimeUserDisconnectionFunction5C765E9E',
      'AWS::Lambda::Function mission-control-health': 'RealtimeHealthFunction926306F6',
      'AWS::Lambda::Function mission-control-heartbeat': 'RealtimeHeartbeatFunction1D531215',
      'AWS::Lambda::Function mission-control-mock-agents': 'RealtimeMockAgentsFunction78E55835',
      'AWS::Lambda::Function mission-control-whoami': 'RealtimeHealthWhoamiFunctionAEE29D9C',
      'AWS::Logs::DeliveryDestination mission-control-front-door':
        'RealtimeFrontDoorLogDestination044F7438',
      'AWS::Logs::DeliverySource mission-control-front-door': 'RealtimeFrontDoorLogSource8D544E07',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-authorizer':
        'RealtimeWebSocketAuthorizerFunctionLog33C5A216',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-broadcast':
        'RealtimeBroadcastFunctionLogD18FDA08',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-connect':
        'RealtimeWebSocketConnectFunctionLog11C4FFFE',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-dashboard-upload':
        'RealtimeFrontDoorDashboardUploadLogE1077757',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-default':
        'RealtimeWebSocketDefaultFunctionLog32D8073A',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-deliver':
        'RealtimeDeliveriesFunctionLog04E466F9',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-disconnect':
        'RealtimeWebSocketDisconnectFunctionLogF98BA777',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-disconnect-user':
        'RealtimeUserDisconnectionFunctionLogAD08A309',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-health': 'RealtimeHealthFunctionLog93B10EA5',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-heartbeat':
        'RealtimeHeartbeatFunctionLog235EEAA5',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-mock-agents':
        'RealtimeMockAgentsFunctionLogEFE90780',
      'AWS::Logs::LogGroup /aws/lambda/mission-control-whoami':
        'RealtimeHealthWhoamiFunctionLog536E27A6',
      'AWS::Logs::LogGroup /aws/vendedlogs/apis/mission-control/health':
        'RealtimeHealthAccessLog5D431B43',
      'AWS::Logs::LogGroup /aws/vendedlogs/apis/mission-control/websocket':
        'RealtimeWebSocketAccessLog516E3F93',
      'AWS::Logs::LogGroup /aws/vendedlogs/cloudfront/mission-control-front-door':
        'RealtimeFrontDoorLogC35B3221',
      'AWS::Logs::ResourcePolicy mission-control-front-door':
        'RealtimeFrontDoorLogPolicyResourcePolicyBF1010D3',
      'AWS::SNS::Topic mission-control-alarms': 'RealtimeObservabilityTopic4E838DFE',
      'AWS::SQS::Queue mission-control-deliveries': 'RealtimeDeliveriesQueue2C43F428',
      'AWS::SQS::Queue mission-control-heartbeats': 'RealtimeHeartbeatBeats36622BBD',
      'AWS::SQS::Queue mission-control-rejected-events': 'RealtimeRejectedEvents1A9DC7E9',
      'AWS::Scheduler::Schedule mission-control-heartbeat':
        'RealtimeHeartbeatEachMinuteScheduleF153C208',
      'AWS::Scheduler::Schedule mission-control-mock-agents':
        'RealtimeMockAgentsEachMinuteSchedule157F9ECB',
      'AWS::WAFv2::WebACL mission-control-front-door': 'RealtimeFrontDoorFirewallWebAcl9229412F',
    });
  });

  it('keeps only its table, its user pool and the logging settings of the account when it is deleted', () => {
    const kept = rawResources(whole).filter(
      ([, resource]) => (resource as { DeletionPolicy?: string }).DeletionPolicy === 'Retain',
    );
    expect(kept.map(([id]) => id).sort()).toEqual([
      'RealtimeStoreTable507A1C40',
      'RealtimeUsersUserPool24EAFEAA',
      'RealtimeWebSocketAccountLogRole711283D9',
      'RealtimeWebSocketAccountSettings5D8D5D9D',
    ]);
  });
});

describe('identity provider', () => {
  it('can be a Cognito user pool', () => {
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

  it('can have a configured JWKS URI', () => {
    const jwksUri = 'https://issuer.example.com/keys';
    expect(environmentOf(functionOf(synthesize({ jwksUri }).template, 'authorizer'))).toMatchObject(
      { ISSUER: 'https://issuer.example.com', JWKS_URI: jwksUri },
    );
  });
});

describe('stages', () => {
  /** Physical names must be unique in an account and region, so two stages cannot share one. */
  const namesIn = (from: Template) =>
    Object.keys(namedResources(from))
      // The name of an authorizer is unique within its API.
      .filter((each) => each !== 'AWS::ApiGatewayV2::Authorizer TokenAuthorizer');

  it('can be deployed side by side: no resource has the same name in two stages', () => {
    const test = synthesize({ ...everything, stage: 'test' });
    const live = namesIn(whole);
    expect(live).toContain('AWS::Events::EventBus mission-control');
    expect(live.length).toBeGreaterThan(50);
    expect(namesIn(test.template).filter((name) => live.includes(name))).toEqual([]);
    expect(test.stackName).toBe('MissionControl-test');
    expect(synthesize().stackName).toBe('MissionControl');
  });

  it('give the stage of the WebSocket API its name, and the outputs have the URLs and the event bus', () => {
    const outputs = Object.entries(
      template.findOutputs('*') as Record<string, { readonly Value: unknown }>,
    );
    expect(Object.fromEntries(outputs.map(([id, { Value }]) => [id, readable(Value)]))).toEqual({
      EventBusName: '${BroadcastEventBus}',
      HealthUrl: '${HealthApi.ApiEndpoint}/health',
      RejectedEventsQueueUrl: '${RejectedEvents}',
      WebSocketUrl: 'wss://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live',
      WhoamiUrl: '${HealthApi.ApiEndpoint}/whoami',
    });
    const test = synthesize({ stage: 'test' }).template;
    expect(JSON.stringify(test.findOutputs('WebSocketUrl'))).toContain('/test"');
  });
});

it('the template has only a description, resources and outputs, and no parameters', () => {
  expect(Object.keys(template.toJSON())).toEqual(['Description', 'Resources', 'Outputs']);
  expect(all('AWS::CDK::Metadata')).toEqual([]);
});
