// The route POST /events of the HTTP API: backends report events over HTTPS, with a token instead of AWS credentials.
import { Fn, Stack } from 'aws-cdk-lib';
import { HttpMethod, type HttpApi, type HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { IdentityProvider } from '../../../lambdas/contract/identity-provider';
import type { Configuration } from '../../config/configuration';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { Store } from '../data/store';

const path = '/events';

/** The key of the route, by which the stage has settings for it. */
export const reportRouteKey = `POST ${path}`;

/**
 * The limit of requests to the route, by all backends together. It is a separate limit, so that reports do not block `/health`
 * and `/whoami`, or the other way round. A request can have 100 events. The rate limits what a flood without valid tokens costs:
 * cost/abuse/http-abuses.ts.
 */
export const reportThrottle = { ThrottlingRateLimit: 250, ThrottlingBurstLimit: 1_000 } as const;

export interface ReportRouteProps extends Deployment {
  readonly api: HttpApi;
  readonly store: Store;
  readonly eventBus: EventBus;
  readonly reportScope: string;
}

export class ReportRoute extends Construct {
  readonly url: string;
  /** The role that puts events on the bus. */
  readonly roleArn: string;
  readonly routes: readonly HttpRoute[];

  constructor(scope: Construct, id: string, props: ReportRouteProps) {
    super(scope, id);
    const { configuration, api, reportScope } = props;
    const report = this.report(props);
    this.roleArn = report.roleArn;
    this.url = `${api.apiEndpoint}${path}`;
    // API Gateway refuses tokens without invoking the function. It fetches the issuer's keys itself, by discovery.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    const authorizer = new HttpJwtAuthorizer('Tokens', issuerOf(this, configuration), {
      jwtAudience: audiencesOf(configuration),
    });
    this.routes = api.addRoutes({
      path,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('ReportIntegration', report),
      authorizer,
      authorizationScopes: [reportScope],
    });
  }

  private report(props: ReportRouteProps): ServiceFunction {
    const { store, eventBus } = props;
    const report = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'report',
      description: 'Answers POST /events',
      // It may wait for the issuer, and then for the event bus. API Gateway waits for 30 s.
      timeoutSeconds: 29,
      resources: { tableName: store.tableName, eventBusName: eventBus.eventBusName },
    });
    store.allow(report, ['GetItem'], 'connections');
    report.allow(['events:PutEvents'], eventBus.eventBusArn);
    return report;
  }
}

/** The `iss` of the tokens. */
function issuerOf(scope: Construct, { identityProvider: provider }: Configuration): string {
  if (provider.kind === 'oidc') return provider.issuer;
  // The id of a pool begins with its region, which may differ from the stack's.
  const region = Fn.select(0, Fn.split('_', provider.userPoolId));
  return `https://cognito-idp.${region}.${Stack.of(scope).urlSuffix}/${provider.userPoolId}`;
}

function audiencesOf({
  reportAudience,
  identityProvider,
}: {
  readonly reportAudience?: readonly string[];
  readonly identityProvider: IdentityProvider;
}): string[] {
  if (reportAudience !== undefined) return [...reportAudience];
  return [
    identityProvider.kind === 'oidc'
      ? identityProvider.audience
      : identityProvider.userPoolClientId,
  ];
}
