// The WebSocket API: its authorizer, and the functions of its routes.
import { Stack, Validations } from 'aws-cdk-lib';
import {
  WebSocketApi,
  WebSocketStage,
  type CfnStage,
  type WebSocketRoute,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { accessLog, webSocketLogFields } from './access-log';
import { apiDomainName } from './api-domain-name';
import { ApiGatewayAccount } from './api-gateway-account';
import { RefusedHandshakes } from './refused-handshakes';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { Store } from '../data/store';
import { acknowledgeWildcard } from '../base/wildcard-resource';

/**
 * The limit of messages and closes. It is below the quota of the account in newer regions (2,500 a second, burst 1,250), because
 * posts count against this quota as well.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const throttle = { rateLimit: 2_000, burstLimit: 1_000 } as const;

export interface MissionControlWebSocketApiProps extends Deployment {
  readonly store: Store;
}

export class MissionControlWebSocketApi extends Construct {
  /** The URL for clients. */
  readonly url: string;
  /** The host name of the API, for the front door. */
  readonly domainName: string;
  /** The URL for posts. It is that of the stage, which works even if clients use a custom domain. */
  readonly callbackUrl: string;
  readonly apiId: string;
  readonly stageName: string;

  constructor(scope: Construct, id: string, props: MissionControlWebSocketApiProps) {
    super(scope, id);
    const { configuration } = props;
    const api = new WebSocketApi(this, 'Api', {
      apiName: resourceName(configuration),
      description: 'Mission Control: every dashboard is connected here',
      // There is no route for any type, so all messages go to `$default`.
      routeSelectionExpression: '$request.body.type',
    });
    const stage = this.createStage(api, configuration);
    this.apiId = api.apiId;
    this.stageName = configuration.stage;
    this.url = stage.url;
    this.domainName = apiDomainName(this, api.apiId);
    this.callbackUrl = stage.callbackUrl;

    const authorizer = this.createAuthorizer(props);
    const connect = this.createConnect(props);
    const disconnect = this.createDisconnect(props);
    const fallback = this.createDefault(props);

    const connectRoute = addConnectRoute(api, connect, authorizer);
    limitHandshakes(stage, connectRoute, configuration.handshakesPerSecond);
    const disconnectRoute = api.addRoute('$disconnect', {
      integration: new WebSocketLambdaIntegration('DisconnectIntegration', disconnect),
    });
    const defaultRoute = api.addRoute('$default', {
      integration: new WebSocketLambdaIntegration('DefaultIntegration', fallback),
      // Without a route response, API Gateway would discard the function's response.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
      returnResponse: true,
    });
    for (const route of [disconnectRoute, defaultRoute]) acknowledgeNoAuthorizer(route);
  }

  /** Allows a function to post to (`POST`), look up (`GET`) or close (`DELETE`) the connections of this stage. */
  allowManagement(
    grantee: ServiceFunction,
    ...methods: readonly ('POST' | 'GET' | 'DELETE')[]
  ): void {
    const connections = methods.map((method) =>
      Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.apiId,
        resourceName: `${this.stageName}/${method}/@connections/*`,
      }),
    );
    grantee.allow(['execute-api:ManageConnections'], ...connections);
    for (const resource of connections) {
      acknowledgeWildcard(
        grantee.role ?? grantee,
        resource,
        'The ids of connections are not known at deployment. The permission is for one method, on the connections of ' +
          'the only stage of this API.',
      );
    }
  }
  private createStage(api: WebSocketApi, configuration: Configuration): WebSocketStage {
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: configuration.stage,
      autoDeploy: true,
      throttle,
      // Only access logs: execution logs would contain the query string, and therefore tokens.
      accessLogSettings: accessLog(this, {
        name: `${resourceName(configuration)}/websocket`,
        fields: webSocketLogFields,
        configuration,
      }),
    });
    stage.node.addDependency(new ApiGatewayAccount(this, 'Account'));
    return stage;
  }

  private createAuthorizer(props: MissionControlWebSocketApiProps): ServiceFunction {
    const authorizer = new ServiceFunction(this, 'AuthorizerFunction', {
      ...props,
      name: 'authorizer',
      description: 'Verifies the JWT of a handshake',
      traced: false,
      // If the issuer does not answer, verification takes up to 3 s for the fetch of a cold start and 10 s for a second one. The
      // function must still be able to answer after that.
      timeoutSeconds: 15,
    });
    new RefusedHandshakes(this, 'RefusedHandshakes', { log: authorizer.logGroup });
    return authorizer;
  }

  private createConnect(props: MissionControlWebSocketApiProps): ServiceFunction {
    const { store } = props;
    const connect = new ServiceFunction(this, 'ConnectFunction', {
      ...props,
      name: 'connect',
      description: 'Records a new connection',
      traced: false,
      timeoutSeconds: 10,
      resources: { tableName: store.tableName, callbackUrl: this.callbackUrl },
    });
    store.allow(connect, ['UpdateItem'], 'rateLimits');
    store.allow(connect, ['PutItem', 'Query', 'DeleteItem'], 'connections');
    this.allowManagement(connect, 'POST', 'DELETE');
    return connect;
  }

  private createDisconnect(props: MissionControlWebSocketApiProps): ServiceFunction {
    const { store } = props;
    const disconnect = new ServiceFunction(this, 'DisconnectFunction', {
      ...props,
      name: 'disconnect',
      description: 'Deletes the record of a connection that was closed',
      timeoutSeconds: 10,
      resources: { tableName: store.tableName },
    });
    store.allow(disconnect, ['DeleteItem'], 'connections');
    return disconnect;
  }

  private createDefault(props: MissionControlWebSocketApiProps): ServiceFunction {
    const { store } = props;
    const fallback = new ServiceFunction(this, 'DefaultFunction', {
      ...props,
      name: 'default',
      description: 'Answers what clients send',
      // The maximum time that API Gateway waits, because a large snapshot has many messages.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
      timeoutSeconds: 29,
      resources: { tableName: store.tableName, callbackUrl: this.callbackUrl },
    });
    store.allow(fallback, ['UpdateItem'], 'rateLimits');
    store.allow(fallback, ['Query'], 'state', 'timeline');
    store.allow(fallback, ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'], 'connections');
    this.allowManagement(fallback, 'POST', 'DELETE');
    return fallback;
  }
}

function addConnectRoute(
  api: WebSocketApi,
  connect: ServiceFunction,
  authorizer: ServiceFunction,
): WebSocketRoute {
  return api.addRoute('$connect', {
    integration: new WebSocketLambdaIntegration('ConnectIntegration', connect.invoked),
    // API Gateway requires all identity sources, and the CDK's default is the Authorization header, which browsers cannot send.
    // Without identity sources, every handshake reaches the function, which looks for the token in all three places.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    authorizer: new WebSocketLambdaAuthorizer('TokenAuthorizer', authorizer.invoked, {
      identitySource: [],
    }),
  });
}

function limitHandshakes(
  stage: WebSocketStage,
  connectRoute: WebSocketRoute,
  perSecond: number,
): void {
  (stage.node.defaultChild as CfnStage).routeSettings = {
    $connect: { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: perSecond },
  };
  // API Gateway rejects settings of routes that do not exist yet, and CloudFormation does not derive the order from route keys.
  stage.node.addDependency(connectRoute);
}

function acknowledgeNoAuthorizer(route: WebSocketRoute): void {
  Validations.of(route).acknowledge({
    id: 'AwsSolutions-APIG4',
    reason:
      'A WebSocket API authorizes $connect and has no authorizer on any other route. Messages and closes ' +
      'come over connections that the authorizer accepted, and carry its context.',
  });
}
