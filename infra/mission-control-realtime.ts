// The construct of the whole service, for the app in this folder and for other CDK apps.
import path from 'node:path';
import { Token } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { bundleFunctions } from './build/bundle';
import type { IdentityProvider } from '../lambdas/contract/identity-provider';
import type { RequestedSources } from '../lambdas/contract/sources';
import {
  parseDeployment,
  type Configuration,
  type RequestedConfiguration,
} from './config/configuration';
import { parseProvider, type RequestedProvider } from './config/identity';
import type { Parsed } from '../sdk/protocol/parse';
import { ConfigurationError } from './config/configuration-error';
import { Broadcast } from './constructs/delivery/broadcast';
import { DashboardUsers } from './constructs/api/dashboard-users';
import { createDeadLetterQueue } from './constructs/delivery/dead-letter-queue';
import { RetryQueue } from './constructs/delivery/retry-queue';
import { EventBusAccess } from './constructs/delivery/event-bus-access';
import { FrontDoor } from './constructs/front-door/front-door';
import { requirePlaceForFrontDoor } from './constructs/front-door/front-door-place';
import { Heartbeat } from './constructs/delivery/heartbeat';
import { MissionControlHttpApi } from './constructs/api/http-api';
import { MockAgents } from './constructs/delivery/mock-agents';
import { Observability } from './constructs/observability/observability';
import { ServiceFunction, type CodeOf, type Deployment } from './constructs/base/service-function';
import type { ServiceQueue } from './constructs/base/service-queue';
import { Store } from './constructs/data/store';
import { UserDisconnection } from './constructs/delivery/user-disconnection';
import { MissionControlWebSocketApi } from './constructs/api/websocket-api';
import type { RequestedFrontDoor } from './config/front-door-settings';

/** The settings of docs/settings.md by name. Settings that are not set have their defaults. */
export interface MissionControlRealtimeProps extends Partial<
  Omit<RequestedConfiguration, 'identityProvider' | 'tags' | 'frontDoor' | 'sources'>
> {
  /**
   * The identity provider whose tokens open connections: an OpenID Connect issuer, a Cognito user pool (its ids may be
   * CDK tokens of a pool in the same app), or `{ kind: 'cognito-new' }` for a pool that is created.
   */
  readonly identityProvider: RequestedConfiguration['identityProvider'];
  /** Sources that may report certain agents only, each with a pattern or a list of patterns. Default: none. */
  readonly sources?: RequestedSources;
  /** CloudFront in front of the APIs. Default: none. The stack's `env.region` must be set. */
  readonly frontDoor?: boolean | RequestedFrontDoor;
  /** The code of the functions. Default: they are bundled when the construct is created. */
  readonly codeOf?: CodeOf;
  /** With `frontDoor`: the output of `npm run build:dashboard`. Default: build/dashboard of this package. */
  readonly dashboardDirectory?: string;
}

const builtDashboard = path.resolve(__dirname, '../build/dashboard');

/**
 * Mission Control Realtime. Names of resources contain `stage`, so two of these constructs in one account and region need different
 * stages.
 * @throws {@link ConfigurationError} that lists every setting that is not valid
 */
export class MissionControlRealtime extends Construct {
  /** The WebSocket URL for clients. */
  readonly webSocketUrl: string;
  /** The URL of GET /health. */
  readonly healthUrl: string;
  /** The URL of GET /whoami, where clients check their token. */
  readonly whoamiUrl: string;
  /** The URL of POST /events, where backends report events over HTTPS; undefined if `reportScope` is not set. */
  readonly reportUrl: string | undefined;
  /** The event bus, on which backends report events after `eventBus.grantPutEventsTo(…)`. */
  readonly eventBus: EventBus;
  /** The dead-letter queue: invalid events, each with its faults, and jobs that failed too often. */
  readonly rejectedEvents: ServiceQueue;
  /** CloudFront in front of the APIs, if configured. In that case, the URLs above are those of CloudFront. */
  readonly frontDoor: FrontDoor | undefined;
  /** The created user pool; undefined if the identity provider exists already. */
  readonly users: DashboardUsers | undefined;

  constructor(scope: Construct, id: string, props: MissionControlRealtimeProps) {
    super(scope, id);
    const { codeOf, dashboardDirectory = builtDashboard, ...given } = props;
    const requested = checked(given);
    if (requested.frontDoor !== undefined) {
      requirePlaceForFrontDoor(this, requested.frontDoor, dashboardDirectory);
    }
    const { users, identityProvider } = acceptedProvider(this, requested);
    const configuration: Configuration = { ...requested, identityProvider };
    const deployment: Deployment = { configuration, codeOf: codeOf ?? bundleFunctions() };

    const store = new Store(this, 'Store', configuration);
    const webSocketApi = new MissionControlWebSocketApi(this, 'WebSocket', {
      ...deployment,
      store,
    });
    const deadLetterQueue = createDeadLetterQueue(this, configuration);
    const retryQueue = new RetryQueue(this, 'Deliveries', {
      ...deployment,
      store,
      webSocketApi,
      deadLetterQueue,
    });
    const { eventBus } = new Broadcast(this, 'Broadcast', {
      ...deployment,
      store,
      retryQueue,
      deadLetterQueue,
    });
    new UserDisconnection(this, 'UserDisconnection', {
      ...deployment,
      store,
      webSocketApi,
      eventBus,
      deadLetterQueue,
    });
    new Heartbeat(this, 'Heartbeat', { ...deployment, store, webSocketApi, retryQueue });
    // The id dates from before /whoami. It must not change, because the URL of the API depends on it.
    const httpApi = new MissionControlHttpApi(this, 'Health', { ...deployment, store, eventBus });
    const mockAgents = configuration.useMockData
      ? new MockAgents(this, 'MockAgents', { ...deployment, eventBus })
      : undefined;
    new EventBusAccess(this, 'EventBusAccess', {
      configuration,
      eventBus,
      ownReporterArns: [mockAgents, httpApi.report].flatMap((own) => own?.roleArn ?? []),
    });
    new Observability(this, 'Observability', {
      configuration,
      tableName: store.tableName,
      apiId: webSocketApi.apiId,
      deadLetterQueueName: deadLetterQueue.queueName,
      functions: this.node.findAll().filter((each) => each instanceof ServiceFunction),
    });

    this.users = users;
    this.eventBus = eventBus;
    this.rejectedEvents = deadLetterQueue;
    this.frontDoor =
      configuration.frontDoor &&
      new FrontDoor(this, 'FrontDoor', {
        configuration,
        settings: configuration.frontDoor,
        dashboardDirectory,
        webSocketDomainName: webSocketApi.domainName,
        httpDomainName: httpApi.domainName,
      });
    this.webSocketUrl = this.frontDoor?.webSocketUrl ?? webSocketApi.url;
    this.healthUrl = this.frontDoor?.healthUrl ?? httpApi.healthUrl;
    this.whoamiUrl = this.frontDoor?.whoamiUrl ?? httpApi.whoamiUrl;
    this.reportUrl = httpApi.report && (this.frontDoor?.reportUrl ?? httpApi.report.url);
  }
}

/** The identity provider whose tokens are accepted, and the user pool if one was created. */
function acceptedProvider(
  scope: Construct,
  requested: RequestedConfiguration,
): { readonly users: DashboardUsers | undefined; readonly identityProvider: IdentityProvider } {
  const { identityProvider } = requested;
  if (identityProvider.kind !== 'cognito-new') return { users: undefined, identityProvider };
  const users = new DashboardUsers(scope, 'Users', requested);
  return { users, identityProvider: users.identityProvider };
}

function checked(
  props: Omit<MissionControlRealtimeProps, 'codeOf' | 'dashboardDirectory'>,
): RequestedConfiguration {
  const { identityProvider, ...settings } = props;
  const { reporterArns, operatorArns } = settings;
  const parsed = parseDeployment(
    {
      ...settings,
      reporterArns: withoutTokens(reporterArns),
      operatorArns: withoutTokens(operatorArns),
    },
    checkedProvider(identityProvider),
  );
  if (!parsed.ok) throw new ConfigurationError(parsed.faults);
  const { value } = parsed;
  return {
    ...value,
    reporterArns: reporterArns ?? value.reporterArns,
    operatorArns: operatorArns ?? value.operatorArns,
  };
}

/** Parses the identity provider, unless it contains CDK tokens. CloudFormation fills in their values, and the functions check them. */
function checkedProvider(provider: RequestedProvider): Parsed<RequestedProvider> {
  const { kind, ...settings } = provider;
  const isCheckedLater = kind === 'cognito-new' || Object.values(settings).some(Token.isUnresolved);
  return isCheckedLater ? { ok: true, value: provider } : parseProvider(settings);
}

/** Removes ARNs that are CDK tokens, such as those of roles of the same app. A value that is not a list is returned unchanged. */
function withoutTokens(arns: readonly string[] | undefined): unknown {
  return Array.isArray(arns) ? arns.filter((arn) => !Token.isUnresolved(arn)) : arns;
}
