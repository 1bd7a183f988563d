// The two APIs: their routes, authorizer, integrations, throttling, CORS and access logs.
import type { Template } from 'aws-cdk-lib/assertions';
import { httpLogFields, webSocketLogFields } from '#infra/constructs/api/access-log';
import { environmentOf, functionOf, resourceOf, synthesize } from './synthesized';
import { all, one, template, withMockData } from './usual-stack';

describe('WebSocket API', () => {
  const route = (RouteKey: string) => one('AWS::ApiGatewayV2::Route', { RouteKey });
  const stage = one('AWS::ApiGatewayV2::Stage', { StageName: 'live' });

  it('has three routes, and selects the route by the type of a message', () => {
    const api = one('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' });
    expect(api.properties['RouteSelectionExpression']).toBe('$request.body.type');
    const routes = all('AWS::ApiGatewayV2::Route').filter(
      ({ properties }) => properties['ApiId'] === `\${${api.id}}`,
    );
    expect(routes.map(({ properties }) => properties['RouteKey']).sort()).toEqual([
      '$connect',
      '$default',
      '$disconnect',
    ]);
  });

  it('has an authorizer on $connect only', () => {
    const authorizer = one('AWS::ApiGatewayV2::Authorizer');
    expect(route('$connect').properties).toMatchObject({
      AuthorizationType: 'CUSTOM',
      AuthorizerId: `\${${authorizer.id}}`,
    });
    for (const key of ['$disconnect', '$default', 'GET /health', 'GET /whoami']) {
      expect(route(key).properties).toMatchObject({ AuthorizationType: 'NONE' });
      expect(route(key).properties).not.toHaveProperty('AuthorizerId');
    }
  });

  it('calls the authorizer for every handshake: its identity source is empty', () => {
    expect(one('AWS::ApiGatewayV2::Authorizer').properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      IdentitySource: [],
      AuthorizerUri: expect.stringContaining('${WebSocketAuthorizerFunction.Arn}') as string,
    });
  });

  it.each([
    ['$connect', 'WebSocketConnectFunction'],
    ['$disconnect', 'WebSocketDisconnectFunction'],
    ['$default', 'WebSocketDefaultFunction'],
  ])('integrates %s with %s', (key, target) => {
    const id = String(route(key).properties['Target']).slice('integrations/${'.length, -1);
    const integration = all('AWS::ApiGatewayV2::Integration').find((found) => found.id === id);
    expect(integration?.properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: expect.stringContaining(`\${${target}.Arn}`) as string,
    });
  });

  it('has a route response on $default only', () => {
    const response = one('AWS::ApiGatewayV2::RouteResponse');
    expect(response.properties).toMatchObject({
      RouteId: `\${${route('$default').id}}`,
      RouteResponseKey: '$default',
    });
    expect(route('$default').properties['RouteResponseSelectionExpression']).toBe('$default');
  });

  it("counts refused handshakes from the authorizer's log with metric filters, in total and by reason", () => {
    const filters = all('AWS::Logs::MetricFilter').map(({ properties }) => properties);
    const [service, stageName, reason] = [
      { Key: 'service', Value: '$.message.service' },
      { Key: 'stage', Value: '$.message.stage' },
      { Key: 'reason', Value: '$.message.code' },
    ];
    const filter = (Dimensions: object[]) => ({
      FilterPattern: '{ $.message.service = "authorizer" }',
      LogGroupName: '${WebSocketAuthorizerFunctionLog}',
      MetricTransformations: [
        {
          ...{ MetricNamespace: 'MissionControl', MetricName: 'HandshakesRefused' },
          ...{ MetricValue: '1', Dimensions },
        },
      ],
    });
    expect(filters).toEqual([filter([service, stageName]), filter([service, stageName, reason])]);
  });

  it('deploys automatically, is throttled, and depends on the account settings for logging, which are retained', () => {
    expect(stage.properties).toMatchObject({
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
      // Anyone can send handshakes, so their limit is independent of the rate that messages need.
      RouteSettings: { $connect: { ThrottlingRateLimit: 400, ThrottlingBurstLimit: 400 } },
    });
    expect(stage.dependsOn).toContain(route('$connect').id);
    expect(stage.dependsOn).toContain('WebSocketAccountSettings');
    expect(one('AWS::ApiGateway::Account').deletionPolicy).toBe('Retain');
    const role = all('AWS::IAM::Role').find(({ id }) => id === 'WebSocketAccountLogRole');
    expect(role?.deletionPolicy).toBe('Retain');
  });
});

describe('access logs', () => {
  it.each([
    ['live', webSocketLogFields],
    ['$default', httpLogFields],
  ])('of stage %s have one JSON object per line, with the listed fields', (StageName, fields) => {
    const { properties } = one('AWS::ApiGatewayV2::Stage', { StageName });
    const { Format } = properties['AccessLogSettings'] as { Format: string };
    expect(JSON.parse(Format)).toEqual(fields);
    expect(fields.requestId).toBe('$context.requestId');
  });

  it.each([
    ['live', 'websocket'],
    ['$default', 'health'],
  ])('of stage %s are kept for 30 days in the log group of %s', (StageName, name) => {
    const { properties } = one('AWS::ApiGatewayV2::Stage', { StageName });
    const log = one('AWS::Logs::LogGroup', {
      // With this prefix, API Gateway does not add a statement for each log group to the account's resource policy, whose
      // size is limited.
      LogGroupName: `/aws/vendedlogs/apis/mission-control/${name}`,
    });
    expect(properties['AccessLogSettings']).toMatchObject({
      DestinationArn: `\${${log.id}.Arn}`,
    });
    expect(log).toMatchObject({ deletionPolicy: 'Delete', properties: { RetentionInDays: 30 } });
  });

  it.each([...Object.values(webSocketLogFields), ...Object.values(httpLogFields)])(
    '%s is not a value that a client sends, so it cannot contain a token',
    (field) => {
      expect(field).toMatch(/^\$context\.[A-Za-z.]+$/);
      expect(field).not.toMatch(
        /path|query|request\.|header|protocol|userAgent|claims|principal|override|authorizer\.(?!status|error|latency|requestId)/i,
      );
    },
  );

  it('are the only logs of API Gateway: execution logs would contain the query string', () => {
    for (const { properties } of all('AWS::ApiGatewayV2::Stage')) {
      expect(properties['DefaultRouteSettings']).not.toHaveProperty('LoggingLevel');
      expect(properties['DefaultRouteSettings']).not.toHaveProperty('DataTraceEnabled');
    }
  });
});

describe('HTTP API', () => {
  const api = one('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' });
  const routes = all('AWS::ApiGatewayV2::Route').filter(
    ({ properties }) => properties['ApiId'] === `\${${api.id}}`,
  );

  it('has one route each for GET and HEAD of /health and /whoami, and no other route', () => {
    expect(routes.map(({ properties }) => properties['RouteKey'])).toEqual([
      'GET /health',
      'HEAD /health',
      'GET /whoami',
      'HEAD /whoami',
    ]);
  });

  it.each([
    ['/health', 'HealthFunction'],
    ['/whoami', 'HealthWhoamiFunction'],
  ])('integrates %s with %s, with payload format 2.0', (path, target) => {
    for (const { properties } of routes) {
      if (!String(properties['RouteKey']).endsWith(path)) continue;
      const id = String(properties['Target']).slice('integrations/${'.length, -1);
      const integration = all('AWS::ApiGatewayV2::Integration').find((found) => found.id === id);
      expect(integration?.properties).toMatchObject({
        IntegrationUri: `\${${target}.Arn}`,
        PayloadFormatVersion: '2.0',
      });
    }
  });

  it('is throttled, with separate limits for /whoami and for HEAD, and its stage depends on the routes', () => {
    const stage = one('AWS::ApiGatewayV2::Stage', { StageName: '$default' });
    const head = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
    expect(stage.properties).toMatchObject({
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: {
        'GET /whoami': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 200 },
        'HEAD /whoami': head,
        'HEAD /health': head,
      },
    });
    expect(stage.dependsOn).toEqual(expect.arrayContaining(routes.map(({ id }) => id)));
  });

  it('allows cross-origin requests only from the origins in allowedOrigins', () => {
    const cors = (from: Template) =>
      resourceOf(from, 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' }).properties[
        'CorsConfiguration'
      ];
    expect(cors(template)).toBeUndefined();
    const allowedOrigins = 'https://app.example.com,http://localhost:5173';
    expect(cors(synthesize({ allowedOrigins }).template)).toEqual({
      AllowOrigins: ['https://app.example.com', 'http://localhost:5173'],
      AllowMethods: ['GET', 'HEAD'],
      AllowHeaders: ['authorization'],
      MaxAge: 3600,
    });
  });

  it('gives its health function GATEWAY_URL only if gatewayUrl is set', () => {
    expect(environmentOf(functionOf(template, 'health'))).not.toHaveProperty('GATEWAY_URL');
    expect(environmentOf(functionOf(withMockData, 'health'))).toMatchObject({
      GATEWAY_URL: 'http://localhost:8888',
      USE_MOCK_DATA: 'true',
    });
  });
});
