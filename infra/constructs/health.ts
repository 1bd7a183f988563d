// GET /health: an HTTP API of its own, because a WebSocket API answers handshakes alone.
import { Validations } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { resourceName } from '../configuration';
import { accessLog, httpLogFields } from './access-log';
import { apiDomainName } from './api-domain-name';
import { ServiceFunction, type Deployment } from './service-function';
import type { Store } from './store';

/** Requests a second: it is open to all, and a monitor asks every few seconds. */
const throttle = { rateLimit: 50, burstLimit: 100 } as const;

export interface HealthProps extends Deployment {
  readonly store: Store;
}

export class Health extends Construct {
  readonly url: string;
  /** The host name of the API, for what stands before it. */
  readonly domainName: string;

  constructor(scope: Construct, id: string, props: HealthProps) {
    super(scope, id);
    const { configuration, store } = props;
    const { gatewayUrl, useMockData } = configuration;
    const health = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'health',
      description: 'Answers GET /health',
      timeoutSeconds: 5,
      memoryMegabytes: 256,
      settings: { tableName: store.tableName, useMockData, gatewayUrl },
    });
    store.allow(health, ['Query'], 'connections', 'connectionCounts');
    const apiName = `${resourceName(configuration)}-health`;
    const api = new HttpApi(this, 'Api', {
      apiName,
      description: 'Mission Control: GET /health',
      createDefaultStage: false,
    });
    const [route] = api.addRoutes({
      path: '/health',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Integration', health),
    });
    Validations.of(route ?? api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Monitors and load balancers ask without credentials, as the API documentation promises. The answer ' +
        'has counts and the configured gateway, no name of a user or an agent; asking is throttled to 50 a second.',
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: accessLog(
        this,
        'AccessLog',
        `${resourceName(configuration)}/health`,
        httpLogFields,
        configuration,
      ),
    });
    this.url = `${api.apiEndpoint}/health`;
    this.domainName = apiDomainName(this, api.apiId);
  }
}
