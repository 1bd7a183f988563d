// POST /events: the route, its authorizer, its function and its permissions; and that nothing of it exists without reportScope.
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib';
import { frontDoorCode } from '#infra/constructs/front-door/front-door-function';
import { MissionControlRealtime } from '#infra/index';
import {
  allowedTo,
  environmentOf,
  foreignApp,
  functionOf,
  resourceOf,
  resourcesOf,
  synthesize,
  type Context,
} from './synthesized';

const reportScope = 'mission-control/report';
const { template } = synthesize({ reportScope });
const without = synthesize().template;

const authorizerIn = (from: Template) =>
  resourceOf(from, 'AWS::ApiGatewayV2::Authorizer', { AuthorizerType: 'JWT' }).properties;
const audiencesWith = (context: Context) => {
  const { JwtConfiguration } = authorizerIn(synthesize({ reportScope, ...context }).template);
  return (JwtConfiguration as { readonly Audience: readonly string[] }).Audience;
};

describe('the route', () => {
  const route = resourceOf(template, 'AWS::ApiGatewayV2::Route', { RouteKey: 'POST /events' });

  it('needs a token of the issuer for the audience, with the scope', () => {
    expect(route.properties).toMatchObject({
      ...{ AuthorizationType: 'JWT', AuthorizationScopes: [reportScope] },
    });
    expect(authorizerIn(template)).toMatchObject({
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://issuer.example.com', Audience: ['mission-control'] },
    });
  });

  it('accepts the audiences of machines instead, if there are any', () => {
    expect(audiencesWith({ reportAudience: 'machines,others' })).toEqual(['machines', 'others']);
  });

  it('has a throttle of its own, and the stage depends on it', () => {
    const stage = resourceOf(template, 'AWS::ApiGatewayV2::Stage', { StageName: '$default' });
    expect(stage.properties['RouteSettings']).toMatchObject({
      'POST /events': { ThrottlingRateLimit: 250, ThrottlingBurstLimit: 1_000 },
      'GET /whoami': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 200 },
    });
    expect(stage.dependsOn).toContain(route.id);
  });

  it('is an output of the stack', () => {
    expect(template.findOutputs('ReportUrl')['ReportUrl']).toMatchObject({
      Value: { 'Fn::Join': ['', [expect.anything(), '/events']] },
    });
  });
});

describe('with a Cognito user pool', () => {
  it('the issuer is the pool, in its own region, and the audience is the app client', () => {
    const pool = { userPoolId: 'eu-central-1_AbCdEf123', userPoolClientId: '7example' };
    const context = { ...pool, reportScope, issuer: undefined, audience: undefined };
    expect(authorizerIn(synthesize(context).template)).toMatchObject({
      JwtConfiguration: {
        Issuer: 'https://cognito-idp.eu-central-1.${AWS::URLSuffix}/eu-central-1_AbCdEf123',
        Audience: ['7example'],
      },
    });
  });

  it('that is created, the issuer refers to it', () => {
    const stack = new Stack(foreignApp(), 'Foreign');
    const realtime = new MissionControlRealtime(stack, 'Agents', {
      ...{ identityProvider: { kind: 'cognito-new' }, reportScope, reportAudience: ['machine'] },
      codeOf: () => Code.fromInline('//'),
    });
    const [authorizer] = resourcesOf(Template.fromStack(stack), 'AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
    });
    const { JwtConfiguration: jwt } = authorizer?.properties as Record<
      'JwtConfiguration',
      { readonly Issuer: string; readonly Audience: readonly string[] }
    >;
    expect(jwt.Audience).toEqual(['machine']);
    expect(jwt.Issuer).toMatch(/^https:\/\/cognito-idp\..+AgentsUsersUserPool/);
    expect(realtime.reportUrl).toBeDefined();
  });
});

describe('the function', () => {
  it('may put events on the bus, read markers, and nothing else', () => {
    const { Role } = functionOf(template, 'report').properties;
    expect(allowedTo(template, Role)).toEqual({
      '${HealthReportFunctionLog.Arn}': ['logs:CreateLogStream', 'logs:PutLogEvents'],
      '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      '${StoreTable.Arn} connections#*': ['dynamodb:GetItem'],
      '${BroadcastEventBus.Arn}': ['events:PutEvents'],
    });
  });

  it('is invoked by the API for its route only', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').filter(({ properties }) =>
      String(properties['FunctionName']).includes('Report'),
    );
    expect(permissions.map(({ properties }) => properties['SourceArn'])).toEqual([
      'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HealthApi}/*/*/events',
    ]);
  });

  it('has the settings by which it verifies tokens and checks events', () => {
    const context = {
      ...{ reportScope, reportAudience: 'machines', sources: '{"team-a": "team-a/*"}' },
      ...{ scopeClaim: 'agents', scopePattern: '{value}/*', maxTokenHours: 2 },
    };
    expect(environmentOf(functionOf(synthesize(context).template, 'report'))).toEqual({
      AUDIENCE: 'mission-control',
      EVENT_BUS_NAME: '${BroadcastEventBus}',
      EVENT_SOURCE: 'mission-control',
      ISSUER: 'https://issuer.example.com',
      MAX_TOKEN_HOURS: '2',
      NODE_OPTIONS: '--enable-source-maps',
      REPORT_AUDIENCE: '["machines"]',
      SCOPE_CLAIM: 'agents',
      SCOPE_PATTERN: '{value}/*',
      SOURCES: '{"team-a":["team-a/*"]}',
      STAGE: 'live',
      TABLE_NAME: '${StoreTable}',
    });
  });

  it('may report although only certain principals may', () => {
    const reporterArns = 'arn:aws:iam::123456789012:role/backend';
    const allowed = resourcesOf(
      synthesize({ reportScope, reporterArns }).template,
      'AWS::Events::EventBusPolicy',
    ).find(({ properties }) => properties['StatementId'] === 'OnlyReporters');
    expect(JSON.stringify(allowed?.properties)).toContain('${HealthReportFunctionRole.Arn}');
  });
});

describe('without reportScope', () => {
  it('there is no route, authorizer, function or output for reports', () => {
    const text = JSON.stringify(without.toJSON());
    expect(text).not.toMatch(/\/events"|"JWT"|ReportUrl|mission-control-report/);
  });

  it('CloudFront and its firewall are as they were', () => {
    const domain = { frontDoor: true };
    const closed = synthesize(domain).template;
    const open = synthesize({ ...domain, reportScope }).template;
    const methodsIn = (from: Template) =>
      (
        resourceOf(from, 'AWS::CloudFront::Distribution').properties['DistributionConfig'] as {
          readonly DefaultCacheBehavior: { readonly AllowedMethods: readonly string[] };
        }
      ).DefaultCacheBehavior.AllowedMethods;
    const rulesIn = (from: Template) =>
      (
        resourceOf(from, 'AWS::WAFv2::WebACL').properties['Rules'] as readonly {
          readonly Name: string;
          readonly Statement: { readonly RateBasedStatement: Record<string, unknown> };
        }[]
      ).map(({ Name, Statement: { RateBasedStatement: rate } }) => [
        Name,
        rate['Limit'],
        Object.keys(rate['ScopeDownStatement'] ?? {}),
      ]);
    const codeIn = (from: Template) =>
      resourceOf(from, 'AWS::CloudFront::Function').properties['FunctionCode'];

    expect(methodsIn(closed)).toEqual(['GET', 'HEAD', 'OPTIONS']);
    expect(rulesIn(closed)).toEqual([['requests-per-address', 2_000, []]]);
    expect(codeIn(closed)).toBe(frontDoorCode({ stage: 'live', acceptsReports: false }));

    expect(methodsIn(open)).toContain('POST');
    expect(rulesIn(open)).toEqual([
      ['requests-per-address', 2_000, ['NotStatement']],
      ['reports-per-address', 60_000, ['AndStatement']],
    ]);
    expect(codeIn(open)).toBe(frontDoorCode({ stage: 'live', acceptsReports: true }));
    expect(open.findOutputs('ReportUrl')).toHaveProperty('ReportUrl');
  });
});
