// Converts the template's API Gateway resources into the API definitions that the gateway serves.
import type {
  Authorizer,
  Cors,
  HttpApiDefinition,
  JwtAuthorizer,
  Throttle,
  WebSocketApiDefinition,
  WebSocketRoute,
} from '../gateway/definition';
import { functionNameOf } from '../template/function-name';
import type { LambdaFunction } from '../lambda/invocation';
import { accountId, arnOf, region } from '../template/pseudo-parameters';
import type { Resource, ResolvedTemplate } from '../template/resolve-template';
import { TemplateError, type Place } from '../template/template';
import type { RequireInvokePermission } from './invoke-permissions';

export interface ApiDependencies {
  readonly template: ResolvedTemplate;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly requireInvokePermission: RequireInvokePermission;
}

type Api = Resource<'AWS::ApiGatewayV2::Api'>;
type Route = Resource<'AWS::ApiGatewayV2::Route'>;

const service = 'apigateway.amazonaws.com';
const webSocketRouteKeys = ['$connect', '$disconnect', '$default'] as const;
type WebSocketRouteKey = (typeof webSocketRouteKeys)[number];

/**
 * The template's WebSocket API.
 * @throws {TemplateError} if the gateway does not support a part of it, or has no permission to invoke a function
 */
export function webSocketApiOf(dependencies: ApiDependencies): WebSocketApiDefinition {
  const api = apiOf(dependencies, 'WEBSOCKET');
  const { stage, throttle, throttleOf } = stageOf(dependencies, api);
  const routes: Partial<Record<WebSocketRouteKey, WebSocketRoute>> = {};
  for (const route of routesOf(dependencies, api)) {
    const place = placeOf(route);
    const key = webSocketRouteKeys.find((each) => each === route.properties.RouteKey);
    if (key === undefined) {
      throw new TemplateError(place, `RouteKey must be ${webSocketRouteKeys.join(', ')}`);
    }
    const authorizer = authorizerOf(dependencies, api, route);
    if (authorizer !== undefined && key !== '$connect') {
      throw new TemplateError(place, 'only $connect may have an authorizer');
    }
    routes[key] = {
      integration: integrationOf(dependencies, route, arnIn(api, `${stage}/${key}`)).function,
      respond: dependencies.template
        .of('AWS::ApiGatewayV2::RouteResponse')
        .some(({ properties }) => properties.RouteId === route.ref),
      ...(authorizer === undefined ? {} : { authorizer }),
      ...throttleOf(route),
    };
  }
  return { apiId: api.ref, accountId, region, stage, routes, ...throttle };
}

/**
 * The template's HTTP API.
 * @throws {TemplateError} if the gateway does not support a part of it, or has no permission to invoke a function
 */
export function httpApiOf(dependencies: ApiDependencies): HttpApiDefinition {
  const api = apiOf(dependencies, 'HTTP');
  const { stage, throttle, throttleOf } = stageOf(dependencies, api);
  const routes = routesOf(dependencies, api).map((route) => {
    const place = placeOf(route);
    const [method, path] = route.properties.RouteKey.split(' ');
    if (method === undefined || path === undefined || /[{}]/.test(path)) {
      throw new TemplateError(place, 'RouteKey must be a method and a path without parameters');
    }
    const source = arnIn(api, `${stage}/${method}${path}`);
    const { function: integration, payloadFormat } = integrationOf(dependencies, route, source);
    if (payloadFormat !== '2.0') {
      throw new TemplateError(place, "its integration's PayloadFormatVersion must be 2.0");
    }
    const authorizer = jwtAuthorizerOf(dependencies, route);
    return { method, path, integration, ...authorizer, ...throttleOf(route) };
  });
  return { apiId: api.ref, accountId, region, stage, routes, ...throttle, ...corsOf(api) };
}

function corsOf({ properties }: Api): { readonly cors?: Cors } {
  const { CorsConfiguration: given } = properties;
  if (given === undefined) return {};
  const { AllowOrigins: allowOrigins, AllowMethods: allowMethods } = given;
  const { AllowHeaders: allowHeaders, MaxAge: maxAgeSeconds } = given;
  return { cors: { allowOrigins, allowMethods, allowHeaders, maxAgeSeconds } };
}

const placeOf = ({ logicalId, type }: Resource): Place => ({ logicalId, type });
const arnIn = (api: Api, rest: string) => arnOf('execute-api', `${api.ref}/${rest}`);

function apiOf({ template }: ApiDependencies, protocol: 'WEBSOCKET' | 'HTTP'): Api {
  const found = template
    .of('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType === protocol);
  const [api] = found;
  if (api !== undefined && found.length === 1) return api;
  const problem = `there must be one API with the ProtocolType ${protocol}, not ${found.length}`;
  throw new TemplateError({ logicalId: 'Resources', type: 'AWS::ApiGatewayV2::Api' }, problem);
}

function stageOf(dependencies: ApiDependencies, api: Api) {
  const found = dependencies.template
    .of('AWS::ApiGatewayV2::Stage')
    .filter(({ properties }) => properties.ApiId === api.ref);
  const [stage] = found;
  if (stage === undefined || found.length > 1) {
    throw new TemplateError(placeOf(api), `it must have one stage, not ${found.length}`);
  }
  const { StageName, DefaultRouteSettings, RouteSettings } = stage.properties;
  const keys = routesOf(dependencies, api).map(({ properties }) => properties.RouteKey);
  const unknown = Object.keys(RouteSettings).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new TemplateError(placeOf(stage), `RouteSettings: there is no route ${unknown}`);
  }
  return {
    stage: StageName,
    throttle: throttleBy(DefaultRouteSettings),
    /** The throttle of a route that has its own settings. */
    throttleOf: ({ properties }: Route) => throttleBy(RouteSettings[properties.RouteKey]),
  };
}

type RouteSettings = Resource<'AWS::ApiGatewayV2::Stage'>['properties']['DefaultRouteSettings'];

function throttleBy(settings: RouteSettings = {}): { readonly throttle?: Throttle } {
  const { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst } = settings;
  if (requestsPerSecond === undefined || burst === undefined) return {};
  return { throttle: { requestsPerSecond, burst } };
}

function routesOf({ template }: ApiDependencies, api: Api): readonly Route[] {
  return template
    .of('AWS::ApiGatewayV2::Route')
    .filter(({ properties }) => properties.ApiId === api.ref);
}

function integrationOf(dependencies: ApiDependencies, route: Route, sourceArn: string) {
  const place = placeOf(route);
  const id = route.properties.Target.replace(/^integrations\//, '');
  const integration = dependencies.template
    .of('AWS::ApiGatewayV2::Integration')
    .find(({ ref }) => ref === id);
  if (integration === undefined) throw new TemplateError(place, `there is no integration ${id}`);
  const { IntegrationUri, PayloadFormatVersion: payloadFormat } = integration.properties;
  return { function: callee(dependencies, IntegrationUri, sourceArn, place), payloadFormat };
}

function authorizerOf(
  dependencies: ApiDependencies,
  api: Api,
  route: Route,
): Authorizer | undefined {
  if (route.properties.AuthorizationType === 'NONE') return undefined;
  const authorizer = authorizerResourceOf(dependencies, route);
  const { AuthorizerUri, IdentitySource } = authorizer.properties;
  if (AuthorizerUri === undefined) {
    throw new TemplateError(placeOf(route), 'a WebSocket API may only have REQUEST authorizers');
  }
  const source = arnIn(api, `authorizers/${authorizer.ref}`);
  return {
    function: callee(dependencies, AuthorizerUri, source, placeOf(authorizer)),
    identitySources: IdentitySource,
  };
}

/** @throws {TemplateError} unless it is a JWT authorizer that reads the Authorization header */
function jwtAuthorizerOf(
  dependencies: ApiDependencies,
  route: Route,
): { readonly authorizer?: JwtAuthorizer } {
  const { AuthorizationType, AuthorizationScopes: scopes } = route.properties;
  if (AuthorizationType === 'NONE') return {};
  const { JwtConfiguration, IdentitySource } = authorizerResourceOf(dependencies, route).properties;
  if (JwtConfiguration === undefined || IdentitySource.join() !== '$request.header.Authorization') {
    const problem =
      'the local stack supports only JWT authorizers of HTTP APIs, with $request.header.Authorization';
    throw new TemplateError(placeOf(route), problem);
  }
  const { Issuer: issuer, Audience: audiences } = JwtConfiguration;
  return { authorizer: { issuer, audiences, scopes } };
}

function authorizerResourceOf({ template }: ApiDependencies, route: Route) {
  const { AuthorizerId = '' } = route.properties;
  const authorizer = template
    .of('AWS::ApiGatewayV2::Authorizer')
    .find(({ ref }) => ref === AuthorizerId);
  if (authorizer !== undefined) return authorizer;
  throw new TemplateError(placeOf(route), `there is no authorizer ${AuthorizerId}`);
}

function callee(
  dependencies: ApiDependencies,
  uri: string,
  sourceArn: string,
  place: Place,
): LambdaFunction {
  const name = functionNameOf(uri);
  const found = dependencies.functions.get(name);
  if (found === undefined) throw new TemplateError(place, `${uri} must name a function`);
  dependencies.requireInvokePermission(uri, service, sourceArn, place);
  return found;
}
