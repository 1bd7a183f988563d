// The HTTP API with GET /health, GET /whoami and, if configured, POST /events. It is a separate API, because a WebSocket API
// only answers handshakes.
import { Duration, Validations } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type CfnStage,
  type HttpApiProps,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { accessLog, httpLogFields } from './access-log';
import { allowedOriginsOf } from './allowed-origins';
import { apiDomainName } from './api-domain-name';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { Store } from '../data/store';
import { ReportRoute, reportRouteKey, reportThrottle } from './report-route';

/** The limit of requests to `/health`, which is public. */
const throttle = { rateLimit: 50, burstLimit: 100 } as const;

/** The limit of HEAD requests, which are for monitors. It is low, so that HEAD does not double the number of requests. */
const headThrottle = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 } as const;

/**
 * The limit of requests to `/whoami`. The burst is higher, because many clients may send a request at once after failed handshakes.
 * It is a separate limit, so that a flood of one route does not block the other.
 */
const whoamiThrottle = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 200 } as const;

export interface MissionControlHttpApiProps extends Deployment {
  readonly store: Store;
  readonly eventBus: EventBus;
}

export class MissionControlHttpApi extends Construct {
  readonly healthUrl: string;
  readonly whoamiUrl: string;
  /** The way in for events; undefined if `reportScope` is not set. */
  readonly report: ReportRoute | undefined;
  /** The host name of the API, for the front door. */
  readonly domainName: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: MissionControlHttpApiProps) {
    super(scope, id);
    const { configuration } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `${resourceName(configuration)}-health`,
      description: descriptionOf(configuration),
      createDefaultStage: false,
      ...corsOf(configuration),
    });
    const health = this.addRoute('/health', this.health(props), {
      id: 'Integration',
      reason:
        'Monitors and load balancers ask without credentials, as the API documentation promises. The answer ' +
        'has counts and the configured gateway, no name of a user or an agent; asking is throttled to 50 a second.',
    });
    const whoami = this.addRoute('/whoami', this.whoami(props), {
      id: 'WhoamiIntegration',
      reason:
        'The function verifies the token, by the rules of a handshake, and tells why it refuses one: an authorizer ' +
        'of the API could not. The answer has what the token itself says; asking is throttled to 50 a second.',
    });
    const { reportScope } = configuration;
    this.report =
      reportScope === undefined
        ? undefined
        : new ReportRoute(this, 'Report', { ...props, api: this.api, reportScope });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: accessLog(this, {
        name: `${resourceName(configuration)}/health`,
        fields: httpLogFields,
        configuration,
      }),
    });
    (stage.node.defaultChild as CfnStage).routeSettings = {
      'GET /whoami': whoamiThrottle,
      'HEAD /whoami': headThrottle,
      'HEAD /health': headThrottle,
      ...(this.report && { [reportRouteKey]: reportThrottle }),
    };
    // API Gateway rejects settings of routes that do not exist yet, and CloudFormation does not derive the order from route keys.
    stage.node.addDependency(...health, ...whoami, ...(this.report?.routes ?? []));
    this.healthUrl = `${this.api.apiEndpoint}/health`;
    this.whoamiUrl = `${this.api.apiEndpoint}/whoami`;
    this.domainName = apiDomainName(this, this.api.apiId);
  }

  private health(props: MissionControlHttpApiProps): ServiceFunction {
    const { store } = props;
    const health = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'health',
      description: 'Answers GET /health',
      traced: false,
      timeoutSeconds: 5,
      resources: { tableName: store.tableName },
    });
    store.allow(health, ['Query'], 'connections', 'connectionCounts');
    return health;
  }

  private whoami(props: MissionControlHttpApiProps): ServiceFunction {
    const { store } = props;
    const whoami = new ServiceFunction(this, 'WhoamiFunction', {
      ...props,
      name: 'whoami',
      description: 'Answers GET /whoami',
      traced: false,
      // The same timeout as the authorizer's, because both may wait for the issuer.
      timeoutSeconds: 15,
      resources: { tableName: store.tableName },
    });
    store.allow(whoami, ['GetItem'], 'connections');
    return whoami;
  }

  /** Adds routes for GET and HEAD. A GET route of an HTTP API does not answer HEAD requests. */
  private addRoute(
    path: string,
    handler: ServiceFunction,
    { id, reason }: { readonly id: string; readonly reason: string },
  ) {
    const routes = this.api.addRoutes({
      path,
      methods: [HttpMethod.GET, HttpMethod.HEAD],
      integration: new HttpLambdaIntegration(id, handler),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
    }
    return routes;
  }
}

/** Without `reportScope` as before there was POST /events, so that the API is not updated. */
function descriptionOf({ reportScope }: Configuration): string {
  return reportScope === undefined
    ? 'Mission Control: GET /health and GET /whoami'
    : 'Mission Control: GET /health, GET /whoami and POST /events';
}

/**
 * API Gateway answers preflight requests itself, and adds these headers to the functions' responses.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
function corsOf(configuration: Configuration): Pick<HttpApiProps, 'corsPreflight'> {
  const allowOrigins = allowedOriginsOf(configuration);
  if (allowOrigins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins,
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD],
      allowHeaders: ['authorization'],
      maxAge: Duration.hours(1),
    },
  };
}
