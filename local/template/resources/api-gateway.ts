// Defines the resource types of API Gateway: WebSocket APIs and HTTP APIs with Lambda proxy integrations.
import * as v from 'valibot';
import { region, urlSuffix } from '../pseudo-parameters';
import { only, resourceType, strict, text, withoutEffect } from '../properties';

const rate = v.number('must be a number');
const routeSettings = strict({
  ThrottlingBurstLimit: v.optional(rate),
  ThrottlingRateLimit: v.optional(rate),
  ...withoutEffect('DataTraceEnabled', 'DetailedMetricsEnabled', 'LoggingLevel'),
});
const partOf = (names: { readonly partId: string }, attribute: string) => ({
  ref: names.partId,
  attributes: { [attribute]: names.partId },
});

export const api = resourceType({
  properties: strict({
    Name: text,
    ProtocolType: only('WEBSOCKET', 'HTTP'),
    RouteSelectionExpression: v.optional(text),
    CorsConfiguration: v.optional(
      strict({
        AllowOrigins: v.array(text),
        AllowMethods: v.array(text),
        AllowHeaders: v.array(text),
        MaxAge: rate,
      }),
    ),
    ...withoutEffect('Description', 'IpAddressType', 'Tags', 'Version'),
  }),
  identify: (properties, names) => {
    const scheme = properties.ProtocolType === 'WEBSOCKET' ? 'wss' : 'https';
    const ApiEndpoint = `${scheme}://${names.apiId}.execute-api.${region}.${urlSuffix}`;
    return { ref: names.apiId, attributes: { ApiId: names.apiId, ApiEndpoint } };
  },
});

export const stage = resourceType({
  properties: strict({
    ApiId: text,
    StageName: text,
    // Without automatic deployment, a stage serves nothing until an AWS::ApiGatewayV2::Deployment exists.
    AutoDeploy: v.literal(true, 'must be true: the local stack does not support deployments'),
    DefaultRouteSettings: v.optional(routeSettings),
    // By route key.
    RouteSettings: v.optional(v.record(text, routeSettings), {}),
    ...withoutEffect('AccessLogSettings', 'Description', 'Tags'),
  }),
  identify: (properties) => ({ ref: properties.StageName, attributes: {} }),
});

export const route = resourceType({
  properties: strict({
    ApiId: text,
    RouteKey: text,
    Target: text,
    AuthorizationType: v.optional(only('NONE', 'CUSTOM', 'JWT'), 'NONE'),
    AuthorizerId: v.optional(text),
    AuthorizationScopes: v.optional(v.array(text), []),
    RouteResponseSelectionExpression: v.optional(only('$default')),
    ...withoutEffect('OperationName'),
  }),
  identify: (_, names) => partOf(names, 'RouteId'),
});

export const routeResponse = resourceType({
  properties: strict({ ApiId: text, RouteId: text, RouteResponseKey: only('$default') }),
  identify: (_, names) => partOf(names, 'RouteResponseId'),
});

export const integration = resourceType({
  properties: strict({
    ApiId: text,
    IntegrationType: only('AWS_PROXY'),
    IntegrationUri: text,
    IntegrationMethod: v.optional(only('POST')),
    PayloadFormatVersion: v.optional(only('1.0', '2.0')),
    ...withoutEffect('ConnectionType', 'Description'),
  }),
  identify: (_, names) => partOf(names, 'IntegrationId'),
});

export const authorizer = resourceType({
  properties: strict({
    ApiId: text,
    AuthorizerType: only('REQUEST', 'JWT'),
    // Only of the type REQUEST.
    AuthorizerUri: v.optional(text),
    // Only of the type JWT.
    JwtConfiguration: v.optional(strict({ Issuer: text, Audience: v.array(text) })),
    IdentitySource: v.optional(v.array(text), []),
    Name: text,
  }),
  identify: (_, names) => partOf(names, 'AuthorizerId'),
});

/** The account's role for writing logs, which the local stack does not need. */
export const account = resourceType({
  properties: strict({ ...withoutEffect('CloudWatchRoleArn') }),
  identify: (_, names) => ({ ref: names.generated, attributes: { Id: names.generated } }),
});
