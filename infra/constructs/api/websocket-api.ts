// The WebSocket API: who may connect, and which function answers what a client sends.
import { Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage, type CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { resourceName } from '../../config/configuration';
import { accessLog, webSocketLogFields } from './access-log';
import { apiDomainName } from './api-domain-name';
import { ApiGatewayAccount } from './api-gateway-account';
import { identitySettings } from './identity-settings';
import { RefusedHandshakes } from './refused-handshakes';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { Store } from '../data/store';
import { acknowledgeWildcard } from '../base/wildcard-resource';

/**
 * Messages and closes a second. They stay below what the account has in newer regions (2,500 and
 * 1,250), because the fan-out's posts are counted against the account as well.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const throttle = { rateLimit: 2_000, burstLimit: 1_000 } as const;

export interface MissionControlWebSocketApiProps extends Deployment {
  readonly store: Store;
}

export class MissionControlWebSocketApi extends Construct {
  /** Where clients connect to. */
  readonly url: string;
  /** The host name of the API, for what stands before it. */
  readonly domainName: string;
  /** Where functions post to: the stage's own, which works behind a custom domain too. */
  readonly callbackUrl: string;
  readonly apiId: string;
  readonly stageName: string;

  constructor(scope: Construct, id: string, props: MissionControlWebSocketApiProps) {
    super(scope, id);
    const { configuration, store } = props;
    const apiName = resourceName(configuration);
    const api = new WebSocketApi(this, 'Api', {
      apiName,
      description: 'Mission Control: every dashboard is connected here',
      // Messages are told apart by their type in `default`; there is no route for a single one.
      routeSelectionExpression: '$request.body.type',
    });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: configuration.stage,
      autoDeploy: true,
      throttle,
      // Access logs alone: execution logs would show the query string, and with it tokens.
      accessLogSettings: accessLog(
        this,
        'AccessLog',
        `${apiName}/websocket`,
        webSocketLogFields,
        configuration,
      ),
    });
    stage.node.addDependency(new ApiGatewayAccount(this, 'Account'));
    this.apiId = api.apiId;
    this.stageName = configuration.stage;
    this.url = stage.url;
    this.domainName = apiDomainName(this, api.apiId);
    this.callbackUrl = stage.callbackUrl;

    const authorizer = new ServiceFunction(this, 'AuthorizerFunction', {
      ...props,
      name: 'authorizer',
      description: 'Verifies the JWT of a handshake',
      traced: false,
      // An issuer that does not answer costs 10 s, after 3 s for a fetch that a cold start has begun: then there is an answer in
      // good order.
      timeoutSeconds: 15,
      memoryMegabytes: 512,
      settings: identitySettings(configuration),
    });
    new RefusedHandshakes(this, 'RefusedHandshakes', { log: authorizer.logGroup });
    const connect = new ServiceFunction(this, 'ConnectFunction', {
      ...props,
      name: 'connect',
      description: 'Records a new connection',
      traced: false,
      timeoutSeconds: 10,
      memoryMegabytes: 512,
      settings: {
        tableName: store.tableName,
        callbackUrl: this.callbackUrl,
        maxConnectionsPerUser: configuration.maxConnectionsPerUser,
        handshakesPerMinute: configuration.handshakesPerMinute,
        handshakeBurst: configuration.handshakeBurst,
      },
    });
    store.allow(connect, ['UpdateItem'], 'rateLimits');
    store.allow(connect, ['PutItem', 'Query', 'DeleteItem'], 'connections');
    this.allowManagement(connect, 'POST', 'DELETE');
    const disconnect = new ServiceFunction(this, 'DisconnectFunction', {
      ...props,
      name: 'disconnect',
      description: 'Deletes the record of a connection that was closed',
      timeoutSeconds: 10,
      memoryMegabytes: 256,
      settings: { tableName: store.tableName },
    });
    store.allow(disconnect, ['DeleteItem'], 'connections');
    const fallback = new ServiceFunction(this, 'DefaultFunction', {
      ...props,
      name: 'default',
      description: 'Answers what clients send',
      // As long as API Gateway waits: a large state goes out in many messages.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
      timeoutSeconds: 29,
      memoryMegabytes: 1024,
      settings: {
        ...identitySettings(configuration),
        tableName: store.tableName,
        callbackUrl: this.callbackUrl,
        maxPostsPerSecond: configuration.maxPostsPerSecond,
        messagesPerMinute: configuration.messagesPerMinute,
        messageBurst: configuration.messageBurst,
        floodFactor: configuration.floodFactor,
        syncsPerMinute: configuration.syncsPerMinute,
        maxConnectionsPerUser: configuration.maxConnectionsPerUser,
        handshakesPerMinute: configuration.handshakesPerMinute,
        handshakeBurst: configuration.handshakeBurst,
        snapshotAgents: configuration.snapshotAgents,
        snapshotSessions: configuration.snapshotSessions,
        heartbeatSeconds: configuration.heartbeatSeconds,
      },
    });
    store.allow(fallback, ['UpdateItem'], 'rateLimits');
    store.allow(fallback, ['Query'], 'state');
    store.allow(fallback, ['GetItem', 'Query', 'UpdateItem', 'DeleteItem'], 'connections');
    this.allowManagement(fallback, 'POST', 'DELETE');

    const connectRoute = api.addRoute('$connect', {
      integration: new WebSocketLambdaIntegration('ConnectIntegration', connect),
      // Identity sources are ANDed, and CDK's default is the Authorization header, which browsers cannot
      // send. With none, every handshake reaches the function, which looks at all three places.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
      authorizer: new WebSocketLambdaAuthorizer('TokenAuthorizer', authorizer, {
        identitySource: [],
      }),
    });
    const { handshakesPerSecond } = configuration;
    (stage.node.defaultChild as CfnStage).routeSettings = {
      $connect: {
        ThrottlingRateLimit: handshakesPerSecond,
        ThrottlingBurstLimit: handshakesPerSecond,
      },
    };
    // API Gateway refuses settings for a route that is not there yet; the template refers to it by its key alone.
    stage.node.addDependency(connectRoute);
    const disconnectRoute = api.addRoute('$disconnect', {
      integration: new WebSocketLambdaIntegration('DisconnectIntegration', disconnect),
    });
    const defaultRoute = api.addRoute('$default', {
      integration: new WebSocketLambdaIntegration('DefaultIntegration', fallback),
      // Without a route response, what the function returns is dropped.
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
      returnResponse: true,
    });
    for (const route of [disconnectRoute, defaultRoute]) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'A WebSocket API authorizes $connect and has no authorizer on any other route. Messages and closes ' +
          'come over connections that the authorizer let through, and carry what it said about the user.',
      });
    }
  }

  /** Lets a function post to (`POST`), ask for (`GET`) or close (`DELETE`) the connections of this stage. */
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
        'Connections come and go, and which one a frame goes to is known when it is sent. The permission is ' +
          "for one method, on the connections of this API's one stage.",
      );
    }
  }
}
